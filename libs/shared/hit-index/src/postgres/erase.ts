import type { EraseScope, Hit } from '@vigil/contracts';
import { byteaArray, textArray, type Database, type Transaction } from '@vigil/database';
import { idHash, storable, storableInstant } from '../hit-fields.js';
import { quoteLexeme } from '../query/tsquery.js';
import { takeEraseLock } from './lock.js';

/** Hits removed in one transaction: it holds off writers for some 300 ms. */
const CHUNK = 200;
/** The newest posts, in which most common tokens occur: those need no look-up of their own. */
const RECENT_POSTS = 1_000;

/** Which hits, with the parameters of the condition; whether their ids are remembered, so that they never come again. */
interface Which {
  readonly condition: string;
  readonly values: readonly unknown[];
  readonly forGood: boolean;
}

const REMOVE = ({ condition, forGood }: Which) => `
  with gone as (
    delete from hit_index where n in (select n from hit_index where ${condition} limit ${CHUNK}) returning n, id
  ), marked as (
    insert into hit_index_erased (id_hash) select sha256(convert_to(id, 'UTF8')) from gone where ${forGood}
    on conflict do nothing
  ), texts as (
    delete from hit_index_text t using gone where t.n = gone.n returning t.tokens
  )
  select (select count(*) from gone)::int as removed,
         array(select distinct u.lexeme from texts, unnest(texts.tokens) as u) as lexemes`;

const MARK = 'insert into hit_index_erased (id_hash) select unnest($1::bytea[]) on conflict do nothing';

/** Removes what the scope names. Returns how many hits that were. Can be repeated and interrupted: each chunk is whole. */
export async function eraseHits(db: Database, scope: EraseScope): Promise<number> {
  // What was put lately waits in a list that every look-up of a token reads through: five times slower (measured).
  await db.query(`select gin_clean_pending_list('hit_index_text_tokens')`);
  if ('ids' in scope) return eraseIds(db, scope.ids);
  if ('sourceId' in scope) return eraseWhere(db, forGood('source = $1', storable(scope.sourceId)));
  if ('demo' in scope) return eraseWhere(db, forGood('demo = $1', true));
  if ('beforeMonth' in scope) return expire(db, scope.beforeMonth, scope.keep);
  return eraseWhere(db, forGood('event_time < $1::timestamptz', storableInstant(scope.before)));
}

function forGood(condition: string, ...values: readonly unknown[]): Which {
  return { condition, values, forGood: true };
}

async function expire(db: Database, beforeMonth: string, keep: readonly string[]): Promise<number> {
  while ((await fillFirstSeen(db)) > 0);
  return eraseWhere(db, {
    condition: 'first_seen_at < $1::timestamptz and id <> all ($2::text[])',
    values: [`${beforeMonth}-01T00:00:00Z`, textArray(keep.map(storable))],
    forGood: false,
  });
}

/** Rows of a program that did not write the column yet, a batch at a time. Returns how many. */
async function fillFirstSeen(db: Database): Promise<number> {
  const rows = await db.query<{ n: string; hit: Pick<Hit, 'firstSeenAt'> }>(
    `select n, t.hit from hit_index join hit_index_text t using (n) where first_seen_at is null limit ${CHUNK}`,
  );
  if (rows.length === 0) return 0;
  await db.query(
    `update hit_index h set first_seen_at = g.at
     from unnest($1::bigint[], $2::timestamptz[]) as g (n, at) where h.n = g.n`,
    [rows.map((row) => row.n), rows.map((row) => storableInstant(row.hit.firstSeenAt))],
  );
  return rows.length;
}

/** An id that the index does not hold is remembered too: what comes later stays out. */
export async function eraseIds(db: Database, ids: readonly string[]): Promise<number> {
  let removed = 0;
  for (let at = 0; at < ids.length; at += CHUNK) {
    const chunk = ids.slice(at, at + CHUNK);
    removed += await db.transaction(async (tx) => {
      await takeEraseLock(tx);
      await tx.query(MARK, [byteaArray(chunk.map(idHash))]);
      return removeChunk(tx, forGood('id = any($1::text[])', chunk.map(storable)));
    });
  }
  return removed;
}

async function eraseWhere(db: Database, which: Which): Promise<number> {
  let removed = 0;
  for (;;) {
    const now = await db.transaction(async (tx) => {
      await takeEraseLock(tx);
      return removeChunk(tx, which);
    });
    removed += now;
    if (now < CHUNK) return removed;
  }
}

async function removeChunk(tx: Transaction, which: Which): Promise<number> {
  await tx.query("select nextval('hit_index_erasures')");
  const [row] = await tx.query<{ removed: number; lexemes: string[] }>(REMOVE(which), which.values);
  if (!row || row.removed === 0) return 0;
  await forgetTokens(tx, row.lexemes);
  return row.removed;
}

/** Takes tokens that no hit holds any more out of the dictionary: a name must not outlive the post it stood in. */
async function forgetTokens(tx: Transaction, lexemes: readonly string[]): Promise<void> {
  const rare = await tx.query<{ token: string }>(
    `select token from hit_index_token where token = any($1::text[])
     except
     select u.lexeme from (select tokens from hit_index_text order by n desc limit ${RECENT_POSTS}) t, unnest(t.tokens) u`,
    [textArray(lexemes)],
  );
  await tx.query(
    `delete from hit_index_token d using unnest($1::text[], $2::text[]) as g (token, query)
     where d.token = g.token
       and not exists (select from hit_index_text t where t.tokens @@ g.query::tsquery)`,
    [textArray(rare.map((row) => row.token)), textArray(rare.map((row) => quoteLexeme(row.token)))],
  );
}
