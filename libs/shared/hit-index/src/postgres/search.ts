import type { FoundHit, Histogram, HistogramSpec, Hit, HitPage, HitQuery } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { tokenise } from '@vigil/text';
import { checkBars, MAX_BARS } from '../bars.js';
import { readCursor, writeCursor, type Position } from '../cursor.js';
import { highlight, soughtRuns } from '../highlights.js';
import { tokensOf } from '../hit-fields.js';
import { parseQuery } from '../query/parse.js';
import { toTsquery } from '../query/tsquery.js';
import { beyond, conditions, Parameters } from './conditions.js';
import { count } from './facets.js';
import { expand } from './fuzzy.js';

/** Post text looked through for highlights on one page, in UTF-16 units, shared by its hits: some 100 ms. */
const HIGHLIGHTED_UNITS = 2_000_000;
/** The query's text, ready for the index. `tsquery` null: there is none. */
interface Sought {
  readonly tsquery: string | null;
  readonly runs: readonly (readonly string[])[];
}

interface PageRow extends Record<string, unknown>, Position {
  readonly hit: Hit;
}

export async function searchHits(db: Database, query: HitQuery): Promise<HitPage> {
  const position = readCursor(query);
  const sought = await read(db, query);
  const [rows, counts] = await Promise.all([page(db, query, sought, position), counted(db, query, sought)]);
  const shown = rows.slice(0, query.size);
  const last = shown.at(-1);
  return {
    hits: withHighlights(shown, sought.runs),
    next: rows.length > query.size && last ? writeCursor(query, last) : null,
    ...counts,
  };
}

/** Counts by event time in bars aligned to the epoch. Bars without hits are left out. Throws `bad-input` beyond 10,000 bars. */
export async function histogramOfHits(db: Database, query: HitQuery, by: HistogramSpec): Promise<Histogram> {
  const sought = await read(db, query);
  const parameters = new Parameters();
  const width = parameters.bind(by.everySeconds);
  const where = conditions(query, sought.tsquery, parameters).join(' and ');
  const rows = await db.query<{ at: string; count: number }>(
    `select ${iso('date_bin(make_interval(secs => ' + width + "::int), h.event_time, 'epoch'::timestamptz)", 'MS')} as at,
            count(*)::int as count
     from hit_index h where ${where} group by 1 order by 1 limit ${MAX_BARS + 1}`,
    parameters.values,
  );
  checkBars(rows.length);
  return { everySeconds: by.everySeconds, bars: rows };
}

async function read(db: Database, query: HitQuery): Promise<Sought> {
  if (query.text === undefined || query.text.trim() === '') return { tsquery: null, runs: [] };
  const terms = parseQuery(query.text, tokensOf);
  const expansions = await expand(db, terms);
  return { tsquery: toTsquery(terms, expansions), runs: soughtRuns(terms, expansions) };
}

async function page(
  db: Database,
  query: HitQuery,
  sought: Sought,
  position: Position | null,
): Promise<PageRow[]> {
  const parameters = new Parameters();
  const all = conditions(query, sought.tsquery, parameters);
  if (position) all.push(beyond(position, query.order, parameters));
  const direction = query.order === 'newest' ? 'desc' : 'asc';
  // One more than asked for says whether there is a next page.
  const limit = parameters.bind(query.size + 1);
  return db.query<PageRow>(
    `with page as materialized (
       select h.n, h.id, h.event_time from hit_index h where ${all.join(' and ')}
       order by h.event_time ${direction}, h.id ${direction} limit ${limit}
     )
     select p.id, ${iso('p.event_time', 'US')} as "eventTime", t.hit
     from page p join hit_index_text t using (n) order by p.event_time ${direction}, p.id ${direction}`,
    parameters.values,
  );
}

function counted(db: Database, query: HitQuery, sought: Sought) {
  const parameters = new Parameters();
  const where = conditions(query, sought.tsquery, parameters).join(' and ');
  return count(db, where, parameters);
}

function withHighlights(rows: readonly PageRow[], runs: Sought['runs']): FoundHit[] {
  const units = Math.floor(HIGHLIGHTED_UNITS / Math.max(rows.length, 1));
  return rows.map(({ hit }) => ({
    hit,
    highlights: runs.length === 0 ? [] : highlight(tokenise(hit.post.text.slice(0, units)), runs),
  }));
}

/** An instant as ISO 8601 in UTC, with milliseconds (MS) or microseconds (US). */
function iso(expression: string, fraction: 'MS' | 'US'): string {
  return `to_char(${expression} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.${fraction}"Z"')`;
}
