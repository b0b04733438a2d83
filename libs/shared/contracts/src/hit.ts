import { z } from 'zod';
import { Instant } from './ids.js';
import { Post } from './post.js';
import { Verdict } from './verdict.js';

export const HitState = z.enum(['current', 'superseded', 'deleted', 'withdrawn', 'erased']);
export type HitState = z.infer<typeof HitState>;

/**
 * What a verdict with an uncancelled match leaves in the index: one per post, id = the post's id.
 * Its version is (revision, ruleset): an older redelivery never wins.
 */
export const Hit = z.object({
  post: Post,
  verdict: Verdict,
  state: HitState,
  region: z.string(),
  /** The earlier of published and collected. */
  eventTime: Instant,
  firstSeenAt: Instant,
});
export type Hit = z.infer<typeof Hit>;

/** Order of versions of one hit: higher wins. */
export function hitVersion(hit: Pick<Hit, 'verdict'>): readonly [revision: number, ruleset: number] {
  return [hit.verdict.revision, hit.verdict.ruleset];
}

/** Event time: the earlier of published and collected (Architecture, "Time"). */
export function eventTimeOf(post: { publishedAt: string | null; collectedAt: string }): string {
  if (post.publishedAt === null) return post.collectedAt;
  return Date.parse(post.publishedAt) < Date.parse(post.collectedAt) ? post.publishedAt : post.collectedAt;
}
