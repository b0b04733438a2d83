import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { Backtest, BacktestExample, parse, RuleId } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { LiveRuleset } from '../publishing/live-ruleset.js';
import { PackDocument, packFrom } from '../publishing/pack-document.js';
import { BacktestStore } from './backtest-store.js';

const Id = z.uuid();
const Asked = z.strictObject({
  draft: z.unknown(),
  /** Posts kept of each rule and change. */
  examples: z.number().int().min(0).max(20).default(5),
});
const ExamplesQuery = z.strictObject({
  rule: RuleId.optional(),
  size: z.coerce.number().int().min(1).max(200).default(40),
});

/** A draft pack tried on the retained log and the labelled set, before it is published. */
@ApiTags('packs')
@Controller('backtests')
export class BacktestsController {
  constructor(
    private readonly store: BacktestStore,
    private readonly live: LiveRuleset,
  ) {}

  @Post()
  @HttpCode(202)
  @RequirePermission('packs.publish')
  @Documented({
    summary: 'Try a draft pack on the retained log and the labelled set, in the background',
    body: Asked.extend({ draft: z.union([z.string(), PackDocument]) }),
    response: Backtest,
  })
  ask(@Body() body: unknown, @CurrentUser() user: Identity): Promise<Backtest> {
    const { draft, examples } = parse(Asked, body, 'backtest');
    return this.store.ask(packFrom(draft), this.live.current().number, examples, user.id);
  }

  @Get()
  @RequirePermission('packs.read')
  @Documented({ summary: 'Backtests, the newest first, without results', response: z.array(Backtest) })
  list(): Promise<Backtest[]> {
    return this.store.list();
  }

  @Get(':id')
  @RequirePermission('packs.read')
  @Documented({ summary: 'A backtest: how far it is and what it has found so far', response: Backtest })
  one(@Param('id') id: string): Promise<Backtest> {
    return this.store.one(parse(Id, id, 'backtest'));
  }

  @Get(':id/examples')
  @RequirePermission('search.read')
  @Documented({
    summary: 'Posts that the draft adds or drops, while transit retention lasts',
    query: ExamplesQuery,
    response: z.array(BacktestExample),
  })
  examples(@Param('id') id: string, @Query() query: unknown): Promise<BacktestExample[]> {
    const { rule = null, size } = parse(ExamplesQuery, query, 'examples');
    return this.store.examples(parse(Id, id, 'backtest'), rule, size);
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({ summary: 'Cancel a backtest; one that has ended stays as it is', response: Backtest })
  cancel(@Param('id') id: string, @CurrentUser() user: Identity): Promise<Backtest> {
    return this.store.cancel(parse(Id, id, 'backtest'), user.id);
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('packs.publish')
  @Documented({ summary: 'Remove a backtest with what it found, cancelling it where it runs' })
  remove(@Param('id') id: string, @CurrentUser() user: Identity): Promise<void> {
    return this.store.remove(parse(Id, id, 'backtest'), user.id);
  }
}
