import { setTimeout as pause } from 'node:timers/promises';
import { resolve } from 'node:path';
import pg from 'pg';
import { VigilError } from '@vigil/contracts';
import { ASK_READ_ONLY, withoutPassword } from './address.js';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import type { EngineLog } from './engine-log.js';
import { runningServer } from './embedded/running.js';
import { isLostConnection, reasonOf } from './failures.js';
import { refuseLeftBehind } from './left-behind.js';
import { migrate } from './migrate.js';
import { PgDatabase, type ConnectOptions } from './pg-database.js';

/** The part of the settings that the database needs. */
export interface StorageOptions {
  readonly dataDir: string;
  readonly databaseUrl: string | null;
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  /** Starts on an empty server although the data folder holds a database. */
  readonly startEmpty?: boolean;
}

export interface OpenOptions {
  /** How long a server that does not answer yet is waited for. */
  readonly waitForServerMs?: number;
  /** Leaves the schema as it is found: for looking, moving and backing up. */
  readonly asItIs?: boolean;
  /** Uses the embedded server that a running program has started, where there is one, instead of refusing. */
  readonly besideProgram?: boolean;
  /** Shown in pg_stat_activity. */
  readonly name?: string;
}

const OLDEST_VERSION = 15;
/** How long a start waits for a server that is starting too, as under docker compose. */
const WAIT_FOR_SERVER_MS = 30_000;

/** The part of Telemetry that the database needs. */
export interface DatabaseTelemetry {
  readonly log: EngineLog;
  addCheck(name: string, check: () => Promise<string | null>): void;
}

/**
 * Opens the system of record: the PostgreSQL of VIGIL_DATABASE_URL, or our own in the data folder; migrated and
 * ready. Closing it stops what it started.
 * Throws `engine-misconfigured` for what an operator must change and `engine-unavailable` where no server answers.
 */
export async function openDatabase(
  storage: StorageOptions,
  telemetry: DatabaseTelemetry,
  { waitForServerMs = WAIT_FOR_SERVER_MS, asItIs = false, besideProgram = false, name }: OpenOptions = {},
): Promise<OpenDatabase> {
  const { log } = telemetry;
  const running =
    storage.databaseUrl === null && besideProgram
      ? await runningServer(storage.dataDir)
      : storage.databaseUrl;
  const engine = running === null ? await EmbeddedPostgres.start({ dataDir: storage.dataDir, log }) : null;
  try {
    const connectionString = engine?.connectionString ?? running ?? '';
    if (!engine) await untilServerAnswers(connectionString, waitForServerMs, log);
    if (!asItIs && storage.databaseUrl !== null)
      await refuseLeftBehind(
        connectionString,
        withoutPassword(connectionString),
        resolve(storage.dataDir),
        storage.startEmpty === true,
      );
    if (!asItIs) await migrate(connectionString);
    const { poolSize, statementTimeoutMs } = storage;
    const database = new OpenDatabase(
      {
        connectionString,
        poolSize,
        statementTimeoutMs,
        log,
        ...(name === undefined ? {} : { applicationName: name }),
      },
      engine,
    );
    telemetry.addCheck('database', () => database.failure());
    return database;
  } catch (error) {
    await engine?.stop();
    throw error;
  }
}

/** The database, and the server behind it where that is ours. */
export class OpenDatabase extends PgDatabase {
  constructor(
    options: ConnectOptions,
    /** Our own PostgreSQL; null where an external one is used. */
    readonly engine: EmbeddedPostgres | null,
  ) {
    super(options);
  }

  override async failure(): Promise<string | null> {
    return this.engine?.failure ?? (await super.failure());
  }

  override async close(): Promise<void> {
    await super.close();
    await this.engine?.stop();
  }
}

async function untilServerAnswers(
  connectionString: string,
  timeoutMs: number,
  log: EngineLog,
): Promise<void> {
  const where = withoutPassword(connectionString);
  const deadline = performance.now() + timeoutMs;
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 3_000)) {
    try {
      return await checkServer(connectionString, where);
    } catch (error) {
      if (error instanceof VigilError) throw error;
      const why = reasonOf(error);
      if (!isLostConnection(error)) {
        throw new VigilError(
          'engine-misconfigured',
          `VIGIL_DATABASE_URL (${where}) is refused: ${why}. Check user, password, database and TLS.`,
        );
      }
      if (performance.now() > deadline) {
        throw new VigilError(
          'engine-unavailable',
          `VIGIL_DATABASE_URL (${where}): no PostgreSQL answers there: ${why}.`,
          { retriable: true },
        );
      }
      log.warn({ where, why, nextTryMs: waitMs }, 'the PostgreSQL of VIGIL_DATABASE_URL does not answer yet');
      await pause(waitMs);
    }
  }
}

async function checkServer(connectionString: string, where: string): Promise<void> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ version: number; encoding: string }>(
      `select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding`,
    );
    const found = rows[0];
    if (found && found.version < OLDEST_VERSION) {
      throw new VigilError(
        'engine-misconfigured',
        `VIGIL_DATABASE_URL (${where}) is PostgreSQL ${found.version}; Vigil needs ${OLDEST_VERSION} or later.`,
      );
    }
    if (found && found.encoding !== 'UTF8') {
      throw new VigilError(
        'engine-misconfigured',
        `VIGIL_DATABASE_URL (${where}): the database is encoded in ${found.encoding}; Vigil needs UTF8 (create database … encoding 'UTF8' template template0).`,
      );
    }
    const { rows: access } = await client.query<{ read_only: boolean }>(ASK_READ_ONLY);
    if (access[0]?.read_only === true) {
      throw new VigilError(
        'engine-misconfigured',
        `VIGIL_DATABASE_URL (${where}) lets nothing be changed: it is a standby, or set read-only. Name the primary.`,
      );
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}
