import { z } from 'zod';
import { Instant, PostId, RuleId, SourceId } from './ids.js';
import { Post } from './post.js';
import { Match } from './verdict.js';

/**
 * Where a rule is in its life. `draft`: checked, never matched. `shadow`: what it would match is recorded and raises
 * nothing. `live`: it makes hits. `retired`: it does not match any more, and its id stays taken.
 */
export const RuleState = z.enum(['draft', 'shadow', 'live', 'retired']);
export type RuleState = z.infer<typeof RuleState>;

/** How often a rule in shadow would have matched: posts by day of arrival (UTC), days without any left out. */
export const ShadowCount = z.object({
  rule: RuleId,
  packVersion: z.number().int(),
  posts: z.number().int(),
  days: z.array(z.object({ day: z.iso.date(), posts: z.number().int() })),
});
export type ShadowCount = z.infer<typeof ShadowCount>;

/** A post that a rule in shadow saw, cut to what stands around the match; `match.span` counts in `excerpt`. */
export const ShadowSample = z.object({
  postId: PostId,
  sourceId: SourceId,
  channel: z.string(),
  language: Post.shape.language,
  publishedAt: Post.shape.publishedAt,
  collectedAt: Instant,
  permalink: Post.shape.permalink,
  excerpt: z.string(),
  match: Match,
});
export type ShadowSample = z.infer<typeof ShadowSample>;
