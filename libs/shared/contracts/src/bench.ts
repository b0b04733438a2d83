import { z } from 'zod';
import { Author, ImportLine, MAX_TEXT, Media, Post } from './post.js';
import { SourceLabels } from './source.js';
import { Match, Span, Verdict } from './verdict.js';

/** A text for the test bench, as a post of which so much is known. */
export const BenchText = z.strictObject({
  text: z.string().max(MAX_TEXT),
  context: SourceLabels.shape.context,
  region: SourceLabels.shape.region,
  ...Post.pick({ language: true, links: true, forwardedFrom: true }).partial().shape,
  /** Where it was published: `@name` is a channel of it. */
  platform: ImportLine.shape.platform,
  author: Author.shape.handle.optional(),
  media: z
    .array(Media.pick({ mime: true }))
    .max(100)
    .optional(),
});
export type BenchText = z.infer<typeof BenchText>;

/** A match that was not, and for a person what the post lacks for it. */
export const NearMiss = Match.extend({ missing: z.string() });
export type NearMiss = z.infer<typeof NearMiss>;

/** What the test bench makes of a text: the verdict, and what lies between. */
export const BenchResult = Verdict.omit({ postId: true, revision: true }).extend({
  /** The plain reading of the whole text. */
  normalised: z.string(),
  /** What each step of the normaliser made of what the steps before had left, in their order. */
  steps: z.array(z.object({ step: z.string(), text: z.string(), changed: z.boolean() })),
  /** Readings beyond the plain one: what in each differs, where that stands as published, and by which steps. */
  readings: z.array(
    z.object({
      text: z.string(),
      changes: z.array(
        z.object({ reads: z.string(), published: z.string(), span: Span, steps: z.array(z.string()) }),
      ),
    }),
  ),
  /** `steps` and `readings` are of so many UTF-16 units from the text's beginning. */
  stepped: z.number().int(),
  nearMisses: z.array(NearMiss),
  /** Name of the draft that was tried in place of the pack in force; null where none was. */
  draft: z.string().nullable(),
});
export type BenchResult = z.infer<typeof BenchResult>;
