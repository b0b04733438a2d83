import { z } from 'zod';
import { Indicator, Severity, Stance } from '@vigil/contracts';

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single dashes');
/** A BCP 47 tag of the phrase's language; `ar-Latn` and the like for transliterations. */
const tag = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as ar, ru or ar-Latn');
const phrase = z.string().trim().min(2, 'at least 2 characters').max(200, 'at most 200 characters');
const phrases = z
  .record(tag, z.array(phrase).min(1).max(1_000))
  .refine((p) => Object.keys(p).length > 0, 'at least one language');

/** What the words may be when they are not propaganda. */
export const Context = z.enum(['news', 'academic', 'counter-speech', 'religious']);
export type Context = z.infer<typeof Context>;

export const Category = z.enum([
  'slogan',
  'media-office',
  'publication',
  'pledge',
  'province',
  'campaign',
  'financing',
  'claim-wording',
]);
export type Category = z.infer<typeof Category>;

/**
 * A phrase rule: any of its phrases, as whole words, in the normalised text.
 * `reference` is a key of the pack's references, or `unverified`, which is counted in the pack's report.
 */
export const SloganRule = z.strictObject({
  id: slug,
  title: z.string().trim().min(2).max(200),
  kind: z.literal('slogan'),
  category: Category,
  severity: Severity,
  indicator: Indicator,
  stance: Stance.default('unclear'),
  /** The rule of this pack whose slogan this is in other words or languages: both are counted and alerted as one. */
  slogan: slug.optional(),
  reference: z.union([z.literal('unverified'), slug, z.array(slug).min(1).max(20)], {
    error: 'a key of the references, a list of 1 to 20 such keys, or unverified',
  }),
  phrases,
  /**
   * Words of ordinary life need a second sign in the same post: at least one phrase of one of these sign sets
   * (named in the pack), or a match of another rule of one of these categories.
   */
  needs: z
    .strictObject({
      signs: z.array(slug).max(100).default([]),
      categories: z.array(Category).max(20).default([]),
    })
    .optional(),
  /** The contexts that cancel a match of this rule. Default: news, academic and counter-speech. */
  excludedBy: z.array(Context).default(['news', 'academic', 'counter-speech']),
  /** Phrases that, overlapping or containing the match, make it something else: a lawful outlet, a book title, a name. */
  unless: phrases.optional(),
  note: z.string().max(2_000).optional(),
  examples: z.strictObject({
    match: z.array(z.string().min(2).max(500)).min(1, 'at least one example that must match'),
    noMatch: z.array(z.string().min(2).max(500)).min(1, 'at least one example that must not match'),
  }),
});
export type SloganRule = z.infer<typeof SloganRule>;

/** Phrasings by which news, research and counter-speech show themselves; a hit within the same post weighs against a match. */
export const ContextMarkers = z.strictObject({
  context: Context,
  /** For the reviewer: "reported speech". */
  reason: z.string().min(2).max(200),
  /** How many different markers of this set a post needs before it cancels. */
  atLeast: z.number().int().min(1).max(10).default(1),
  phrases,
});
export type ContextMarkers = z.infer<typeof ContextMarkers>;

/** A document looked up, as in the pack's references.yaml. */
export const Reference = z.strictObject({
  title: z.string().min(2).max(500),
  address: z.string().max(1_000).optional(),
  note: z.string().max(1_000).optional(),
});

/** `pack.yaml`; the rules stand in `rules/*.yaml` beside it as lists, the references in `references.yaml`. */
export const PackHeader = z.strictObject({
  name: slug,
  title: z.string().trim().min(2).max(200),
  description: z.string().trim().max(2_000),
  maintainer: z.string().trim().max(200),
  licence: z.string().trim().max(100),
  signs: z.record(slug, phrases).default({}),
  contexts: z.array(ContextMarkers).default([]),
  /** Whether a post's voice cancels: the model knows followers of this movement from those who tell about it. */
  voice: z.boolean().default(false),
});

export type PackHeader = z.infer<typeof PackHeader>;

/** A whole pack, as published: the parts of its folder put together. */
export const Pack = PackHeader.extend({
  references: z.record(slug, Reference).default({}),
  rules: z.array(SloganRule).min(1, 'at least one rule').max(100_000),
});
export type Pack = z.infer<typeof Pack>;
