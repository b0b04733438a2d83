import { z } from 'zod';
import { Indicator, RuleState, Severity, SourceLabels, Stance, TEXT_BANK } from '@vigil/contracts';
import { STEPS } from '@vigil/text';
import { parseAddress } from '../links/address.js';

const slug = z.string().regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single dashes');
/** A BCP 47 tag of the phrase's language; `ar-Latn` and the like for transliterations. */
const tag = z.string().regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'a language tag such as ar, ru or ar-Latn');
const phrase = z.string().trim().min(2, 'at least 2 characters').max(200, 'at most 200 characters');
const phrases = z
  .record(tag, z.array(phrase).min(1).max(1_000))
  .refine((p) => Object.keys(p).length > 0, 'at least one language');

/** A domain, with its subdomains, a path below it, or a channel: example.org, t.me/name, telegram:@name, @name@example.org. */
const address = z
  .string()
  .trim()
  .max(500)
  .refine((text) => parseAddress(text) !== null, 'a domain, a domain and path or a channel, such as example.org, t.me/name or @name@example.org');

/** Links of one rule: a bank of its own; some 15 MB of memory where it is full. */
const MAX_LINKS = 100_000;

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

/** Words between a match and its company: beyond a long sentence, nearness says nothing. */
const MAX_WITHIN = 50;

/** Phrases of sign sets of the pack that stand in the same post, outside of the match. */
export const Company = z.strictObject({
  signs: z.array(slug).min(1, 'at least one sign set').max(20),
  /** How many different ones of these sets; `all` for each of them. */
  atLeast: z.union([z.literal('all'), z.number().int().min(1).max(20)]).default(1),
  /** At most so many words between; without it anywhere in the post. */
  within: z.number().int().min(0).max(MAX_WITHIN).optional(),
  /** Where it stands, seen from the match. */
  side: z.enum(['before', 'after', 'either']).default('either'),
});
export type Company = z.infer<typeof Company>;

/** What else is known of a post. Within a field any value does. */
export const Conditions = z
  .strictObject({
    /** Labels of the source. */
    sources: z.array(SourceLabels.shape.context.unwrap()).min(1).max(10).optional(),
    regions: z.array(slug).min(1).max(100).optional(),
    /** Language of the post; `ar` holds for `ar-EG` too. A post of unknown language has none. */
    languages: z.array(tag).min(1).max(50).optional(),
    /** Handles or native ids of authors, without @, in any case. */
    authors: z.array(z.string().trim().min(1).max(500)).min(1).max(1_000).optional(),
    links: z.array(address).min(1).max(1_000).optional(),
    media: z.enum(['any', 'none', 'image', 'video', 'audio']).optional(),
  })
  .refine((conditions) => Object.keys(conditions).length > 0, 'at least one condition');
export type Conditions = z.infer<typeof Conditions>;

/**
 * A phrase rule: any of its phrases, as whole words, in the normalised text.
 * `reference` is a key of the pack's references, or `unverified`, which is counted in the pack's report.
 */
export const SloganRule = z.strictObject({
  id: slug,
  title: z.string().trim().min(2).max(200),
  state: RuleState.default('live'),
  kind: z.enum(['slogan', 'pattern', 'link']),
  category: Category,
  severity: Severity,
  /** What one match alone says, in place of what its severity gives (see score). */
  weight: z.number().gt(0, 'more than 0').lt(1, 'less than 1').optional(),
  indicator: Indicator,
  /** The territory that is claimed; only with the indicator territorial-claim. */
  region: slug.optional(),
  stance: Stance.default('unclear'),
  /** The rule of this pack whose slogan this is in other words or languages: both are counted and alerted as one. */
  slogan: slug.optional(),
  reference: z.union([z.literal('unverified'), slug, z.array(slug).min(1).max(20)], {
    error: 'a key of the references, a list of 1 to 20 such keys, or unverified',
  }),
  /** Of the kind `link` none: see `links`. */
  phrases: phrases.default({}),
  /** Of the kind `link`: the match is a link of the post to one of these, or its text or whom it forwards naming one. */
  links: z.array(address).min(1, 'at least one').max(MAX_LINKS, `at most ${MAX_LINKS}`).optional(),
  /** Of the kind `pattern`: what is looked for near a phrase, in the syntax of RE2; it is the match, the phrase is not. */
  pattern: z.string().min(1).optional(),
  /** Wrong letters that long words of the phrases take (see `editsOf`). */
  edits: z.union([z.literal(1), z.literal(2)]).optional(),
  /**
   * Words of ordinary life need a second sign in the same post: at least one phrase of one of these sign sets
   * (named in the pack), or a match of another rule of one of these categories.
   */
  needs: z
    .strictObject({
      signs: z.array(slug).max(100).default([]),
      categories: z.array(Category).max(20).default([]),
      /** A way of payment, or of contact, in the post. */
      entities: z.array(z.enum(['financing', 'contact'])).max(2).default([]),
      /** That the post reads like a follower's, in packs that listen to voices. */
      voice: z.literal('follower').optional(),
    })
    .optional(),
  /** All of these must stand beside the match. */
  with: z.array(Company).min(1).max(10).optional(),
  /** Any of these beside the match cancels it. */
  without: z.array(Company).min(1).max(10).optional(),
  /** All of these must hold of the post. */
  only: Conditions.optional(),
  /** Any of these, holding of the post, cancels. */
  never: Conditions.optional(),
  /** The contexts that cancel a match of this rule. Default: news, academic and counter-speech. */
  excludedBy: z.array(Context).default(['news', 'academic', 'counter-speech']),
  /** Steps of the normaliser that the rule does without: it then finds less, never more. */
  skipSteps: z.array(z.enum(STEPS.map(({ name }) => name))).default([]),
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

/** Names that would stand where the API has something else under `/api/packs`, and that of the bank of known texts. */
const RESERVED: readonly string[] = ['proposals', 'import', 'keys', TEXT_BANK];

/** `pack.yaml`; the rules stand in `rules/*.yaml` beside it as lists, the references in `references.yaml`. */
export const PackHeader = z.strictObject({
  name: slug.refine((name) => !RESERVED.includes(name), `another name than ${RESERVED.join(', ')}`),
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
