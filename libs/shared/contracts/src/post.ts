import { z } from 'zod';
import { Instant, Language, PostId, SourceId } from './ids.js';

/**
 * Longest text kept of one post, in UTF-16 code units. Telegram's limit is 4,096 and X's long posts 25,000;
 * a feed's article may be longer, and 200,000 bounds what one post can cost the classifier.
 */
export const MAX_TEXT = 200_000;

export const Author = z.object({
  handle: z.string().max(500).nullable(),
  nativeId: z.string().max(500).nullable(),
  displayName: z.string().max(500).nullable(),
});
export type Author = z.infer<typeof Author>;

export const Media = z.object({
  url: z.string().max(4_000),
  mime: z.string().max(200).nullable(),
  sha256: z.string().length(64).nullable(),
  evidenceKey: z.string().nullable(),
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
});
export type Media = z.infer<typeof Media>;

/** A shortened link, as the post has it, and the address it leads to. */
export const Redirect = z.object({ from: z.string().max(4_000), to: z.string().max(4_000) });
export type Redirect = z.infer<typeof Redirect>;

/** One public post, as collected. */
export const Post = z.object({
  id: PostId,
  /** Grows with every edit of the post at its origin; 0 when first seen. */
  revision: z.number().int().min(0),
  sourceId: SourceId,
  /** The channel or account within the source; order is kept within it. */
  channel: z.string().min(1).max(500),
  author: Author,
  /** As the origin says; null where it does not. */
  publishedAt: Instant.nullable(),
  collectedAt: Instant,
  title: z.string().max(2_000).nullable(),
  /** Title, then content, as plain text as published. Spans of matches count in it. */
  text: z.string().max(MAX_TEXT),
  language: Language.nullable(),
  links: z.array(z.string().max(4_000)).max(200),
  /** Where shortened links of the post lead, as the collector found when it read it. */
  redirects: z.array(Redirect).max(20).optional(),
  media: z.array(Media).max(100),
  forwardedFrom: z.string().max(500).nullable(),
  inReplyTo: z.string().max(500).nullable(),
  permalink: z.string().max(4_000).nullable(),
  /** SHA-256 of the raw bytes this post was read from. */
  capture: z.string().length(64).nullable(),
  backfill: z.boolean(),
  demo: z.boolean(),
});
export type Post = z.infer<typeof Post>;

/** W3C trace context, carried from collection to the index. */
export const Trace = z.object({ traceparent: z.string().max(100).nullable() });

/** What the collector publishes on `posts`. */
export const PostEvent = z.object({
  type: z.enum(['observed', 'edited', 'deleted']),
  post: Post,
  /** Region of the source when collected; the classifier and the counts need no look-up for it. */
  region: z.string(),
  /** The source's context label when collected (see SourceLabels). */
  context: z.string(),
  trace: Trace,
});
export type PostEvent = z.infer<typeof PostEvent>;

const text = (max: number) => z.string().max(max).nullish();

/**
 * One line of an import: the least is `{"text": "…"}`. Unknown fields are ignored, so that archives
 * need no rewriting. `id` absent: derived from channel, author, time and text, so the same line twice is one post.
 */
export const ImportLine = z.object({
  id: z.union([z.string().min(1).max(480), z.number()]).optional(),
  platform: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, 'lower-case letters, digits and dashes, at most 32')
    .optional(),
  revision: z.number().int().min(0).optional(),
  type: z.enum(['observed', 'edited', 'deleted']).optional(),
  text: z.string().max(MAX_TEXT, `at most ${MAX_TEXT.toLocaleString('en')} characters`),
  title: text(2_000),
  channel: z.string().min(1).max(500).optional(),
  author: z
    .union([
      z.string().max(500),
      z.object({ handle: text(500), nativeId: text(500), displayName: text(500) }),
    ])
    .nullish(),
  publishedAt: z.iso.datetime({ offset: true, message: 'an ISO 8601 instant with zone' }).nullish(),
  language: Language.nullish(),
  links: z.array(z.string().max(4_000)).max(200).optional(),
  media: z
    .array(z.object({ url: z.string().max(4_000), mime: text(200) }))
    .max(100)
    .optional(),
  forwardedFrom: text(500),
  inReplyTo: text(500),
  permalink: text(4_000),
});
export type ImportLine = z.infer<typeof ImportLine>;
