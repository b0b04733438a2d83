import pg, { type Pool, type PoolConfig } from 'pg';

export interface PoolOptions {
  readonly connectionString: string;
  /** Most connections at once. */
  readonly size: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Schemas that unqualified names are looked up in; the server's default where absent. */
  readonly searchPath?: string;
  /** Longest a statement may run; unlimited where absent. */
  readonly statementTimeoutMs?: number;
  /** Called when a connection is lost; the pool makes another when one is needed. */
  readonly onLost: (error: Error) => void;
}

/** How long a caller waits for a free connection: longer than any statement that could hold one is of no use. */
const CONNECT_TIMEOUT_MS = 30_000;
const IDLE_TIMEOUT_MS = 60_000;
/** A transaction in which nothing happens holds locks for nobody: its process has stopped or lost its way. */
const IDLE_IN_TRANSACTION_MS = 60_000;

/**
 * Named statements are parsed once but planned for the values at hand: one plan for all would search a frequent word
 * the way that suits a rare one.
 */
const CUSTOM_PLANS = '-c plan_cache_mode=force_custom_plan';

/** A pool of connections whose loss never ends the process: the queries under way fail, the next ones connect anew. */
export function openPool(options: PoolOptions): Pool {
  const config: PoolConfig = {
    connectionString: options.connectionString,
    max: options.size,
    application_name: options.applicationName,
    statement_timeout: options.statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    keepAlive: true,
    options: [
      CUSTOM_PLANS,
      ...(options.searchPath === undefined ? [] : [`-c search_path=${options.searchPath}`]),
    ].join(' '),
  };
  const pool = new pg.Pool(config);
  // The pool listens to its idle connections; one that is lost in use would throw in its event handler.
  pool.on('error', options.onLost);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}
