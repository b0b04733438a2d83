import { Redis, type RedisOptions } from 'ioredis';

/** From the second attempt on ever slower, so that a server that starts is not run over; a restart is soon noticed. */
const RECONNECT_MS = { step: 100, most: 2_000 };
/** Attempts at a connection that a command outlives: about two seconds, then its caller is told. */
const RETRIES_OF_A_COMMAND = 6;
const CONNECT_WITHIN_MS = 5_000;
const KEEP_ALIVE_MS = 10_000;

/** The connections of a process: one for queues, one for workers, and one more for each worker to be woken by. */
export interface RedisConnections {
  /** Fails within seconds while the server is away: a caller decides what then. */
  readonly asking: Redis;
  /** Waits for the server however long: the end of a job in hand must not be lost with a connection. */
  readonly working: Redis;
  close(): void;
}

/** The host and port of an address, never its user or password. */
export function addressOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname || 'localhost'}:${port || '6379'}`;
}

/** What ioredis needs to know of `redis(s)://user:password@host:port/database`. */
export function redisOptions(url: string): RedisOptions {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  // An IPv6 address stands in brackets.
  const host = hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost';
  return {
    host,
    port: Number(port || '6379'),
    ...(username === '' ? {} : { username: decoded(username) }),
    ...(password === '' ? {} : { password: decoded(password) }),
    db: Number(/^\/(\d+)$/.exec(pathname)?.[1] ?? '0'),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
    connectTimeout: CONNECT_WITHIN_MS,
    keepAlive: KEEP_ALIVE_MS,
  };
}

/** A stray % stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Connects at once, and again whenever a connection is lost. */
export function connectTo(url: string, onLost: (error: Error) => void): RedisConnections {
  const options: RedisOptions = {
    ...redisOptions(url),
    retryStrategy: (attempt) => Math.min(attempt * RECONNECT_MS.step, RECONNECT_MS.most),
    // A server that became a replica is left for the one that the address leads to by now.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
  const all: Redis[] = [];
  const kept = (redis: Redis): Redis => {
    // One listener for each queue and worker.
    redis.setMaxListeners(0);
    redis.on('error', onLost);
    all.push(redis);
    return redis;
  };
  const asking = kept(new Redis({ ...options, maxRetriesPerRequest: RETRIES_OF_A_COMMAND }));
  const working = kept(new CopiedRedis({ ...options, maxRetriesPerRequest: null }, kept));
  return {
    asking,
    working,
    close: () => {
      for (const redis of all) redis.disconnect();
    },
  };
}

/** BullMQ copies the connection for each worker; a copy that its worker could not close in time is ended with all. */
class CopiedRedis extends Redis {
  constructor(
    options: RedisOptions,
    private readonly kept: (copy: Redis) => Redis,
  ) {
    super(options);
  }

  override duplicate(override?: Partial<RedisOptions>): Redis {
    return this.kept(new Redis({ ...this.options, ...override }));
  }
}
