import type { SetAsideHit } from '@vigil/contracts';
import { type Queryable, textArray } from '@vigil/database';
import type { HitDoc } from './plan-batch.js';

/** As many as a person reads; the rest is counted. */
const SHOWN = 50;
/** Bounds what is kept of a reason; an engine's names are shorter. */
const LONGEST_REASON = 500;

/** A hit of the outbox that the index refused for good. */
export interface RefusedRow {
  /** See postKey. */
  readonly key: string;
  /** Of its latest outbox row. */
  readonly seq: string;
  readonly reason: string;
}

/** Remembers what the index refused, so that its outbox rows can go. A hit that is gone meanwhile is not remembered. */
export async function setAside(db: Queryable, refused: readonly RefusedRow[], now: Date): Promise<void> {
  await db.query(
    `INSERT INTO hit_set_aside AS old (key, seq, reason, since)
     SELECT g.key, g.seq, g.reason, $4
     FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS g (key, seq, reason) JOIN hit USING (key)
     ON CONFLICT (key) DO UPDATE
     SET seq = greatest(old.seq, excluded.seq), reason = excluded.reason, attempts = old.attempts + 1`,
    [
      refused.map((one) => one.key),
      refused.map((one) => one.seq),
      textArray(refused.map((one) => one.reason.slice(0, LONGEST_REASON))),
      now,
    ],
  );
}

/** Puts all that was set aside into the outbox again, as left behind at `since`. Returns how many. */
export async function replaySetAside(db: Queryable, since: Date): Promise<number> {
  const rows = await db.query(
    'INSERT INTO hit_outbox (key, since) SELECT key, $1 FROM hit_set_aside ORDER BY key RETURNING seq',
    [since],
  );
  return rows.length;
}

export async function countSetAside(db: Queryable): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM hit_set_aside JOIN hit USING (key)',
  );
  return row?.count ?? 0;
}

/** The newest of them. */
export async function readSetAside(db: Queryable): Promise<SetAsideHit[]> {
  const rows = await db.query<{ doc: HitDoc; reason: string; since: Date; attempts: number }>(
    `SELECT h.doc, s.reason, s.since, s.attempts FROM hit_set_aside s JOIN hit h USING (key)
     ORDER BY s.since DESC, s.key LIMIT ${SHOWN}`,
  );
  return rows.map(({ doc, reason, since, attempts }) => ({
    postId: doc.post.id,
    reason,
    since: since.toISOString(),
    attempts,
  }));
}
