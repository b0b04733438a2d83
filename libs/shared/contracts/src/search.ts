import { z } from 'zod';
import { Flag, Instant } from './ids.js';
import { Hit } from './hit.js';
import { Indicator, Severity } from './verdict.js';

const list = <T extends string>(item: z.ZodType<T, string>) =>
  z
    .preprocess((v) => (typeof v === 'string' ? v.split(',').filter(Boolean) : v), z.array(item).max(50))
    .optional();

/** A page holds at most this many hits: what a reviewer's screen can show in one go several times over. */
export const MAX_PAGE = 200;

/**
 * What can be asked of the hit index. `text` reads: words must all occur; "quoted words" occur as a phrase;
 * word~ or word~2 tolerates small differences; -word must not occur.
 */
export const HitQuery = z.strictObject({
  text: z.string().max(1_000, 'at most 1,000 characters').optional(),
  sources: list(z.string()),
  languages: list(z.string()),
  regions: list(z.string()),
  rules: list(z.string()),
  indicators: list(Indicator),
  severities: list(Severity),
  states: list(z.enum(['current', 'superseded', 'deleted', 'withdrawn'])),
  authors: list(z.string()),
  channels: list(z.string()),
  from: Instant.optional(),
  to: Instant.optional(),
  demo: Flag.optional(),
  order: z.enum(['newest', 'oldest']).default('newest'),
  size: z.coerce.number().int().min(1).max(MAX_PAGE).default(25),
  /** As given by the page before; belongs to the same query. It holds a post's id, whose 512 characters may take 3,100 as JSON. */
  cursor: z.string().max(4_300).optional(),
});
export type HitQuery = z.infer<typeof HitQuery>;

export const Highlight = z.object({ start: z.number().int(), end: z.number().int() });

export const FoundHit = z.object({
  hit: Hit,
  /** Where the query's terms stand in the post's text as published. The rules' own spans are in hit.verdict.matches. */
  highlights: z.array(Highlight),
});
export type FoundHit = z.infer<typeof FoundHit>;

export const Facet = z.object({ value: z.string(), count: z.number().int() });
export const FACETS = ['source', 'language', 'region', 'rule', 'indicator', 'severity'] as const;
export type FacetName = (typeof FACETS)[number];

export const HitPage = z.object({
  hits: z.array(FoundHit),
  total: z.number().int(),
  next: z.string().nullable(),
  /** The 20 most frequent values of each facet within the query. */
  facets: z.record(z.enum(FACETS), z.array(Facet)),
});
export type HitPage = z.infer<typeof HitPage>;

export const HistogramSpec = z.object({
  /** Width of a bar in seconds. */
  everySeconds: z.coerce
    .number()
    .int()
    .min(60)
    .max(31 * 86_400)
    .default(3_600),
});
export type HistogramSpec = z.infer<typeof HistogramSpec>;

export const Histogram = z.object({
  everySeconds: z.number(),
  bars: z.array(z.object({ at: Instant, count: z.number().int() })),
});
export type Histogram = z.infer<typeof Histogram>;

/**
 * What to remove. For good: these ids, or everything of a source, or all demo data, or what is older than an instant.
 * For its age: what was first collected before a month (2026-11), but the posts to keep; one that comes again is a new one.
 */
export const EraseScope = z.union([
  z.object({ ids: z.array(z.string()) }),
  z.object({ sourceId: z.string() }),
  z.object({ demo: z.literal(true) }),
  z.object({ before: Instant }),
  z.object({ beforeMonth: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/), keep: z.array(z.string()) }),
]);
export type EraseScope = z.infer<typeof EraseScope>;
