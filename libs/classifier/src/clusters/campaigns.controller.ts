import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@vigil/auth';
import { AskedCampaign, CampaignId, MAX_CAMPAIGNS, parse } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { Campaigns } from './campaigns.js';

const Asked = z.strictObject({
  ids: z.preprocess(
    (ids) => (typeof ids === 'string' ? ids.split(',').filter(Boolean) : ids),
    z.array(CampaignId).min(1).max(MAX_CAMPAIGNS),
  ),
});

@ApiTags('campaigns')
@Controller('campaigns')
export class CampaignsController {
  constructor(private readonly campaigns: Campaigns) {}

  @Get()
  @RequirePermission('search.read')
  @Documented({
    summary:
      'Campaigns as they are now, by the ids that verdicts name: how many reposts, sources and languages',
    query: Asked,
    response: z.array(AskedCampaign),
  })
  state(@Query() query: unknown): Promise<AskedCampaign[]> {
    return this.campaigns.state(parse(Asked, query, 'campaigns').ids);
  }
}
