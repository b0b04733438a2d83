import { z } from 'zod';
import { Instant } from './ids.js';
import { ShadowSample } from './rule-life.js';

/** `queued` and `running` go on after a restart; `failed` says why. */
export const BacktestState = z.enum(['queued', 'running', 'done', 'cancelled', 'failed']);
export type BacktestState = z.infer<typeof BacktestState>;

/**
 * Posts tried under both rulesets. `live`, `draft`: hits under each. `added`: hits under the draft alone; `dropped`: under
 * the live one alone. An edited post counts once for each revision.
 */
export const BacktestCounts = z.object({
  posts: z.number().int(),
  live: z.number().int(),
  draft: z.number().int(),
  added: z.number().int(),
  dropped: z.number().int(),
});
export type BacktestCounts = z.infer<typeof BacktestCounts>;

/** The same of one rule: posts in which it stands. */
export const BacktestRule = BacktestCounts.omit({ posts: true }).extend({
  rule: z.string(),
  title: z.string(),
});
export type BacktestRule = z.infer<typeof BacktestRule>;

export const BacktestResult = z.object({
  total: BacktestCounts,
  /** Rules that stood in any post, the most changed first. */
  rules: z.array(BacktestRule),
  sources: z.array(BacktestCounts.extend({ source: z.string() })),
  /** By day of the event (UTC), in their order. */
  days: z.array(BacktestCounts.extend({ day: z.iso.date() })),
  /** Rules and sources beyond those listed: they are in the total alone. */
  unlisted: z.object({ rules: z.number().int(), sources: z.number().int() }),
  /** The labelled set, by the half the rules were tuned on and the one they were not, language and label. */
  labelled: z.array(BacktestCounts.extend({ half: z.string(), language: z.string(), label: z.string() })),
});
export type BacktestResult = z.infer<typeof BacktestResult>;

export const Backtest = z.object({
  id: z.uuid(),
  pack: z.string(),
  /** The ruleset it is compared with: the one in force when it was asked for. */
  ruleset: z.number().int(),
  createdAt: Instant,
  createdBy: z.string(),
  endedAt: Instant.nullable(),
  state: BacktestState,
  failure: z.string().nullable(),
  /** Posts read of those there are, labelled ones included. */
  done: z.number().int(),
  of: z.number().int(),
  /** As far as it has come; null before the first posts. */
  result: BacktestResult.nullable(),
});
export type Backtest = z.infer<typeof Backtest>;

/** A post that one rule adds or drops, cut to what stands around the match. */
export const BacktestExample = ShadowSample.extend({ change: z.enum(['added', 'dropped']) });
export type BacktestExample = z.infer<typeof BacktestExample>;
