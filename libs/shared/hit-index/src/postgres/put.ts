import type { Hit } from '@vigil/contracts';
import { sqlState, textArray, type Database } from '@vigil/database';
import { chunks, newestOfEach } from '../newest.js';
import { makeEach, RefusedHits, type RefusedHit } from '../refused-hits.js';
import { eraseIds } from './erase.js';
import { sharePutLock } from './lock.js';
import { toRow, type Row } from './row.js';
import { erasures, type KnownTokens } from './known-tokens.js';

const UPSERT = `
  with given as (
    select * from unnest(
      $1::text[], $2::int[], $3::int[], $4::smallint[], $5::timestamptz[], $6::text[], $7::text[], $8::text[],
      $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::boolean[], $15::text[], $16::text[],
      $17::timestamptz[]
    ) as g (id, revision, ruleset, state, event_time, source, language, region,
            rules, indicator, severity, author, channel, demo, tokens, hit, first_seen_at)
    where not exists (select from hit_index_erased e where e.id_hash = sha256(convert_to(g.id, 'UTF8')))
  ), won as (
    insert into hit_index as old (id, revision, ruleset, state, event_time, source, language, region,
                                  rules, indicator, severity, author, channel, demo, first_seen_at)
    select id, revision, ruleset, state, event_time, source, language, region,
           string_to_array(rules, ' '), indicator, severity, author, channel, demo,
           first_seen_at
    from given
    on conflict (id) do update set
      revision = excluded.revision, ruleset = excluded.ruleset, state = excluded.state,
      event_time = excluded.event_time, source = excluded.source, language = excluded.language,
      region = excluded.region, rules = excluded.rules, indicator = excluded.indicator,
      severity = excluded.severity, author = excluded.author, channel = excluded.channel, demo = excluded.demo,
      first_seen_at = excluded.first_seen_at
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

/** SQLSTATE classes that speak of a value: 22, data exception; 54, a limit of the server that the value passes. */
const VALUE_FAULT = /^(22|54)/;

/** Stores the hits, in transactions of bounded size: all of a chunk or nothing of it. */
export async function putHits(db: Database, known: KnownTokens, hits: readonly Hit[]): Promise<void> {
  const newest = newestOfEach(hits);
  const erased = newest.filter((hit) => hit.state === 'erased');
  if (erased.length > 0)
    await eraseIds(
      db,
      erased.map((hit) => hit.post.id),
    );
  const refused: RefusedHit[] = [];
  for (const chunk of chunks(newest)) {
    const { made: rows, refused: unmade } = makeEach(
      chunk.filter((hit) => hit.state !== 'erased'),
      toRow,
    );
    refused.push(...unmade, ...(await putRows(db, known, rows)));
  }
  if (refused.length > 0) throw new RefusedHits(refused);
}

/** All rows but those whose values PostgreSQL refuses, which are found by halving what holds one. */
async function putRows(db: Database, known: KnownTokens, rows: readonly Row[]): Promise<RefusedHit[]> {
  const [first] = rows;
  if (first === undefined) return [];
  try {
    await putChunk(db, known, rows);
    return [];
  } catch (error) {
    const state = sqlState(error);
    if (state === null || !VALUE_FAULT.test(state)) throw error;
    if (rows.length === 1)
      return [{ id: first.postId, reason: `PostgreSQL refuses its values (SQLSTATE ${state})` }];
    const half = rows.length >> 1;
    return [
      ...(await putRows(db, known, rows.slice(0, half))),
      ...(await putRows(db, known, rows.slice(half))),
    ];
  }
}

async function putChunk(db: Database, known: KnownTokens, rows: readonly Row[]): Promise<void> {
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
    rows.map((row) => row.firstSeenAt),
  ];
}
