import type { estypes } from '@elastic/elasticsearch';
import {
  FACETS,
  type FacetName,
  type FoundHit,
  type Histogram,
  type HistogramSpec,
  type Hit,
  type HitPage,
  type HitQuery,
} from '@vigil/contracts';
import { tokenise, type Token } from '@vigil/text';
import { checkBars, MAX_BARS } from '../bars.js';
import { readCursor, writeCursor, type Position } from '../cursor.js';
import { highlight, soughtRuns } from '../highlights.js';
import { storable, tokensOf } from '../hit-fields.js';
import { parseQuery, type Term } from '../query/parse.js';
import type { Cluster } from './cluster.js';
import { conditions } from './conditions.js';
import { readInstant, writeInstant } from './document.js';
import { isNear } from './near.js';
import type { HitDocument } from './schema.js';

/** Post text looked through for highlights on one page, in UTF-16 units, shared by its hits: some 100 ms. */
const HIGHLIGHTED_UNITS = 2_000_000;
/** As many values of a facet as a page shows. */
const VALUES_PER_FACET = 20;
/** Values that each index counts before they are put together: more than an installation has, so counts are exact. */
const VALUES_PER_INDEX = 10_000;

const FACET_FIELD: Record<FacetName, keyof HitDocument> = {
  source: 'source',
  language: 'language',
  region: 'region',
  rule: 'rules',
  indicator: 'indicator',
  severity: 'severity',
};

/**
 * One request for hits, total and facets. Pages are keysets of (event time, id): they need no point in time kept open
 * between them, and hits that come meanwhile neither repeat nor hide others.
 */
export async function searchHits(cluster: Cluster, query: HitQuery): Promise<HitPage> {
  const position = readCursor(query);
  const terms = termsOf(query);
  const found = await cluster.client.search<
    Pick<HitDocument, 'hit'>,
    Record<FacetName, estypes.AggregationsStringTermsAggregate>
  >({
    ...within(cluster),
    query: conditions(query, terms),
    ...orderOf(query, position),
    // One more than asked for says whether there is a next page.
    size: query.size + 1,
    track_total_hits: true,
    _source: ['hit'],
    aggregations: Object.fromEntries(FACETS.map((facet) => [facet, countOf(facet)])),
  });
  const hits = found.hits.hits.flatMap(({ _source }) => (_source ? [hitOf(_source)] : []));
  const page = hits.slice(0, query.size);
  const last = page.at(-1);
  // While it moves to indices of new mappings a hit may stand in two, side by side in this order.
  const shown = page.filter(({ post }, i) => post.id !== page[i - 1]?.post.id);
  const total = found.hits.total;
  return {
    hits: withHighlights(shown, terms),
    next: hits.length > query.size && last ? writeCursor(query, positionOf(last)) : null,
    total: typeof total === 'number' ? total : (total?.value ?? 0),
    facets: facetsOf(found.aggregations),
  };
}

/** Counts by event time in bars aligned to the epoch. Bars without hits are left out. Throws `bad-input` beyond 10,000 bars. */
export async function histogramOfHits(
  cluster: Cluster,
  query: HitQuery,
  by: HistogramSpec,
): Promise<Histogram> {
  // A composite, unlike a plain histogram, stops at its size however long the time that the hits span.
  const found = await cluster.client.search<unknown, { bars: estypes.AggregationsCompositeAggregate }>({
    ...within(cluster),
    query: conditions(query, termsOf(query)),
    size: 0,
    track_total_hits: false,
    aggregations: {
      bars: {
        composite: {
          size: MAX_BARS + 1,
          sources: [
            { at: { date_histogram: { field: 'event_time', fixed_interval: `${by.everySeconds}s` } } },
          ],
        },
      },
    },
  });
  const bars = listed(found.aggregations?.bars.buckets);
  checkBars(bars.length);
  return {
    everySeconds: by.everySeconds,
    bars: bars.map(({ key, doc_count: count }) => ({ at: new Date(Number(key.at)).toISOString(), count })),
  };
}

function within(cluster: Cluster) {
  return {
    index: cluster.names.alias,
    ignore_unavailable: true,
    allow_no_indices: true,
    // An error rather than an answer that lacks hits without saying so.
    allow_partial_search_results: false,
  };
}

function termsOf(query: HitQuery): Term[] {
  return query.text === undefined || query.text.trim() === '' ? [] : parseQuery(query.text, tokensOf);
}

function orderOf(query: HitQuery, position: Position | null) {
  const order = query.order === 'newest' ? 'desc' : 'asc';
  const sort: estypes.SortCombinations[] = [
    { event_time: { order } },
    { event_micros: { order } },
    { id: { order } },
  ];
  if (position === null) return { sort };
  const { millis, micros } = readInstant(position.eventTime);
  return { sort, search_after: [millis, micros, position.id] };
}

function countOf(facet: FacetName): estypes.AggregationsAggregationContainer {
  return {
    terms: {
      field: FACET_FIELD[facet],
      size: VALUES_PER_FACET,
      shard_size: VALUES_PER_INDEX,
      order: [{ _count: 'desc' }, { _key: 'asc' }],
    },
  };
}

function facetsOf(
  counted: Partial<Record<FacetName, estypes.AggregationsStringTermsAggregate>> | undefined,
): HitPage['facets'] {
  const values = (facet: FacetName) =>
    listed(counted?.[facet]?.buckets).map(({ key, doc_count: count }) => ({ value: String(key), count }));
  return {
    source: values('source'),
    language: values('language'),
    region: values('region'),
    rule: values('rule'),
    indicator: values('indicator'),
    severity: values('severity'),
  };
}

/** Buckets come as a list; the client's types also know keyed ones, which nobody here asks for. */
function listed<T>(buckets: T[] | Record<string, T> | undefined): T[] {
  return Array.isArray(buckets) ? buckets : Object.values(buckets ?? {});
}

/** As it was written by `toDocument`: checked when it came in, so not again. */
function hitOf(source: Pick<HitDocument, 'hit'>): Hit {
  return JSON.parse(source.hit) as Hit;
}

function positionOf(hit: Hit): Position {
  return { eventTime: writeInstant(readInstant(hit.eventTime)), id: storable(hit.post.id) };
}

function withHighlights(hits: readonly Hit[], terms: readonly Term[]): FoundHit[] {
  const units = Math.floor(HIGHLIGHTED_UNITS / Math.max(hits.length, 1));
  return hits.map((hit) => {
    if (terms.length === 0) return { hit, highlights: [] };
    const tokens = tokenise(hit.post.text.slice(0, units));
    return { hit, highlights: highlight(tokens, soughtRuns(terms, expansionsIn(tokens, terms))) };
  });
}

/** For each fuzzy term, the tokens of this post that it stands for: the index does not tell which it took. */
function expansionsIn(tokens: readonly Token[], terms: readonly Term[]): Map<Term, readonly string[]> {
  const fuzzy = terms.filter((term) => term.kind === 'fuzzy');
  const expansions = new Map<Term, readonly string[]>();
  if (fuzzy.length === 0) return expansions;
  const distinct = [...new Set(tokens.map((token) => token.text))].map((text) => ({
    text,
    letters: [...text],
  }));
  for (const term of fuzzy) {
    const sought = [...term.token];
    const near = distinct.filter(({ letters }) => isNear(sought, letters, term.edits));
    expansions.set(
      term,
      near.map(({ text }) => text),
    );
  }
  return expansions;
}
