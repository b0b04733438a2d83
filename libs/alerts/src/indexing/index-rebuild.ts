import { type Clock, type IndexRebuild, type RebuildRequest, VigilError } from '@vigil/contracts';
import type { AuditLog } from '@vigil/auth';
import type { Database, Queryable, Transaction } from '@vigil/database';
import { type HitProjector, LEFT_BEHIND_MS } from './hit-projector.js';

/** Hits put into the outbox at a time. */
const STEP = 500;
/** Outbox rows beyond which the index is behind, and a rebuild waits rather than adds to them. */
const MOST_QUEUED = 2_000;
const FIRST_KEY = '00000000-0000-0000-0000-000000000000';

interface RebuildRow extends Record<string, unknown> {
  state: IndexRebuild['state'];
  asked_by: string;
  asked_at: Date;
  from_time: Date | null;
  to_time: Date | null;
  total: string;
  queued: string;
  after_key: string;
  last_seq: string;
  finished_at: Date | null;
}

export interface IndexRebuilderOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly projector: HitProjector;
  readonly audit: AuditLog;
}

/**
 * Fills the index again from the system of record: it puts hits into the outbox a few at a time, from where they go the
 * way of all hits, with its order, its retries and its setting aside. How far it is stands in PostgreSQL, so that any
 * process goes on with it.
 */
export class IndexRebuilder {
  #working: Promise<void> | null = null;
  #stopped = false;

  constructor(private readonly options: IndexRebuilderOptions) {}

  /** Throws `conflict` while another is under way. */
  async ask({ from, to }: RebuildRequest, actor: string): Promise<IndexRebuild> {
    const { db, clock, audit } = this.options;
    const range = [from ?? null, to ?? null];
    const asked = await db.transaction(async (tx) => {
      const before = await readRebuild(tx, 'FOR UPDATE');
      if (before?.state === 'running') {
        throw new VigilError(
          'conflict',
          `The index is being rebuilt since ${before.askedAt}: ${before.queued} of ${before.total} hits.`,
        );
      }
      await tx.query(
        `INSERT INTO index_rebuild AS old (state, asked_by, asked_at, from_time, to_time, total, queued, after_key, last_seq)
         SELECT 'running', $3, $4, $1, $2, (SELECT count(*) FROM hit WHERE ${WITHIN}), 0, '${FIRST_KEY}', 0
         ON CONFLICT (one) DO UPDATE SET
           state = excluded.state, asked_by = excluded.asked_by, asked_at = excluded.asked_at,
           from_time = excluded.from_time, to_time = excluded.to_time, total = excluded.total, queued = 0,
           after_key = excluded.after_key, last_seq = 0, finished_at = NULL`,
        [...range, actor, new Date(clock.now())],
      );
      await audit.record({ actor, action: 'index.rebuild', subject: 'hit-index', detail: { from, to } }, tx);
      return readRebuild(tx);
    });
    if (asked === null) throw new VigilError('internal', 'The rebuild that was asked for is gone.');
    return asked;
  }

  /** Stops the one under way: what it has done stays done. */
  async cancel(actor: string): Promise<IndexRebuild | null> {
    const { db, clock, audit } = this.options;
    return db.transaction(async (tx) => {
      const stopped = await tx.query(
        `UPDATE index_rebuild SET state = 'stopped', finished_at = $1 WHERE state = 'running' RETURNING one`,
        [new Date(clock.now())],
      );
      if (stopped.length > 0)
        await audit.record({ actor, action: 'index.rebuild-stop', subject: 'hit-index' }, tx);
      return readRebuild(tx);
    });
  }

  state(): Promise<IndexRebuild | null> {
    return readRebuild(this.options.db);
  }

  /** Goes on with the one under way, if there is one, to its end. Rejects where the index or the database fails. */
  work(): Promise<void> {
    this.#working ??= this.#work().finally(() => (this.#working = null));
    return this.#working;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#working?.catch(() => undefined);
  }

  async #work(): Promise<void> {
    const { db, projector, clock } = this.options;
    for (;;) {
      if (this.#stopped) return;
      const outcome = await db.transaction((tx) => step(tx, clock.now()));
      if (outcome === 'over') return;
      const brought = await projector.resume();
      // What the outbox holds is in other hands: the line's next round looks again.
      if (outcome === 'wait' && brought === 0) return;
    }
  }
}

const WITHIN = `state <> 'erased' AND ($1::timestamptz IS NULL OR event_time >= $1) AND ($2::timestamptz IS NULL OR event_time < $2)`;

const QUEUE = `
  WITH next AS MATERIALIZED (
    SELECT key FROM hit WHERE key > $3::uuid AND ${WITHIN} ORDER BY key LIMIT ${STEP}
  ), queued AS (
    INSERT INTO hit_outbox (key, since) SELECT key, $4 FROM next ORDER BY key RETURNING seq, key
  )
  UPDATE index_rebuild r
  SET queued = r.queued + q.count, after_key = q.last, last_seq = q.seq
  FROM (SELECT count(*) AS count, max(key::text COLLATE "C")::uuid AS last, max(seq) AS seq FROM queued) q
  WHERE q.count > 0
  RETURNING q.count`;

/** Puts the next hits into the outbox. 'over': nothing is left to do, or another process is at it. */
async function step(tx: Transaction, nowMs: number): Promise<'more' | 'wait' | 'over'> {
  const [row] = await tx.query<RebuildRow>(
    `SELECT * FROM index_rebuild WHERE state = 'running' FOR UPDATE SKIP LOCKED`,
  );
  if (row === undefined) return 'over';
  if (await isFull(tx)) return 'wait';
  // Left behind, so that they go after what is new and by whichever process looks first.
  const since = new Date(nowMs - LEFT_BEHIND_MS);
  const queued = await tx.query(QUEUE, [row.from_time, row.to_time, row.after_key, since]);
  if (queued.length > 0) return 'more';
  const [waits] = await tx.query('SELECT 1 FROM hit_outbox WHERE seq <= $1 LIMIT 1', [row.last_seq]);
  if (waits !== undefined) return 'wait';
  await tx.query(`UPDATE index_rebuild SET state = 'done', finished_at = $1`, [new Date(nowMs)]);
  return 'over';
}

async function isFull(tx: Transaction): Promise<boolean> {
  const rows = await tx.query(`SELECT 1 FROM hit_outbox LIMIT ${MOST_QUEUED}`);
  return rows.length === MOST_QUEUED;
}

async function readRebuild(db: Queryable, lock: '' | 'FOR UPDATE' = ''): Promise<IndexRebuild | null> {
  const [row] = await db.query<RebuildRow>(`SELECT * FROM index_rebuild ${lock}`);
  if (row === undefined) return null;
  return {
    state: row.state,
    askedBy: row.asked_by,
    askedAt: row.asked_at.toISOString(),
    from: row.from_time?.toISOString() ?? null,
    to: row.to_time?.toISOString() ?? null,
    total: Number(row.total),
    queued: Number(row.queued),
    finishedAt: row.finished_at?.toISOString() ?? null,
  };
}
