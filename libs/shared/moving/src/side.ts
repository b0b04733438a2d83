import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Settings } from '@vigil/config';
import { isVigilError, VigilError } from '@vigil/contracts';
import { clusterOf, openDatabase, type OpenDatabase, type Queryable, schemaOf } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import { placesOf, type Places } from './places.js';

/** One end of a move. */
export interface Side {
  /** As the operator named it, for messages: `--from data`. */
  readonly label: string;
  readonly settings: Settings;
  readonly places: Places;
}

/** How our own connections are called, so that they are told from a running program's. */
export const OUR_NAME = 'vigil moving';
/** A server that does not answer by then is not starting: somebody waits at the terminal. */
const WAIT_FOR_SERVER_MS = 5_000;
/** Two tables at once, two sessions each, and one that asks. */
const POOL = 6;

export function sideOf(label: string, settings: Settings): Side {
  return { label, settings, places: placesOf(settings) };
}

/** Whether the records are in a database that is yet to be made: the embedded one of a folder that has none. */
export async function lacksDatabase({ settings }: Side): Promise<boolean> {
  const { databaseUrl, dataDir } = settings.storage;
  return databaseUrl === null && !(await clusterOf(path.resolve(dataDir))).exists;
}

/**
 * The records of a side. `asItIs` leaves the schema as it is found, `besideProgram` reads beside a program that runs.
 * Throws `engine-unavailable` or `engine-misconfigured` with the side's name before the line that names the cause.
 */
export async function openRecords(
  side: Side,
  telemetry: Telemetry,
  how: { asItIs: boolean; besideProgram?: boolean },
): Promise<OpenDatabase> {
  const { storage } = side.settings;
  const options = {
    ...storage,
    dataDir: path.resolve(storage.dataDir),
    poolSize: POOL,
    statementTimeoutMs: 0,
  };
  return named(side, () =>
    openDatabase(options, telemetry, { ...how, name: OUR_NAME, waitForServerMs: WAIT_FOR_SERVER_MS }),
  );
}

/** Runs what speaks to an engine of a side; its refusals say of which. */
export async function named<T>({ label }: Pick<Side, 'label'>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isVigilError(error)) throw error;
    const { retriable, cause } = error;
    throw new VigilError(error.code, `${label}: ${error.message}`, { retriable, cause });
  }
}

/** Whether two sides keep their records in one and the same database, by whatever addresses. */
export async function isSameDatabase(one: OpenDatabase, other: OpenDatabase): Promise<boolean> {
  const client = await one.pool.connect();
  try {
    // An advisory lock is one database's alone: who cannot have it here as well is in the same one.
    const key = createHash('sha256').update(`${process.pid} ${performance.now()}`).digest().readBigInt64BE();
    await client.query('SELECT pg_advisory_lock($1::bigint)', [key.toString()]);
    const [row] = await other.query<{ free: boolean }>(
      'SELECT pg_try_advisory_xact_lock($1::bigint) AS free',
      [key.toString()],
    );
    return row?.free === false;
  } finally {
    client.release(true);
  }
}

/** Whether both sides are the same folder of one machine, which only one process can hold. */
export async function isSameFolder(one: Side, other: Side): Promise<boolean> {
  if (one.settings.storage.databaseUrl !== null || other.settings.storage.databaseUrl !== null) return false;
  const [here, there] = await Promise.all(
    [one, other].map(({ settings }) => {
      const folder = path.resolve(settings.storage.dataDir);
      return realpath(folder).catch(() => folder);
    }),
  );
  return here === there;
}

/** Why the schema of a source does not fit this program; null where it does. */
export async function schemaFault({ label }: Side, database: OpenDatabase): Promise<string | null> {
  const { applied, known, isCurrent } = await schemaOf(database.connectionString);
  if (isCurrent) return null;
  if (applied === null) return `${label}: the database holds no Vigil.`;
  return `${label}: the database is of an older program (${applied}, and this one has ${known}). Start it once with this program, stop it, and move then.`;
}

/** Why nothing can be moved while a program has the database open; null where none has. */
export async function runningFault({ label }: Side, database: Queryable): Promise<string | null> {
  const [row] = await database.query<{ sessions: number; from: string | null }>(
    `SELECT count(*)::int AS sessions, min(coalesce(client_addr::text, 'this machine')) AS "from" FROM pg_stat_activity
     WHERE datname = current_database() AND application_name ~ '^vigil( jobs| listen|-bus)?$'`,
  );
  if (!row || row.sessions === 0) return null;
  return `${label}: Vigil is running on this database (${row.sessions} connections from ${row.from}). Stop every process of it first.`;
}
