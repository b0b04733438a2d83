import type { Clock, Source } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { LEASED, SOURCE_COLUMNS, toSource, type SourceRow } from '../sources/source-row.js';

/** Where a source stands at this moment, as the scheduler sees it. */
export interface Standing {
  readonly id: string;
  readonly definition: number;
  /** Neither paused nor past its approval. */
  readonly active: boolean;
  readonly expired: boolean;
  readonly due: boolean;
  readonly everPolled: boolean;
  /** How long it has been due, in milliseconds; negative before. */
  readonly overdueMs: number;
  /** Held by a process that beats; `ours` by this one. */
  readonly leased: boolean;
  readonly ours: boolean;
}

interface StandingRow extends Record<string, unknown> {
  readonly id: string;
  readonly definition: number;
  readonly paused: boolean;
  readonly approved_until: Date;
  readonly next_poll_at: Date | null;
  readonly last_poll_at: Date | null;
  readonly leased: boolean;
  readonly ours: boolean;
}

/** All sources as they stand, and each definition read once. */
export class Roster {
  /** Whether the sources have been read at all. */
  isRead = false;
  readonly #known = new Map<string, { definition: number; source: Source }>();

  constructor(
    private readonly db: Pick<Database, 'query'>,
    private readonly clock: Clock,
    private readonly instance: string,
  ) {}

  /** As of the last `refresh`. */
  source(id: string): Source | undefined {
    return this.#known.get(id)?.source;
  }

  definition(id: string): number {
    return this.#known.get(id)?.definition ?? 0;
  }

  async refresh(): Promise<Standing[]> {
    const rows = await this.db.query<StandingRow>(
      `SELECT s.id, s.definition, s.paused, s.approved_until, nullif(p.next_poll_at, 'infinity') AS next_poll_at, p.last_poll_at, ${LEASED} AS leased, coalesce(p.lease_owner = $1, false) AS ours
       FROM source s JOIN source_progress p ON p.source_id = s.id`,
      [this.instance],
    );
    const changed = rows.filter((row) => this.#known.get(row.id)?.definition !== row.definition);
    if (changed.length > 0) await this.#read(changed.map((row) => row.id));
    const present = new Set(rows.map((row) => row.id));
    for (const id of this.#known.keys()) if (!present.has(id)) this.#known.delete(id);
    this.isRead = true;
    const now = this.clock.now();
    return rows.map((row) => {
      const expired = row.approved_until.getTime() <= now;
      const overdueMs =
        row.next_poll_at === null ? Number.NEGATIVE_INFINITY : now - row.next_poll_at.getTime();
      return {
        id: row.id,
        definition: row.definition,
        active: !row.paused && !expired,
        expired,
        due: overdueMs >= 0,
        everPolled: row.last_poll_at !== null,
        overdueMs,
        leased: row.leased,
        ours: row.ours,
      };
    });
  }

  async #read(ids: readonly string[]): Promise<void> {
    const rows = await this.db.query<SourceRow & { definition: number }>(
      `SELECT ${SOURCE_COLUMNS}, s.definition FROM source s JOIN source_progress p ON p.source_id = s.id WHERE s.id = ANY ($1)`,
      [ids],
    );
    for (const row of rows)
      this.#known.set(row.id, { definition: row.definition, source: toSource(row, this.clock.now()) });
  }
}
