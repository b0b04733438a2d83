import { Controller, Get, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@vigil/auth';
import { Clock, parse, RuleId, ShadowCount, ShadowSample } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { dayOf } from '../indexing/seen-days.js';
import { shadowCounts, shadowSamples } from './shadow-records.js';

const DAY_MS = 86_400_000;

const CountsQuery = z.strictObject({
  pack: z.string().max(200).optional(),
  /** How many days back, today among them. */
  days: z.coerce.number().int().min(1).max(400).default(14),
});
const SamplesQuery = z.strictObject({
  rule: RuleId,
  size: z.coerce.number().int().min(1).max(200).default(20),
});

/** What rules in shadow would have raised. */
@ApiTags('packs')
@Controller('shadow')
export class ShadowController {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  @Get()
  @RequirePermission('packs.read')
  @Documented({
    summary: 'How many posts rules in shadow would have matched, by rule and day of arrival',
    query: CountsQuery,
    response: z.array(ShadowCount),
  })
  counts(@Query() query: unknown): Promise<ShadowCount[]> {
    const { pack, days } = parse(CountsQuery, query, 'shadow');
    return shadowCounts(this.db, dayOf(this.clock.now() - (days - 1) * DAY_MS), pack);
  }

  @Get('samples')
  @RequirePermission('search.read')
  @Documented({
    summary: 'Posts that a rule in shadow saw, a fair sample of each day while transit retention lasts',
    query: SamplesQuery,
    response: z.array(ShadowSample),
  })
  samples(@Query() query: unknown): Promise<ShadowSample[]> {
    const { rule, size } = parse(SamplesQuery, query, 'shadow samples');
    return shadowSamples(this.db, rule, size);
  }
}
