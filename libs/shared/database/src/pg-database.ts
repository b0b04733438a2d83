import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { setTimeout as pause } from 'node:timers/promises';
import type { Pool, PoolClient } from 'pg';
import { Database, type Transaction } from './database.js';
import type { EngineLog } from './engine-log.js';
import { isConflict, isError, isLostConnection, reasonOf, sqlState, translated } from './failures.js';
import { Listener } from './listener.js';
import { ASK_READ_ONLY, withoutPassword } from './address.js';
import { openPool } from './pool.js';
import { StatementNames } from './statement-names.js';

export interface ConnectOptions {
  readonly connectionString: string;
  readonly poolSize: number;
  readonly statementTimeoutMs: number;
  readonly log: EngineLog;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
}

/** A transaction is run at most so often when it collides with another. */
const MOST_ATTEMPTS = 5;
/** An answer so fresh tells as much as another question. */
const ANSWERED_LATELY_MS = 2_000;
/** Less than the 3 s after which a readiness check counts as unanswered, so that it says of what. */
const PROBE_WITHIN_MS = 2_500;
/** read_only_sql_transaction */
const READ_ONLY = '25006';

/** `Database` over one pool of the `pg` driver. */
export class PgDatabase extends Database {
  readonly pool: Pool;
  readonly orm: NodePgDatabase;
  readonly connectionString: string;
  private readonly listener: Listener;
  private readonly names = new StatementNames();
  private readonly log: EngineLog;
  /** When it last answered, in the time of performance.now(). */
  private answeredAt = -Infinity;
  /** Whether it said that it is read-only, as after a failover to a standby: reads still succeed then. */
  private refusedWrite = false;
  private closing: Promise<void> | null = null;

  constructor(options: ConnectOptions) {
    super();
    this.log = options.log;
    this.connectionString = options.connectionString;
    this.pool = openPool({
      connectionString: options.connectionString,
      size: options.poolSize,
      applicationName: options.applicationName ?? 'vigil',
      statementTimeoutMs: options.statementTimeoutMs,
      onLost: (error) => this.log.warn({ err: error }, 'a database connection was lost'),
    });
    this.orm = drizzle(this.pool);
    this.listener = new Listener(options.connectionString, options.log);
  }

  async query<Row extends Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Row[]> {
    try {
      return await this.run<Row>(this.pool, text, values);
    } catch (error) {
      if (!isStalePlan(error)) throw translated(error);
      this.names.renew();
      return await this.run<Row>(this.pool, text, values).catch((again: unknown) => {
        throw translated(again);
      });
    }
  }

  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.attempt(work);
      } catch (error) {
        if (isStalePlan(error)) this.names.renew();
        else if (!isConflict(error)) throw translated(error);
        if (attempt >= MOST_ATTEMPTS) throw translated(error);
        this.log.debug(
          { attempt, state: sqlState(error) },
          'a transaction collided with another and runs again',
        );
        // Two that collided should not meet again at the same instant.
        await pause(Math.random() * 10 * 2 ** attempt);
      }
    }
  }

  listen(channel: string, listener: (payload: string) => void): Promise<() => Promise<void>> {
    return this.listener.listen(channel, listener);
  }

  /**
   * Null while the database answers and takes changes; else why not. For the readiness check: a pool that is busy has
   * answered just now, and is not asked again.
   */
  async failure(): Promise<string | null> {
    if (!this.refusedWrite && performance.now() - this.answeredAt < ANSWERED_LATELY_MS) return null;
    const where = withoutPassword(this.connectionString);
    try {
      const [found] = await Promise.race([
        this.query<{ read_only: boolean }>(ASK_READ_ONLY),
        pause(PROBE_WITHIN_MS, undefined, { ref: false }).then(() => {
          throw new Error(`nothing within ${PROBE_WITHIN_MS / 1_000} s`);
        }),
      ]);
      this.refusedWrite = found?.read_only === true;
      return this.refusedWrite
        ? `PostgreSQL (${where}) lets nothing be changed: it is a standby, or set read-only.`
        : null;
    } catch (error) {
      const why = reasonOf(isError(error) && error.cause ? error.cause : error);
      return `PostgreSQL (${where}) does not answer: ${why.replaceAll(/\s+/g, ' ')}`;
    }
  }

  close(): Promise<void> {
    this.closing ??= (async () => {
      await this.listener.close();
      await this.pool.end();
    })();
    return this.closing;
  }

  private async attempt<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      await client.query('begin');
      const result = await work(this.transactionOn(client));
      await client.query('commit');
      return result;
    } catch (error) {
      broken = isLostConnection(error) || !(await rolledBack(client));
      throw error;
    } finally {
      client.release(broken);
    }
  }

  private transactionOn(client: PoolClient): Transaction {
    let orm: NodePgDatabase | null = null;
    return {
      client,
      // Made when asked for: most transactions are plain statements.
      get orm() {
        return (orm ??= drizzle(client));
      },
      query: async <Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => {
        try {
          return await this.run<Row>(client, text, values);
        } catch (error) {
          throw translated(error);
        }
      },
    };
  }

  private async run<Row extends Record<string, unknown>>(
    on: Pool | PoolClient,
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<Row[]> {
    const name = values === undefined ? undefined : this.names.nameOf(text);
    try {
      const { rows } = await on.query<Row>({
        ...(name === undefined ? {} : { name }),
        text,
        values: values ? [...values] : undefined,
      });
      this.answeredAt = performance.now();
      return rows;
    } catch (error) {
      if (isLostConnection(error)) this.answeredAt = -Infinity;
      if (sqlState(error) === READ_ONLY) this.refusedWrite = true;
      throw error;
    }
  }
}

async function rolledBack(client: PoolClient): Promise<boolean> {
  try {
    await client.query('rollback');
    return true;
  } catch {
    return false;
  }
}

/** `cached plan must not change result type`: a table was altered since the statement was first prepared. */
function isStalePlan(error: unknown): boolean {
  return sqlState(error) === '0A000' && reasonOf(error).includes('cached plan');
}
