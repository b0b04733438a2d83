import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { ErasureRequest, Hold, HoldDraft, parse, RetentionState } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { Erasure } from './erasure.js';
import { HitRetention } from './hit-retention.js';
import { Holds } from './holds.js';

const Erased = z.object({ hits: z.number().int() });

/** What is kept, for how long, and what goes for good. */
@ApiTags('retention')
@Controller()
export class RetentionController {
  constructor(
    private readonly holds: Holds,
    private readonly erasure: Erasure,
    private readonly retention: HitRetention,
  ) {}

  @Get('retention')
  @RequirePermission('system.read')
  @Documented({ summary: 'How long hits are kept, and the last removal', response: RetentionState })
  state(): Promise<RetentionState> {
    return this.retention.state();
  }

  @Get('holds')
  @RequirePermission('system.read')
  @Documented({ summary: 'Legal holds, those that stand first', response: z.array(Hold) })
  list(): Promise<Hold[]> {
    return this.holds.list();
  }

  @Post('holds')
  @RequirePermission('system.manage')
  @Documented({
    summary: 'Hold a post, an alert’s hits or a source’s',
    body: HoldDraft,
    response: Hold,
    status: 201,
  })
  place(@Body() body: unknown, @CurrentUser() user: Identity): Promise<Hold> {
    return this.holds.place(parse(HoldDraft, body, 'hold'), user.id);
  }

  @Delete('holds/:id')
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({ summary: 'Release a hold', response: Hold })
  release(@Param('id') id: string, @CurrentUser() user: Identity): Promise<Hold> {
    return this.holds.release(id, user.id);
  }

  @Post('erasures')
  @HttpCode(200)
  @RequirePermission('system.manage')
  @Documented({ summary: 'Erase posts for good', body: ErasureRequest, response: Erased })
  async erase(@Body() body: unknown, @CurrentUser() user: Identity): Promise<z.infer<typeof Erased>> {
    return { hits: await this.erasure.erase(parse(ErasureRequest, body, 'erasure'), user.id) };
  }
}
