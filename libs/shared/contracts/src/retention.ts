import { z } from 'zod';
import { Instant, PostId } from './ids.js';

/** What a legal hold keeps: the hit of a post, those of an alert, or those of a source. */
export const HoldDraft = z.strictObject({
  kind: z.enum(['post', 'alert', 'source']),
  /** The id of the post, alert or source. */
  subject: z.string().min(1).max(512),
  reason: z.string().trim().min(1, 'a reason, such as the number of a case').max(1_000),
});
export type HoldDraft = z.infer<typeof HoldDraft>;

export const Hold = HoldDraft.extend({
  id: z.string(),
  placedBy: z.string(),
  placedAt: Instant,
  releasedBy: z.string().nullable(),
  releasedAt: Instant.nullable(),
  /** Hits that it covers now. */
  hits: z.number().int(),
});
export type Hold = z.infer<typeof Hold>;

/** Which posts to erase for good, and why. */
export const ErasureRequest = z.strictObject({
  postIds: z.array(PostId).min(1).max(1_000),
  reason: z.string().trim().min(1, 'a reason, such as the number of a request').max(1_000),
});
export type ErasureRequest = z.infer<typeof ErasureRequest>;

/** How long hits are kept, and what became of the last removal. */
export const RetentionState = z.object({
  /** A hit goes with the month it was first collected in, once the month is this many days old. */
  days: z.number().int(),
  nextAt: Instant.nullable(),
  lastAt: Instant.nullable(),
  /** What was first collected before this month (2026-11) is gone, but for holds. */
  beforeMonth: z.string().nullable(),
  removed: z.number().int(),
  held: z.number().int(),
  failure: z.string().nullable(),
});
export type RetentionState = z.infer<typeof RetentionState>;
