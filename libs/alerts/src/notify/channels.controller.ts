import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { ChannelDraft, parse } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { Channel, Channels, Delivery, DeliveryPage } from './channels.js';

const DeliveryQuery = z.strictObject({
  size: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
});

@ApiTags('notifications')
@Controller()
export class ChannelsController {
  constructor(private readonly channels: Channels) {}

  @Get('channels')
  @RequirePermission('channels.manage')
  @Documented({ summary: 'Whom to tell when an alert opens', response: z.array(Channel) })
  list(): Promise<Channel[]> {
    return this.channels.list();
  }

  @Post('channels')
  @RequirePermission('channels.manage')
  @Documented({
    summary: 'Add a channel; a webhook’s secret is shown this once',
    body: ChannelDraft,
    response: Channel,
    status: 201,
  })
  add(@Body() body: unknown, @CurrentUser() user: Identity): Promise<Channel> {
    return this.channels.add(parse(ChannelDraft, body, 'channel'), user);
  }

  @Delete('channels/:id')
  @HttpCode(204)
  @RequirePermission('channels.manage')
  @Documented({ summary: 'Remove a channel', status: 204 })
  remove(@Param('id') id: string, @CurrentUser() user: Identity): Promise<void> {
    return this.channels.remove(id, user);
  }

  @Post('channels/:id/test')
  @HttpCode(200)
  @RequirePermission('channels.manage')
  @Documented({ summary: 'Send a test now', response: Delivery })
  test(@Param('id') id: string, @CurrentUser() user: Identity): Promise<Delivery> {
    return this.channels.test(id, user);
  }

  @Get('deliveries')
  @RequirePermission('channels.manage')
  @Documented({
    summary: 'What became of notifications, newest first',
    query: DeliveryQuery,
    response: DeliveryPage,
  })
  deliveries(@Query() query: unknown): Promise<DeliveryPage> {
    return this.channels.deliveries(parse(DeliveryQuery, query, 'deliveries'));
  }
}
