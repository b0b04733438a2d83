import { VigilError } from '@vigil/contracts';
import { reasonOf } from '@vigil/database';
import { Redis } from 'ioredis';
import { redisOptions } from './connections.js';

export interface Probe {
  readonly redisUrl: string;
  readonly prefix: string;
  /** Host and port. */
  readonly address: string;
}

/** BullMQ recommends it; older ones lack commands that make its queues exact. */
const OLDEST: readonly [number, number] = [6, 2];
const ANSWER_WITHIN_MS = 5_000;
/** A key that only tries whether writing works is gone by itself. */
export const PROBE_KEPT_MS = 1_000;
const LONGEST_REASON = 300;

/**
 * Asks a server over a connection of its own whether it will do: version, eviction, rights, and whether it lets us
 * write. Null if so, else the problem: `retriable` where the server may only be starting.
 */
export async function prepare(probe: Probe): Promise<VigilError | null> {
  const redis = new Redis({
    ...redisOptions(probe.redisUrl),
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_WITHIN_MS,
    // A server that loads its data is asked again by our own caller.
    enableReadyCheck: false,
  });
  // The connection's own error says why, where the command only says that it is closed.
  let lost: Error | null = null;
  redis.on('error', (error: Error) => (lost = error));
  try {
    await redis.connect();
    return await problemOf(redis, probe);
  } catch (error) {
    return refused(lost ?? error, probe.address);
  } finally {
    redis.disconnect();
  }
}

async function problemOf(redis: Redis, { prefix, address }: Probe): Promise<VigilError | null> {
  const server = await redis.info('server');
  const version = /^redis_version:(\S+)/m.exec(server)?.[1] ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
    return misconfigured(
      `VIGIL_REDIS_URL (${address}): this Redis is ${version || 'of an unknown version'}; Vigil needs ${OLDEST.join('.')} or later`,
    );
  }
  const memory = await redis.info('memory');
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1] ?? 'noeviction';
  if (policy !== 'noeviction') {
    return misconfigured(
      `VIGIL_REDIS_URL (${address}): its maxmemory-policy is ${policy}, which drops jobs when memory is short; it must be noeviction`,
    );
  }
  // By a script, as BullMQ writes.
  await redis.eval(
    "return redis.call('set', KEYS[1], '1', 'px', ARGV[1])",
    1,
    `${prefix}:start`,
    PROBE_KEPT_MS,
  );
  return null;
}

function refused(error: unknown, address: string): VigilError {
  const reason = oneLine(reasonOf(error));
  if (/^(WRONGPASS|NOAUTH)|invalid (username|password)|without any password configured/i.test(reason)) {
    return misconfigured(`VIGIL_REDIS_URL (${address}): the user or password is refused: ${reason}`);
  }
  if (reason.includes('NOPERM')) {
    return misconfigured(
      `VIGIL_REDIS_URL (${address}): the user may not do what is needed: ${reason}. It takes info and scripts, and all on the keys that VIGIL_REDIS_PREFIX begins`,
    );
  }
  if (reason.includes('READONLY')) {
    return misconfigured(`VIGIL_REDIS_URL (${address}): this Redis does not let us write: ${reason}`);
  }
  if (/certificate|altname|ssl routines|wrong version number/i.test(reason)) {
    return misconfigured(`VIGIL_REDIS_URL (${address}): TLS does not come about: ${reason}`);
  }
  return new VigilError(
    'engine-unavailable',
    `VIGIL_REDIS_URL (${address}): no Redis answers there: ${reason}`,
    { retriable: true, cause: error },
  );
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, LONGEST_REASON);
}

function misconfigured(message: string): VigilError {
  return new VigilError('engine-misconfigured', message);
}
