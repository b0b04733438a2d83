import { setTimeout as pause } from 'node:timers/promises';
import { types } from 'node:util';
import { type ConnectionOptions, Queue, Worker } from 'bullmq';
import type { Telemetry } from '@vigil/telemetry';
import type { QueueBackend } from '../queue-backend.js';
import { addressOf, connectTo, type RedisConnections } from './connections.js';
import { oneLine, prepare, type Probe, PROBE_KEPT_MS } from './prepare.js';

/** The part of the settings that the queues need. */
export interface RedisQueueOptions {
  /** `redis(s)://user:password@host:port/database`; user and password percent-encoded. */
  readonly redisUrl: string;
  /** Begins every key, followed by a colon. */
  readonly redisPrefix: string;
}

/** How long a start waits for a server that is starting too, as under docker compose. */
const WAIT_FOR_SERVER_MS = 30_000;
/** Less than the 3 s after which a readiness check counts as unanswered, so that it says of what. */
const PROBE_WITHIN_MS = 2_500;

/**
 * Opens the queues of VIGIL_REDIS_URL: the server answered, is of a version that we know, drops no keys and lets us
 * write. Throws `engine-misconfigured` for what an operator must change and `engine-unavailable` where no server
 * answers; both in one line that names the variable, the address and the cause.
 */
export async function openRedisBackend(
  { redisUrl, redisPrefix }: RedisQueueOptions,
  telemetry: Telemetry,
  { waitForServerMs = WAIT_FOR_SERVER_MS }: { waitForServerMs?: number } = {},
): Promise<QueueBackend> {
  const address = addressOf(redisUrl);
  await untilPrepared({ redisUrl, prefix: redisPrefix, address }, waitForServerMs, telemetry);
  const connections = connectTo(redisUrl, (error) =>
    telemetry.log.debug({ err: error, address }, 'a connection of the jobs was lost'),
  );
  telemetry.addCheck('redis', () => failureOf(connections, redisPrefix, address));
  // BullMQ's type of a connection is of the ioredis it was built with.
  const asked = connections.asking as unknown as ConnectionOptions;
  const working = connections.working as unknown as ConnectionOptions;
  return {
    queue: (name, options) =>
      new Queue<unknown, unknown, string, unknown, unknown, string>(name, {
        ...options,
        connection: asked,
        prefix: redisPrefix,
      }),
    worker: (name, handle, options) =>
      new Worker<unknown, unknown, string>(name, handle, {
        ...options,
        connection: working,
        prefix: redisPrefix,
      }),
    workerClosed: () => undefined,
    close: async () => connections.close(),
  };
}

/** A server that is starting is waited for; one that refuses is not. */
async function untilPrepared(probe: Probe, timeoutMs: number, { log }: Telemetry): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let waitMs = 200; ; waitMs = Math.min(waitMs * 2, 3_000)) {
    const problem = await prepare(probe);
    if (problem === null) return;
    if (!problem.retriable || performance.now() > deadline) throw problem;
    log.warn({ address: probe.address, reason: problem.message }, 'waiting for Redis');
    await pause(waitMs);
  }
}

/** Null when the server takes a write, else what is wrong and what it means: a replica and a full one still answer. */
async function failureOf(
  { asking }: RedisConnections,
  prefix: string,
  address: string,
): Promise<string | null> {
  const late = pause(PROBE_WITHIN_MS, 'it does not answer', { ref: false });
  const problem = await Promise.race([
    late,
    asking.set(`${prefix}:probe`, '1', 'PX', PROBE_KEPT_MS).then(
      () => null,
      (error: unknown) => (isReply(error) ? `it refuses: ${oneLine(error.message)}` : 'it cannot be reached'),
    ),
  ]);
  return problem === null
    ? null
    : `Redis (${address}): ${problem}. Jobs wait; what is due is in the database and runs once it is back.`;
}

/** Whether the server said it, such as READONLY or OOM, rather than the connection. */
function isReply(error: unknown): error is Error {
  return types.isNativeError(error) && error.name === 'ReplyError';
}
