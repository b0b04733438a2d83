import type { Database } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import type { BusMetrics } from '../metrics.js';

const HOUR_MS = 3_600_000;
/** Width of one table of the log, as in bus_extend_log: what retention drops at once. */
export const TABLE_HOURS = 6;
/** Tables made ahead: a process that makes them may be away for a day. */
const AHEAD_HOURS = 24;
/** DROP waits for no reader longer than this, because publishers would wait behind it; the next round tries again. */
const DROP_WAIT_MS = 1_000;

export interface LogTable {
  readonly name: string;
  /** End of its range, milliseconds since the epoch. */
  readonly endMs: number;
  readonly bytes: number;
  /** A known group has yet to read some of it. */
  readonly unread: boolean;
}

export interface Retention {
  readonly days: number;
  readonly maxBytes: number;
}

/**
 * Which tables to drop, oldest first. Older than the days: always, for transit must end. Beyond the byte cap: the oldest, but
 * only while every known group has read them: a full disk is for an operator to see, not for us to solve by losing posts.
 * The table being written stays.
 */
export function toDrop(
  tables: readonly LogTable[],
  retention: Retention,
  nowMs: number,
): { drop: LogTable[]; overCap: boolean } {
  const past = tables.filter((table) => table.endMs <= nowMs).toSorted((a, b) => a.endMs - b.endMs);
  const tooOld = nowMs - retention.days * 24 * HOUR_MS;
  let bytes = tables.reduce((sum, table) => sum + table.bytes, 0);
  const drop: LogTable[] = [];
  for (const table of past) {
    const old = table.endMs <= tooOld;
    if (!old && (bytes <= retention.maxBytes || table.unread)) break;
    drop.push(table);
    bytes -= table.bytes;
  }
  return { drop, overCap: bytes > retention.maxBytes };
}

/** Makes the tables of the log that the next day needs. */
export async function extendLog(database: Database, now: () => number): Promise<void> {
  await database.query('SELECT bus_extend_log($1)', [new Date(now() + AHEAD_HOURS * HOUR_MS).toISOString()]);
}

/** Every table with its size and whether a group still needs it. */
export async function logTables(database: Database): Promise<LogTable[]> {
  const tables = await database.query<{ name: string; bytes: string }>(
    `SELECT c.relname AS name, pg_total_relation_size(c.oid)::text AS bytes
     FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'bus_log'::regclass ORDER BY c.relname`,
  );
  const described: LogTable[] = [];
  for (const { name, bytes } of tables) {
    const startMs = startOf(name);
    if (startMs === null) continue;
    const [row] = await database.query<{ unread: boolean }>(unreadQuery(name));
    described.push({
      name,
      endMs: startMs + TABLE_HOURS * HOUR_MS,
      bytes: Number(bytes),
      unread: row?.unread === true,
    });
  }
  return described;
}

/** `bus_log_20261121T06` → the instant its range begins; null for a table that is not ours. */
export function startOf(name: string): number | null {
  const parts = /^bus_log_(\d{4})(\d\d)(\d\d)T(\d\d)$/.exec(name);
  return parts ? Date.UTC(Number(parts[1]), Number(parts[2]) - 1, Number(parts[3]), Number(parts[4])) : null;
}

/** `name` has passed startOf: letters, digits and _ alone. */
function unreadQuery(name: string): string {
  return `SELECT EXISTS (
    SELECT FROM bus_offset o CROSS JOIN LATERAL (
      SELECT l.base_offset + l.count AS ends FROM "${name}" l
      WHERE l.topic = o.topic AND l.partition = o.partition ORDER BY l.base_offset DESC LIMIT 1
    ) last WHERE last.ends > o.next_offset) AS unread`;
}

/** Drops what retention no longer keeps and dead letters past their days. One process does it at a time. Returns the names. */
export async function applyRetention(
  database: Database,
  retention: Retention,
  now: () => number,
  log: Telemetry['log'],
  metrics: BusMetrics,
): Promise<{ dropped: string[]; overCap: boolean }> {
  const tables = await logTables(database);
  metrics.logBytes.set(tables.reduce((sum, table) => sum + table.bytes, 0));
  const { drop, overCap } = toDrop(tables, retention, now());
  const dropped: string[] = [];
  for (const table of drop) {
    const done = await database.transaction(async (tx) => {
      const [lock] = await tx.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_xact_lock(7318, 0) AS locked',
      );
      if (lock?.locked !== true) return false;
      await tx.query(`SELECT set_config('lock_timeout', '${DROP_WAIT_MS}ms', true)`);
      await tx.query(`DROP TABLE IF EXISTS "${table.name}"`);
      return true;
    });
    if (!done) break;
    dropped.push(table.name);
    log.info(
      { table: table.name, bytes: table.bytes, unread: table.unread },
      'bus: table of the log dropped',
    );
  }
  const expired = await database.query('DELETE FROM bus_dead_letter WHERE at < $1 RETURNING id', [
    new Date(now() - retention.days * 24 * HOUR_MS).toISOString(),
  ]);
  if (expired.length > 0)
    log.warn({ count: expired.length }, 'bus: dead letters expired without having been replayed');
  return { dropped, overCap };
}
