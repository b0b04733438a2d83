import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Pool, PoolClient } from 'pg';

/** A transaction, or the pool outside of one: what a query needs. `sql` is Drizzle; `client` is for COPY-like bulk paths. */
export interface Queryable {
  readonly orm: NodePgDatabase;
  query<Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
}

/**
 * The system of record: PostgreSQL 15 or later through one bounded pool.
 * Errors: a lost connection is `engine-unavailable` and retriable (of a transaction whose commit was under way nobody
 * knows whether it took effect); what PostgreSQL says of a statement is passed on as it is, with its SQLSTATE in `code`
 * (see sqlState). Those of `orm` outside of a transaction are Drizzle's own: `translated` gives the error beneath.
 * Values: bigint and numeric come as strings, timestamptz as Date, jsonb parsed, as the driver has it.
 * Also the dependency-injection token.
 */
export abstract class Database implements Queryable {
  abstract readonly orm: NodePgDatabase;
  /** Connection string for libraries that pool for themselves (BullMQ) and for LISTEN. Holds the password. */
  abstract readonly connectionString: string;
  abstract readonly pool: Pool;
  abstract query<Row extends Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]>;
  /**
   * Runs `work` in one transaction (read committed unless it says otherwise); rolls back where it throws.
   * `work` runs again, up to a few times, when it collides with another transaction (deadlock, serialization failure):
   * it must have no effect but through `tx`. Never nested: a second connection could wait for the first for ever.
   */
  abstract transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /**
   * Calls `listener` for every NOTIFY on `channel`, over one shared, re-established connection, and once with '' after
   * it was re-established, since what was notified meanwhile is lost. Returns the unsubscribe.
   */
  abstract listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>>;
  abstract close(): Promise<void>;
}

export interface Transaction extends Queryable {
  readonly client: PoolClient;
}
