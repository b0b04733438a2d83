import type { Queryable } from '@vigil/database';

/** How far the demo is, as remembered in the database. Instants in milliseconds since the epoch. */
export interface DemoProgress {
  /** When it was loaded: the end of its history, and what its posts' times follow from. */
  readonly startedMs: number;
  /** When the last post of the history had been acknowledged; null while it is loading. The burst counts from there. */
  readonly liveFromMs: number | null;
  readonly removed: boolean;
}

/** Where the demo's progress is kept, so that a restart goes on where a kill stopped it, and a removal stays. */
export interface DemoRecord {
  /** Null where the demo was never loaded. */
  read(): Promise<DemoProgress | null>;
  /** Begins the demo; where it began before, nothing changes. Returns what stands. */
  begin(startedMs: number): Promise<DemoProgress>;
  historyLoaded(liveFromMs: number): Promise<void>;
  /** Also where the demo was never loaded: then it never will be. */
  remove(atMs: number): Promise<void>;
}

interface Row extends Record<string, unknown> {
  started: string;
  live_from: string | null;
  removed: boolean;
}

const SELECT = `SELECT (extract(epoch FROM started_at) * 1000)::bigint AS started,
  (extract(epoch FROM live_from) * 1000)::bigint AS live_from, removed_at IS NOT NULL AS removed FROM demo`;

/** The one row of the table `demo`. */
export function demoRecord(db: Queryable): DemoRecord {
  const read = async (): Promise<DemoProgress | null> => {
    const [row] = await db.query<Row>(SELECT);
    if (!row) return null;
    return {
      startedMs: Number(row.started),
      liveFromMs: row.live_from === null ? null : Number(row.live_from),
      removed: row.removed,
    };
  };
  return {
    read,
    begin: async (startedMs) => {
      await db.query('INSERT INTO demo (started_at) VALUES ($1) ON CONFLICT DO NOTHING', [
        new Date(startedMs),
      ]);
      return (await read()) ?? { startedMs, liveFromMs: null, removed: false };
    },
    historyLoaded: async (liveFromMs) => {
      await db.query('UPDATE demo SET live_from = $1 WHERE live_from IS NULL', [new Date(liveFromMs)]);
    },
    remove: async (atMs) => {
      await db.query(
        'INSERT INTO demo (started_at, removed_at) VALUES ($1, $1) ON CONFLICT (one) DO UPDATE SET removed_at = $1',
        [new Date(atMs)],
      );
    },
  };
}
