import { z } from 'zod';
import { Instant } from './ids.js';

/** A hit that the index does not take as it is. */
export const SetAsideHit = z.object({
  postId: z.string(),
  /** What the engine calls the fault; nothing of the post. */
  reason: z.string(),
  since: Instant,
  attempts: z.number().int(),
});
export type SetAsideHit = z.infer<typeof SetAsideHit>;

/** Which hits to put into the index again, by event time: `from` is within, `to` is not. Without both: all. */
export const RebuildRequest = z.strictObject({ from: Instant.optional(), to: Instant.optional() });
export type RebuildRequest = z.infer<typeof RebuildRequest>;

/** The rebuild of the hit index that is under way, or the last one. */
export const IndexRebuild = z.object({
  state: z.enum(['running', 'done', 'stopped']),
  askedBy: z.string(),
  askedAt: Instant,
  from: Instant.nullable(),
  to: Instant.nullable(),
  /** Hits within the range when it was asked for. */
  total: z.number().int(),
  /** Hits handed over so far; all of them are in the index, or set aside, once it is done. */
  queued: z.number().int(),
  finishedAt: Instant.nullable(),
});
export type IndexRebuild = z.infer<typeof IndexRebuild>;

/** How the hit index stands to the system of record. */
export const HitIndexState = z.object({
  /** Hits that the index does not have yet. */
  waiting: z.number().int(),
  /** Since when the oldest of them waits. */
  waitingSince: Instant.nullable(),
  setAside: z.object({ count: z.number().int(), newest: z.array(SetAsideHit) }),
  rebuild: IndexRebuild.nullable(),
});
export type HitIndexState = z.infer<typeof HitIndexState>;
