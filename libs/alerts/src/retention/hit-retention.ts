import type { Clock, RetentionState } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { HitIndex } from '@vigil/hit-index';
import { takeHoldLock } from './holds.js';

const DAY_MS = 86_400_000;
/** Hits removed in one transaction: a second at most, in which nobody places a hold. */
const CHUNK = 1_000;
/** A run that has not ended by then has died, and another begins. */
const LEASE_MS = 3_600_000;

export interface HitRetentionOptions {
  readonly db: Database;
  readonly index: HitIndex;
  readonly clock: Clock;
  /** How long hits are kept, in days; their month goes as a whole, so up to 31 days longer. */
  readonly days: number;
}

interface RetentionRow extends Record<string, unknown> {
  due_at: Date;
  before_month: string | null;
  finished_at: Date | null;
  removed: string;
  held: string;
  failure: string | null;
}

/**
 * Removes, once a day, the hits whose time is over, month by month of first collection: from the system of record, then
 * from the index. What a legal hold covers stays in both. Its due time is in PostgreSQL; every step can be repeated.
 */
export class HitRetention {
  constructor(private readonly options: HitRetentionOptions) {}

  /** Runs where it is due and nobody else is at it. Returns how many hits are gone; null where it was not due. */
  async runWhenDue(): Promise<number | null> {
    const { db, clock } = this.options;
    // The first run makes the row: a database in which nothing ever ran stays empty, as a move wants its target.
    const claimed = await db.query(
      `INSERT INTO hit_retention AS r (due_at) VALUES ($2)
       ON CONFLICT (one) DO UPDATE SET due_at = excluded.due_at WHERE r.due_at <= $1 RETURNING one`,
      [new Date(clock.now()), new Date(clock.now() + LEASE_MS)],
    );
    if (claimed.length === 0) return null;
    try {
      return await this.#run();
    } catch (error) {
      await db.query('UPDATE hit_retention SET failure = $1', [
        error instanceof Error ? error.message.slice(0, 500) : 'unknown',
      ]);
      throw error;
    }
  }

  async state(): Promise<RetentionState> {
    const [row] = await this.options.db.query<RetentionRow>('SELECT * FROM hit_retention');
    return {
      days: this.options.days,
      nextAt: row?.due_at.toISOString() ?? null,
      lastAt: row?.finished_at?.toISOString() ?? null,
      beforeMonth: row?.before_month ?? null,
      removed: Number(row?.removed ?? 0),
      held: Number(row?.held ?? 0),
      failure: row?.failure ?? null,
    };
  }

  async #run(): Promise<number> {
    const { db, index, clock, days } = this.options;
    const beforeMonth = monthBefore(clock.now(), days);
    let removed = 0;
    for (;;) {
      const now = await this.#removeChunk(beforeMonth);
      removed += now;
      if (now < CHUNK) break;
    }
    const keep = await this.#heldBefore(beforeMonth);
    await index.erase({ beforeMonth, keep });
    await db.query(
      `UPDATE hit_retention SET due_at = $1, finished_at = $2, before_month = $3, removed = $4, held = $5, failure = NULL`,
      [new Date(clock.now() + DAY_MS), new Date(clock.now()), beforeMonth, removed, keep.length],
    );
    return removed;
  }

  #removeChunk(beforeMonth: string): Promise<number> {
    return this.options.db.transaction(async (tx) => {
      await takeHoldLock(tx);
      const [row] = await tx.query<{ gone: number }>(
        `WITH gone AS (
           DELETE FROM hit WHERE key IN (
             SELECT h.key FROM hit h WHERE h.first_seen_at < $1 AND h.state <> 'erased'
               AND NOT EXISTS (SELECT 1 FROM held_hit k WHERE k.key = h.key)
             LIMIT ${CHUNK})
           RETURNING key
         ), outbox AS (
           DELETE FROM hit_outbox o USING gone WHERE o.key = gone.key
         ), aside AS (
           DELETE FROM hit_set_aside s USING gone WHERE s.key = gone.key
         )
         SELECT count(*)::int AS gone FROM gone`,
        [`${beforeMonth}-01T00:00:00Z`],
      );
      return row?.gone ?? 0;
    });
  }

  /** Ids of the posts whose hits would have gone, were they not held. */
  async #heldBefore(beforeMonth: string): Promise<string[]> {
    const rows = await this.options.db.query<{ doc: { post: { id: string } } }>(
      `SELECT h.doc FROM hit h WHERE h.first_seen_at < $1 AND h.state <> 'erased'`,
      [`${beforeMonth}-01T00:00:00Z`],
    );
    return rows.map(({ doc }) => doc.post.id);
  }
}

/** The month (2026-11) before which hits are too old: everything first collected earlier is older than `days`. */
export function monthBefore(nowMs: number, days: number): string {
  return new Date(nowMs - days * DAY_MS).toISOString().slice(0, 7);
}
