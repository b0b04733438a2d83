import type { Hit, HitState } from '@vigil/contracts';
import { textArray, type Database } from '@vigil/database';
import { eraseIds } from './erase.js';
import { sharePutLock } from './lock.js';
import { toRow, type Row } from './row.js';
import { erasures, type KnownTokens } from './known-tokens.js';

/** Rows of one statement: enough to make its round trip cheap, few enough that a transaction stays short. */
const MAX_ROWS = 1_000;
/** Post text of one statement, in UTF-16 units: bounds the memory of 1,000 very long posts. */
const MAX_UNITS = 4_000_000;

const UPSERT = `
  with given as (
    select * from unnest(
      $1::text[], $2::int[], $3::int[], $4::smallint[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::boolean[], $15::text[], $16::text[]
    ) as g (id, revision, ruleset, state, event_time, source, language, region,
            rules, indicator, severity, author, channel, demo, tokens, hit)
    where not exists (select from hit_index_erased e where e.id_hash = sha256(convert_to(g.id, 'UTF8')))
  ), won as (
    insert into hit_index as old (id, revision, ruleset, state, event_time, source, language, region,
                                  rules, indicator, severity, author, channel, demo)
    select id, revision, ruleset, state, event_time, source, language, region,
           string_to_array(rules, ' '), indicator, severity, author, channel, demo
    from given
    on conflict (id) do update set
      revision = excluded.revision, ruleset = excluded.ruleset, state = excluded.state,
      event_time = excluded.event_time, source = excluded.source, language = excluded.language,
      region = excluded.region, rules = excluded.rules, indicator = excluded.indicator,
      severity = excluded.severity, author = excluded.author, channel = excluded.channel, demo = excluded.demo
    where (excluded.revision, excluded.ruleset, excluded.state) >= (old.revision, old.ruleset, old.state)
    returning n, id
  )
  insert into hit_index_text (n, tokens, hit)
  select won.n, given.tokens::tsvector, given.hit::json from won join given using (id)
  on conflict (n) do update set tokens = excluded.tokens, hit = excluded.hit`;

/** In sorted order, as two transactions that add the same tokens in different orders would wait for each other. */
const ADD_TOKENS = `
  insert into hit_index_token (token)
  select token from unnest($1::text[]) as g (token)
  on conflict do nothing`;

/** Stores the hits, in transactions of bounded size: all of a chunk or nothing of it. */
export async function putHits(db: Database, known: KnownTokens, hits: readonly Hit[]): Promise<void> {
  const newest = newestOfEach(hits);
  const erased = newest.filter((hit) => hit.state === 'erased');
  if (erased.length > 0)
    await eraseIds(
      db,
      erased.map((hit) => hit.post.id),
    );
  for (const chunk of chunks(newest)) {
    await putChunk(db, known, chunk);
  }
}

async function putChunk(db: Database, known: KnownTokens, hits: readonly Hit[]): Promise<void> {
  const rows: Row[] = [];
  for (const hit of hits) if (hit.state !== 'erased') rows.push(toRow(hit, hit.state));
  if (rows.length === 0) return;
  const added = await db.transaction(async (tx) => {
    await sharePutLock(tx);
    await tx.query(UPSERT, columns(rows));
    const since = await erasures(tx);
    const tokens = known.missing(rows, since);
    if (tokens.length > 0) await tx.query(ADD_TOKENS, [textArray(tokens)]);
    return { tokens, since };
  });
  known.add(added.tokens, added.since);
}

/** Of several versions of a hit in one call only the one that wins, sorted by id so that concurrent writers can't deadlock. */
function newestOfEach(hits: readonly Hit[]): Hit[] {
  const newest = new Map<string, Hit>();
  for (const hit of hits) {
    const known = newest.get(hit.post.id);
    if (!known || isAtLeast(hit, known)) newest.set(hit.post.id, hit);
  }
  return [...newest.values()].sort((a, b) => (a.post.id < b.post.id ? -1 : 1));
}

const STATE_ORDER: readonly HitState[] = ['current', 'superseded', 'deleted', 'withdrawn', 'erased'];

function isAtLeast(a: Hit, b: Hit): boolean {
  if (a.state === 'erased' || b.state === 'erased') return a.state === 'erased';
  const difference =
    a.verdict.revision - b.verdict.revision ||
    a.verdict.ruleset - b.verdict.ruleset ||
    STATE_ORDER.indexOf(a.state) - STATE_ORDER.indexOf(b.state);
  return difference >= 0;
}

function* chunks(hits: readonly Hit[]): Generator<Hit[]> {
  let chunk: Hit[] = [];
  let units = 0;
  for (const hit of hits) {
    if (chunk.length === MAX_ROWS || (chunk.length > 0 && units + hit.post.text.length > MAX_UNITS)) {
      yield chunk;
      chunk = [];
      units = 0;
    }
    chunk.push(hit);
    units += hit.post.text.length;
  }
  if (chunk.length > 0) yield chunk;
}

function columns(rows: readonly Row[]): unknown[] {
  return [
    textArray(rows.map((row) => row.id)),
    rows.map((row) => row.revision),
    rows.map((row) => row.ruleset),
    rows.map((row) => row.state),
    rows.map((row) => row.eventTime),
    textArray(rows.map((row) => row.source)),
    textArray(rows.map((row) => row.language)),
    textArray(rows.map((row) => row.region)),
    textArray(rows.map((row) => row.rules)),
    textArray(rows.map((row) => row.indicator)),
    textArray(rows.map((row) => row.severity)),
    textArray(rows.map((row) => row.author)),
    textArray(rows.map((row) => row.channel)),
    rows.map((row) => row.demo),
    textArray(rows.map((row) => row.tokens)),
    textArray(rows.map((row) => row.hit)),
  ];
}
