import type { Database } from '@vigil/database';

const DAY_MS = 86_400_000;
/** Advisory lock for making and dropping partitions: one process at a time. The number is arbitrary and ours alone. */
const PARTITION_LOCK = 7_100_101;

/** The UTC day of an instant, YYYY-MM-DD. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/**
 * The dedupe's window: one partition of `seen_post` per day of arrival. A post that comes again within the transit
 * retention (7 days by default) is recognised; later than that nothing on the bus can bring it back, and a collector
 * that re-reads so old a post counts it again, unless it is a hit: hits are remembered for good.
 */
export class SeenDays {
  #ready = new Set<string>();

  constructor(private readonly db: Database) {}

  /** Makes the partitions of this day and the next, so that midnight finds its own. Quick once they exist. */
  async ensure(atMs: number): Promise<void> {
    const days = [dayOf(atMs), dayOf(atMs + DAY_MS)].filter((day) => !this.#ready.has(day));
    if (days.length === 0) return;
    await this.db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
      for (const day of days) {
        const end = dayOf(Date.parse(day) + DAY_MS);
        // Days are made of digits and dashes by dayOf: nothing to escape.
        await tx.query(
          `CREATE TABLE IF NOT EXISTS ${partitionOf(day)} PARTITION OF seen_post FOR VALUES FROM ('${day}') TO ('${end}')`,
        );
      }
    });
    this.#ready = new Set([...[...this.#ready].slice(-8), ...days]);
  }

  /** Drops the days that ended more than `days` before `nowMs`. Returns how many. */
  async expire(nowMs: number, days: number): Promise<number> {
    const oldest = partitionOf(dayOf(nowMs - days * DAY_MS));
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [PARTITION_LOCK]);
      const rows = await tx.query<{ name: string }>(
        `SELECT c.relname AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
         WHERE i.inhparent = 'seen_post'::regclass AND c.relname < $1`,
        [oldest],
      );
      for (const { name } of rows) await tx.query(`DROP TABLE ${name}`);
      return rows.length;
    });
  }
}

function partitionOf(day: string): string {
  return `seen_post_${day.replaceAll('-', '')}`;
}
