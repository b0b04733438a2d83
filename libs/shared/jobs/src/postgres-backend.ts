import {
  type BackendFactory,
  type PgPool,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
  Queue,
  runMigrations,
  Worker,
} from 'bullmq';
import { VigilError } from '@vigil/contracts';
import { type Database, openPool, reasonOf } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import type { QueueBackend } from './queue-backend.js';

/** BullMQ's tables stand apart from ours, under the name it uses everywhere. */
const SCHEMA = 'bullmq';

type Pool = Database['pool'];

/** Connections for the queries of all queues and workers together; each worker holds one more to be woken by. */
const SHARED_CONNECTIONS = 3;

/** Queues in a database, whose tables are made where they are missing. Throws `engine-misconfigured`. */
export async function openPostgresBackend(database: Database, telemetry: Telemetry): Promise<QueueBackend> {
  const { pool, widen } = createJobsPool(database.connectionString, (error) =>
    telemetry.log.debug({ err: error }, 'a connection of the jobs was lost'),
  );
  try {
    await migrateJobs(pool);
  } catch (cause) {
    await pool.end();
    throw new VigilError(
      'engine-misconfigured',
      `The tables of the job queues cannot be set up: ${reasonOf(cause)}`,
      { cause },
    );
  }
  const connection = asBullPool(pool);
  const factory = backendFactory(pool);
  return {
    queue: (name, options) =>
      new Queue<
        unknown,
        unknown,
        string,
        unknown,
        unknown,
        string,
        PostgresQueueBackend,
        PostgresConnectionOptions
      >(name, { ...options, connection }, factory),
    worker: (name, handle, options) => {
      widen(1);
      return new Worker<unknown, unknown, string, PostgresQueueBackend, object, PostgresConnectionOptions>(
        name,
        handle,
        { ...options, connection },
        factory,
      );
    },
    workerClosed: () => widen(-1),
    close: () => pool.end(),
  };
}

/**
 * One small pool for all queues and workers of a process, where BullMQ would make one for each.
 * `widen` gives room for the connection that one more worker keeps for itself.
 */
interface JobsPool {
  readonly pool: Pool;
  widen(by: number): void;
}

function createJobsPool(connectionString: string, onLost: (error: Error) => void): JobsPool {
  const pool = openPool({
    connectionString,
    size: SHARED_CONNECTIONS,
    applicationName: 'vigil jobs',
    // BullMQ's statements name no schema.
    searchPath: SCHEMA,
    onLost,
  });
  // One listener for each queue and worker.
  pool.setMaxListeners(0);
  return {
    pool,
    widen: (by) => {
      pool.options.max += by;
    },
  };
}

/** Makes BullMQ's tables or brings them up to date; several processes may do so at once. */
async function migrateJobs(pool: Pool): Promise<void> {
  const client = await pool.connect();
  try {
    await runMigrations(client, SCHEMA);
  } finally {
    client.release();
  }
}

/**
 * The schema is checked once, when the pool is opened. BullMQ would check it for every queue and keep a failure for
 * good, so that a queue made while PostgreSQL restarts would never work.
 */
class ReadyConnection extends PostgresConnection {
  override waitUntilReady(): Promise<void> {
    return Promise.resolve();
  }
}

function backendFactory(pool: Pool): BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> {
  return (name, options, kind = {}) => {
    const connection = new ReadyConnection(asBullPool(pool));
    return new PostgresQueueBackend(
      connection,
      name,
      options,
      true,
      kind.withBlockingConnection ? name : undefined,
    );
  };
}

/** pg's own types are wider in places (overloads with callbacks) than the part of them that BullMQ declares. */
function asBullPool(pool: Pool): PgPool {
  return pool as unknown as PgPool;
}
