import type { Hit, HitState } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';
import { plainKey, postKey } from './post-key.js';
import type { HitDoc, PlannedHit } from './plan-batch.js';

interface HitRow extends Record<string, unknown> {
  key: string;
  state: HitState;
  event_time: Date;
  first_seen_at: Date;
  /** Written by us from parsed contracts. */
  doc: HitDoc;
}

export interface HitRecord {
  readonly key: string;
  readonly hit: Hit;
}

const COLUMNS = 'h.key, h.state, h.event_time, h.first_seen_at, h.doc';

function toRecord(row: HitRow): HitRecord {
  const times = { eventTime: row.event_time.getTime(), firstSeenAt: row.first_seen_at.getTime() };
  return { key: plainKey(row.key), hit: toHit(row.doc, row.state, times) };
}

/** The hit as everyone else sees it, from what is kept of it. */
export function toHit(doc: HitDoc, state: HitState, times: { eventTime: number; firstSeenAt: number }): Hit {
  return {
    post: doc.post,
    verdict: doc.verdict,
    state,
    region: doc.region,
    eventTime: new Date(times.eventTime).toISOString(),
    firstSeenAt: new Date(times.firstSeenAt).toISOString(),
  };
}

/** Null where the batch changed only version or state: the text stands in the database. */
export function plannedToHit(planned: PlannedHit): Hit | null {
  return planned.doc === null ? null : toHit(planned.doc, planned.state, planned);
}

/** The hit of a post, or null. */
export async function hitOfPost(db: Queryable, postId: string): Promise<Hit | null> {
  const [row] = await db.query<HitRow>(
    `SELECT ${COLUMNS} FROM hit h WHERE h.key = $1::uuid AND h.state <> 'erased'`,
    [postKey(postId)],
  );
  return row ? toRecord(row).hit : null;
}

export interface OutboxRow {
  readonly seq: string;
  readonly record: HitRecord;
}

/** The oldest outbox rows written before `before`, with their hits as they stand now. */
export async function readOutbox(db: Queryable, before: Date, limit: number): Promise<OutboxRow[]> {
  const rows = await db.query<HitRow & { seq: string }>(
    `SELECT o.seq, ${COLUMNS} FROM hit_outbox o JOIN hit h ON h.key = o.key WHERE o.since <= $1 ORDER BY o.seq LIMIT $2`,
    [before, limit],
  );
  return rows.map((row) => ({ seq: row.seq, record: toRecord(row) }));
}

/**
 * Removes outbox rows that the index has, or whose hit is gone, and with them what an earlier row of the same hit was
 * set aside for, and what was left of an erased hit to tell the index.
 */
export async function clearOutbox(db: Queryable, seqs: readonly string[]): Promise<void> {
  if (seqs.length === 0) return;
  // Need not wait for the disk: a row that a crash brings back is put into the index once more.
  await db.query(
    `WITH gone AS (
       DELETE FROM hit_outbox WHERE seq = ANY($1::bigint[]) AND set_config('synchronous_commit', 'off', true) = 'off'
       RETURNING key, seq
     ), erased AS (
       -- Not while another row waits: of an erasure meanwhile the index would never hear.
       DELETE FROM hit h USING gone WHERE h.key = gone.key AND h.state = 'erased'
         AND NOT EXISTS (SELECT 1 FROM hit_outbox o WHERE o.key = h.key AND o.seq <> ALL ($1::bigint[]))
     )
     DELETE FROM hit_set_aside s USING gone WHERE s.key = gone.key AND s.seq < gone.seq`,
    [`{${seqs.join(',')}}`],
  );
}

/** How much waits in the outbox, and since when. */
export async function outboxState(db: Queryable): Promise<{ waiting: number; waitingSince: string | null }> {
  const [row] = await db.query<{ waiting: number; since: Date | null }>(
    'SELECT count(*)::int AS waiting, min(since) AS since FROM hit_outbox',
  );
  return { waiting: row?.waiting ?? 0, waitingSince: row?.since?.toISOString() ?? null };
}
