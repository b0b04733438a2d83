import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool, PoolClient } from 'pg';

/** A transaction, or the pool outside of one: what a query needs. `sql` is Drizzle; `client` is for COPY-like bulk paths. */
export interface Queryable {
  readonly orm: NodePgDatabase;
  query<Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * The system of record: PostgreSQL 15 or later through one bounded pool.
 * Also the dependency-injection token.
 */
export abstract class Database implements Queryable {
  abstract readonly orm: NodePgDatabase;
  /** Connection string for libraries that pool for themselves (BullMQ) and for LISTEN. */
  abstract readonly connectionString: string;
  abstract readonly pool: Pool;
  abstract query<Row extends Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /** Runs `work` in one transaction; rolls back where it throws. Never nested. */
  abstract transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Calls `listener` for every NOTIFY on `channel`, over one shared, re-established connection. Returns the unsubscribe. */
  abstract listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  abstract close(): Promise<void>;
}

export interface Transaction extends Queryable {
  readonly client: PoolClient;
}
