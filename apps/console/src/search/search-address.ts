import type { FacetName } from '@vigil/contracts';

/** A search as its address says it. The address is the state: it can be kept, sent and gone back to. */
export interface Search {
  readonly text: string;
  readonly chosen: Readonly<Record<FacetName, readonly string[]>>;
  /** A span that moves with the clock, or `custom` where from and to are fixed. */
  readonly range: Range;
  readonly from: string | null;
  readonly to: string | null;
  readonly order: 'newest' | 'oldest';
}

export type Range = '24h' | '7d' | '30d' | 'all' | 'custom';

const HOUR = 3_600_000;
/** The moving spans, in milliseconds; null has no beginning. */
export const RANGES: Record<
  Exclude<Range, 'custom'>,
  { readonly name: string; readonly ms: number | null }
> = {
  '24h': { name: '24 h', ms: 24 * HOUR },
  '7d': { name: '7 days', ms: 7 * 24 * HOUR },
  '30d': { name: '30 days', ms: 30 * 24 * HOUR },
  all: { name: 'All time', ms: null },
};

/** The parameter of the API, and of the address, for each facet. */
export const PARAMETER: Record<FacetName, string> = {
  source: 'sources',
  language: 'languages',
  region: 'regions',
  rule: 'rules',
  indicator: 'indicators',
  severity: 'severities',
};

const FACET_NAMES = Object.keys(PARAMETER) as FacetName[];

function instantOf(text: string | null): string | null {
  const ms = text === null ? NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** Reads the address; what is not known there is left out, never an error. */
export function readSearch(params: URLSearchParams): Search {
  const from = instantOf(params.get('from'));
  const to = instantOf(params.get('to'));
  const range = params.get('range');
  const moving = range !== null && Object.hasOwn(RANGES, range) ? (range as Range) : 'all';
  const list = (facet: FacetName) => params.get(PARAMETER[facet])?.split(',').filter(Boolean) ?? [];
  return {
    text: params.get('text') ?? '',
    chosen: {
      source: list('source'),
      language: list('language'),
      region: list('region'),
      rule: list('rule'),
      indicator: list('indicator'),
      severity: list('severity'),
    },
    range: from !== null || to !== null ? 'custom' : moving,
    from,
    to,
    order: params.get('order') === 'oldest' ? 'oldest' : 'newest',
  };
}

/** The address of a search; the usual values are left out of it. */
export function writeSearch(search: Search): URLSearchParams {
  const params = new URLSearchParams();
  if (search.text !== '') params.set('text', search.text);
  for (const facet of FACET_NAMES) {
    if (search.chosen[facet].length > 0) params.set(PARAMETER[facet], search.chosen[facet].join(','));
  }
  if (search.range === 'custom') {
    if (search.from !== null) params.set('from', search.from);
    if (search.to !== null) params.set('to', search.to);
  } else if (search.range !== 'all') params.set('range', search.range);
  if (search.order !== 'newest') params.set('order', search.order);
  return params;
}

/** What the API is asked, at `now` (milliseconds): the moving span becomes an instant, to the minute. */
export function queryOf(search: Search, now: number): Record<string, string | readonly string[] | null> {
  const ms = search.range === 'custom' ? null : RANGES[search.range].ms;
  const minute = Math.floor(now / 60_000) * 60_000;
  return {
    text: search.text.trim(),
    ...Object.fromEntries(FACET_NAMES.map((facet) => [PARAMETER[facet], search.chosen[facet]])),
    from: search.range === 'custom' ? search.from : ms === null ? null : new Date(minute - ms).toISOString(),
    to: search.range === 'custom' ? search.to : null,
    order: search.order,
  };
}

/** With the value chosen where it was not, and the other way round. */
export function toggled(search: Search, facet: FacetName, value: string): Search {
  const now = search.chosen[facet];
  const next = now.includes(value) ? now.filter((v) => v !== value) : [...now, value];
  return { ...search, chosen: { ...search.chosen, [facet]: next } };
}

const WIDTHS = [60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600, 12 * 3_600, 86_400, 7 * 86_400, 30 * 86_400];
/** Bars that a timeline of a page's width can show apart. */
const MOST_BARS = 120;

/** Seconds of one bar for a span of this many milliseconds: the finest that gives at most 120 bars. */
export function barSeconds(spanMs: number): number {
  const least = spanMs / 1_000 / MOST_BARS;
  return WIDTHS.find((width) => width >= least) ?? 31 * 86_400;
}

/** What a reader should know of a query line before it is sent: that a quotation mark is open. Null: nothing. */
export function adviceOn(text: string): string | null {
  const marks = text.match(/["“”„‟«»]/gu) ?? [];
  return marks.length % 2 === 1 ? 'A quotation mark is open: "quoted words" are found as a phrase.' : null;
}
