import {
  type BackendFactory,
  type PgPool,
  PostgresConnection,
  type PostgresConnectionOptions,
  PostgresQueueBackend,
  runMigrations,
} from 'bullmq';
import { type Database, openPool } from '@vigil/database';

/** BullMQ's tables stand apart from ours, under the name it uses everywhere. */
const SCHEMA = 'bullmq';

type Pool = Database['pool'];

/** Connections for the queries of all queues and workers together; each worker holds one more to be woken by. */
const SHARED_CONNECTIONS = 3;

/**
 * One small pool for all queues and workers of a process, where BullMQ would make one for each.
 * `widen` gives room for the connection that one more worker keeps for itself.
 */
export interface JobsPool {
  readonly pool: Pool;
  widen(by: number): void;
}

export function createJobsPool(connectionString: string, onLost: (error: Error) => void): JobsPool {
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
export async function migrateJobs(pool: Pool): Promise<void> {
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

export function backendFactory(pool: Pool): BackendFactory<PostgresQueueBackend, PostgresConnectionOptions> {
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
export function asBullPool(pool: Pool): PgPool {
  return pool as unknown as PgPool;
}
