import { z } from 'zod';
import { Instant, Language, PostId, RuleId, SourceId } from './ids.js';
import { Campaign } from './campaign.js';
import { Post, Trace } from './post.js';

export const Severity = z.enum(['low', 'medium', 'high', 'critical']);
export type Severity = z.infer<typeof Severity>;

export const Indicator = z.enum([
  'central-command',
  'training',
  'financing',
  'territorial-claim',
  'allegiance',
  'incitement',
  'recruitment',
  'other',
]);
export type Indicator = z.infer<typeof Indicator>;

/** A working command claims or directs; an echo is inspired. `unclear` unless a rule says otherwise. */
export const Stance = z.enum(['claimed', 'directed', 'inspired', 'unclear']);
export type Stance = z.infer<typeof Stance>;

/** Half-open range of UTF-16 code units in the post's text as published. */
export const Span = z.object({ start: z.number().int().min(0), end: z.number().int().min(0) });
export type Span = z.infer<typeof Span>;

/** How a post copies a known text. */
export const CopyOfText = z.object({
  /** All of it and nothing else; with edits; or a passage within something else. */
  how: z.enum(['exact', 'near', 'passage']),
  /** The part of its words that stand in the post, 0 to 1. */
  share: z.number().min(0).max(1),
});
export type CopyOfText = z.infer<typeof CopyOfText>;

export const Match = z.object({
  /** For a copy of a known text, `text-bank/` and the item's id. */
  rule: RuleId,
  /** Words as its rule lists them, what its rule's pattern found near them, an address of its rule's links, or a copy of a known text. */
  kind: z.enum(['slogan', 'pattern', 'link', 'text-bank']),
  /** What reviewers call it: the rule's title. */
  title: z.string(),
  /** The slogan this is a wording of, where its rule says that it belongs to another (see sloganOf). */
  slogan: z.object({ id: RuleId, title: z.string() }).optional(),
  /** The pack's published version that this rule comes from; of a known text, its item's version. */
  packVersion: z.number().int(),
  span: Span,
  /**
   * Of the kind link: the address as the post gives it, and where: in its text, among its links, behind a shortened one,
   * or as whom it forwards. One that does not stand in the text has the span 0 to 0.
   */
  link: z
    .object({ address: z.string(), in: z.enum(['text', 'links', 'redirects', 'forwardedFrom']) })
    .optional(),
  /** The normalised form that matched; of a link the address as its rule lists it, in one spelling. */
  normalised: z.string(),
  /** Language of the phrase in the pack. */
  language: z.string(),
  severity: Severity,
  indicator: Indicator,
  /** The territory that its rule says is claimed. */
  region: z.string().optional(),
  /** Only of the kind text-bank. */
  copy: CopyOfText.optional(),
});
export type Match = z.infer<typeof Match>;

/** The known text that a post copies the most of. */
export const Reuse = z.object({
  /** The bank's item, as its matches name it. */
  item: RuleId,
  label: z.string(),
  ...CopyOfText.shape,
  /** 1 − the Jaccard similarity of both texts' shingles of three words: 0 for the same words. */
  distance: z.number().min(0).max(1),
});
export type Reuse = z.infer<typeof Reuse>;

/** What a match is counted and alerted as: one slogan in all its languages, however many rules word it. */
export function sloganOf(match: Pick<Match, 'rule' | 'title' | 'slogan'>): {
  readonly id: RuleId;
  readonly title: string;
} {
  return match.slogan ?? { id: match.rule, title: match.title };
}

/** A reason weighed against a match. `cancels` false: it was seen and did not suffice, and the page says so. */
export const Exclusion = z.object({
  rule: RuleId,
  context: z.enum(['news', 'academic', 'counter-speech', 'religious', 'other']),
  /** For a person: "attributed to a spokesman in a news report". */
  reason: z.string(),
  span: Span.nullable(),
  cancels: z.boolean(),
});
export type Exclusion = z.infer<typeof Exclusion>;

/** The rules that a verdict's indicator and stance are taken from, and the territory that is claimed. */
export const Because = z.object({
  indicator: RuleId.optional(),
  region: z.string().optional(),
  stance: RuleId.optional(),
});
export type Because = z.infer<typeof Because>;

/** A way of payment or contact that stands in a post. */
export const Entity = z.object({
  kind: z.enum(['financing', 'contact']),
  /** The coin whose address it is, its checksum held; or the way of contact. */
  type: z.enum([
    'bitcoin',
    'litecoin',
    'dogecoin',
    'tron',
    'ethereum',
    'monero',
    'mail',
    'phone',
    'telegram',
    'whatsapp',
    'signal',
    'matrix',
    'threema',
    'session',
  ]),
  /** In one spelling, so that equal ones can be counted together. */
  value: z.string(),
  span: Span,
});
export type Entity = z.infer<typeof Entity>;

/** A language told from a post's text, and the share of such answers that were right when it was measured. */
export const IdentifiedLanguage = z.object({ tag: Language, confidence: z.number().min(0).max(1) });
export type IdentifiedLanguage = z.infer<typeof IdentifiedLanguage>;

/** What the classifier says of one revision of one post under one ruleset. */
export const Verdict = z.object({
  postId: PostId,
  revision: z.number().int(),
  /** Sequence number of the published combination of packs, banks and source labels. */
  ruleset: z.number().int(),
  /** Only matches that no exclusion cancelled make a hit; the cancelled ones are in `cancelled`. */
  matches: z.array(Match),
  cancelled: z.array(Match),
  /** What rules in shadow would have matched, were they live: recorded, and weighed in nothing else of the verdict. */
  shadow: z.array(Match).optional(),
  exclusions: z.array(Exclusion),
  /** 0 to 1. */
  score: z.number().min(0).max(1),
  severity: Severity.nullable(),
  indicator: Indicator.nullable(),
  stance: Stance,
  because: Because.optional(),
  /** Of a post with a match, where its origin states no language, or one that is not written in the text's letters. */
  language: IdentifiedLanguage.optional(),
  /** Also where an exclusion cancelled its match. */
  reuse: Reuse.optional(),
  /** Of a post with a match: the reposts it belongs to, as far as they were known when it was judged. */
  cluster: Campaign.optional(),
  /** Ways of payment and contact in the text; only where a rule was seen, and any of them stands there. */
  entities: z.array(Entity).optional(),
});
export type Verdict = z.infer<typeof Verdict>;

/** The language a hit is shown, counted and found under; null where nobody knows. */
export function languageOfHit(hit: {
  readonly post: Pick<Post, 'language'>;
  readonly verdict: Pick<Verdict, 'language'>;
}): string | null {
  return hit.verdict.language?.tag ?? hit.post.language;
}

/** What is counted of every post, hit or not: enough for exact counts, and no text. */
export const PostFacts = z.object({
  id: PostId,
  revision: z.number().int(),
  sourceId: SourceId,
  channel: z.string(),
  region: z.string(),
  publishedAt: Instant.nullable(),
  collectedAt: Instant,
  backfill: z.boolean(),
  demo: z.boolean(),
});
export type PostFacts = z.infer<typeof PostFacts>;

/** What the classifier publishes on `verdicts`: one per post event. `post` is there only where something matched, also in shadow. */
export const VerdictEvent = z.object({
  type: z.enum(['observed', 'edited', 'deleted']),
  facts: PostFacts,
  verdict: Verdict,
  post: Post.nullable(),
  trace: Trace,
});
export type VerdictEvent = z.infer<typeof VerdictEvent>;
