import { randomUUID } from 'node:crypto';
import type { Database } from '@vigil/database';
import { LEASED } from '../sources/source-row.js';

/** A third of what makes a process count as gone. */
export const BEAT_EVERY_MS = 1_000;

export interface Lease {
  readonly sourceId: string;
  /** Fences every write of this lease's holder. */
  readonly epoch: bigint;
  readonly cursor: unknown;
  /** How often in a row it has failed until now. */
  readonly failures: number;
}

/** How a source's run ended, for its row. */
export interface Ending {
  readonly nextPollAt: string | 'infinity';
  readonly error: string | null;
  readonly polledAt: string;
  /** Whether it counts as a success although no cursor moved (nothing new). */
  readonly success: boolean;
}

/**
 * One holder per source across processes. A process beats once a second in one row; its leases hold while it beats, so
 * that those of a killed process are free after three seconds, and nothing has to be renewed per source.
 */
export class Leases {
  readonly instance = randomUUID();

  constructor(private readonly db: Pick<Database, 'query'>) {}

  async beat(): Promise<void> {
    await this.db.query(
      `INSERT INTO collector_instance (id, beat_at) VALUES ($1, clock_timestamp())
       ON CONFLICT (id) DO UPDATE SET beat_at = excluded.beat_at`,
      [this.instance],
    );
  }

  /** Forgets processes that stopped beating an hour ago. */
  async tidy(): Promise<void> {
    await this.db.query(
      `DELETE FROM collector_instance WHERE beat_at < clock_timestamp() - interval '1 hour'`,
    );
  }

  /**
   * Takes those of the sources that nobody else holds, that are due (`dueBy`) and may be collected at `now`. The
   * caller asks only for sources this process is not reading: a lease of its own that it finds was left over.
   * Each lease gets a new epoch, which fences the holder before.
   */
  async take(ids: readonly string[], now: string, dueBy: string): Promise<Lease[]> {
    if (ids.length === 0) return [];
    const rows = await this.db.query<{
      source_id: string;
      epoch: string;
      cursor: unknown;
      consecutive_failures: number;
    }>(
      `UPDATE source_progress p SET lease_owner = $2, epoch = p.epoch + 1, last_poll_at = $3
       FROM source s
       WHERE s.id = p.source_id AND p.source_id = ANY ($1) AND NOT s.paused AND s.approved_until > $3
         AND p.next_poll_at <= $4 AND (p.lease_owner = $2 OR NOT ${LEASED})
       RETURNING p.source_id, p.epoch, p.cursor, p.consecutive_failures`,
      [ids, this.instance, now, dueBy],
    );
    return rows.map((row) => ({
      sourceId: row.source_id,
      epoch: BigInt(row.epoch),
      cursor: row.cursor,
      failures: row.consecutive_failures,
    }));
  }

  /** Gives a lease back with how it went. Nothing happens where it was taken over. */
  async give(lease: Lease, ending: Ending): Promise<void> {
    await this.db.query(
      `UPDATE source_progress SET lease_owner = NULL, next_poll_at = $3, last_poll_at = $4, last_error = $5,
         consecutive_failures = CASE WHEN $5::text IS NULL THEN 0 ELSE consecutive_failures + 1 END,
         last_success_at = CASE WHEN $6 THEN $4 ELSE last_success_at END
       WHERE source_id = $1 AND epoch = $2`,
      [
        lease.sourceId,
        lease.epoch.toString(),
        ending.nextPollAt,
        ending.polledAt,
        ending.error,
        ending.success,
      ],
    );
  }

  /** Gives a lease back where nothing is to be said of the source: the next one goes on at once. */
  async giveBack(lease: Lease): Promise<void> {
    await this.db.query('UPDATE source_progress SET lease_owner = NULL WHERE source_id = $1 AND epoch = $2', [
      lease.sourceId,
      lease.epoch.toString(),
    ]);
  }

  /** Gives everything back at a stop, so that the next process need not wait. */
  async giveAll(): Promise<void> {
    await this.db.query('UPDATE source_progress SET lease_owner = NULL WHERE lease_owner = $1', [
      this.instance,
    ]);
    await this.db.query('DELETE FROM collector_instance WHERE id = $1', [this.instance]);
  }
}
