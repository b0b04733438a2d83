import { setTimeout as pause } from 'node:timers/promises';
import { type Job, UnrecoverableError } from 'bullmq';
import { isVigilError, VigilError } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import { Jobs, type JobQueue, type JobWorker, type JobWorkerOptions } from './jobs.js';
import { type JobsMetrics, jobsMetrics } from './jobs-metrics.js';
import { openPostgresBackend } from './postgres-backend.js';
import type { BackedQueue, BackedWorker, QueueBackend } from './queue-backend.js';
import type { RedisQueueOptions } from './redis/open.js';

/** Enough to look at what happened lately; what must be known for longer is in our own tables. Age in seconds. */
const KEPT_DONE = { age: 3_600, count: 200 };
const KEPT_FAILED = { age: 7 * 86_400, count: 1_000 };
/** Doubling from the first retry on: over about four minutes. */
const ATTEMPTS = 8;
const FIRST_RETRY_MS = 2_000;
/** A killed process's jobs are taken up again after at most the sum of these two. */
const LOCK_MS = 15_000;
const STALLED_CHECK_MS = 5_000;
/** What stalls a job is the killing of processes, which is no fault of the job's. */
const MOST_STALLS = 10;
/** How soon a worker asks again after its backend did not answer. */
const RETRY_FETCH_MS = 1_000;
/** Beyond this a job in hand is left to its lock's end and to the next process. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Between two warnings of the same queue; the readiness check says the rest. */
const ERRORS_LOGGED_EVERY_MS = 30_000;
/** A forced close speaks to nobody; this is for one that waits for a connection all the same. */
const FORCED_CLOSE_TIMEOUT_MS = 1_000;

/** `Jobs` on BullMQ: beside our own tables in the same database, or on a Redis server. */
export class BullJobs extends Jobs {
  private readonly queues = new Map<string, BackedQueue>();
  private readonly workers = new Map<string, BackedWorker>();
  /** When an error of a queue or its worker was last logged as a warning. */
  private readonly erredAt = new Map<string, number>();
  private closing: Promise<void> | null = null;

  private constructor(
    private readonly backend: QueueBackend,
    private readonly telemetry: Telemetry,
    private readonly metrics: JobsMetrics,
  ) {
    super();
  }

  /** On PostgreSQL. Makes BullMQ's tables where they are missing; where it may not: `engine-misconfigured`. */
  static async open(database: Database, telemetry: Telemetry): Promise<BullJobs> {
    const backend = await openPostgresBackend(database, telemetry);
    return new BullJobs(backend, telemetry, jobsMetrics(telemetry.metrics));
  }

  /**
   * On Redis. `engine-unavailable` where no server answers in time and `engine-misconfigured` where it refuses, in one
   * line that names the variable, the address and the cause.
   */
  static async openOnRedis(options: RedisQueueOptions, telemetry: Telemetry): Promise<BullJobs> {
    // The client is loaded only where it is used: it takes memory and time at every start.
    const { openRedisBackend } = await import('./redis/open.js');
    const backend = await openRedisBackend(options, telemetry);
    return new BullJobs(backend, telemetry, jobsMetrics(telemetry.metrics));
  }

  queue<T>(name: string): JobQueue<T> {
    const queue = this.queues.get(name) ?? this.makeQueue(name);
    // The map holds queues of every job's shape; the caller's name and T belong together.
    return queue as unknown as JobQueue<T>;
  }

  worker<T>(
    name: string,
    handle: (job: Job<T>) => Promise<unknown>,
    options: JobWorkerOptions = {},
  ): JobWorker {
    if (this.workers.has(name)) {
      throw new VigilError('internal', `The jobs of ${name} have a worker already: each job has one handler`);
    }
    this.assertOpen();
    const worker = this.backend.worker(
      name,
      // As above: the jobs of this queue are of the caller's shape.
      (job) => this.handled(name, () => handle(job as unknown as Job<T>)),
      {
        autorun: false,
        lockDuration: LOCK_MS,
        stalledInterval: STALLED_CHECK_MS,
        maxStalledCount: MOST_STALLS,
        runRetryDelay: RETRY_FETCH_MS,
        removeOnComplete: KEPT_DONE,
        removeOnFail: KEPT_FAILED,
        ...options,
      },
    );
    worker.on('error', (error) => this.logError(name, error, 'a worker met an error and goes on'));
    worker.on('failed', (job, error) => this.logFailure(name, job, error));
    worker.on('stalled', (id) =>
      this.telemetry.log.info({ queue: name, job: id }, 'a job whose process was lost runs again'),
    );
    this.workers.set(name, worker);
    void this.keepRunning(worker);
    return {
      close: async () => {
        await worker.close();
        if (this.workers.get(name) !== worker) return;
        this.workers.delete(name);
        this.backend.workerClosed();
      },
    };
  }

  close(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private makeQueue(name: string): BackedQueue {
    this.assertOpen();
    const queue = this.backend.queue(name, {
      defaultJobOptions: {
        attempts: ATTEMPTS,
        backoff: { type: 'exponential', delay: FIRST_RETRY_MS, jitter: 0.3 },
        removeOnComplete: KEPT_DONE,
        removeOnFail: KEPT_FAILED,
      },
    });
    queue.on('error', (error) => this.logError(name, error, 'a queue met an error and goes on'));
    this.queues.set(name, queue);
    return queue;
  }

  private assertOpen(): void {
    if (this.closing) throw new VigilError('engine-unavailable', 'The job queues are closed.');
  }

  /** An error that a retry cannot mend ends the job at once. */
  private async handled(name: string, work: () => Promise<unknown>): Promise<unknown> {
    const done = this.metrics.seconds.startTimer({ queue: name });
    try {
      return await work();
    } catch (error) {
      if (isVigilError(error) && !error.retriable) {
        throw Object.assign(new UnrecoverableError(error.message), { cause: error });
      }
      throw error;
    } finally {
      done();
    }
  }

  /** A worker whose loop ends with an error (its backend was away at the wrong moment) is started again. */
  private async keepRunning(worker: BackedWorker): Promise<void> {
    worker.on('completed', () => this.metrics.jobs.inc({ queue: worker.name, outcome: 'completed' }));
    while (!worker.closing) {
      try {
        await worker.run();
      } catch (error) {
        this.telemetry.log.warn({ err: error, queue: worker.name }, 'a worker stopped and is started again');
      }
      if (!worker.closing) await pause(RETRY_FETCH_MS, undefined, { ref: false });
    }
  }

  /** While the backend is away, every attempt at a connection is an error of every queue and worker. */
  private logError(name: string, err: Error, message: string): void {
    const now = performance.now();
    const again = now - (this.erredAt.get(name) ?? Number.NEGATIVE_INFINITY) < ERRORS_LOGGED_EVERY_MS;
    if (!again) this.erredAt.set(name, now);
    this.telemetry.log[again ? 'debug' : 'warn']({ err, queue: name }, message);
  }

  private logFailure(name: string, job: Job<unknown> | undefined, error: Error): void {
    const attempt = job?.attemptsMade ?? 0;
    const final = job?.finishedOn !== undefined;
    this.metrics.jobs.inc({ queue: name, outcome: final ? 'failed' : 'retried' });
    const event = { err: error, queue: name, job: job?.id, attempt };
    if (final) this.telemetry.log.error(event, 'a job failed for good');
    else this.telemetry.log.info(event, 'a job failed and is tried again');
  }

  private async closeAll(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => this.closeWorker(worker)));
    await Promise.all([...this.queues.values()].map((queue) => queue.close().catch(() => undefined)));
    await this.backend.close();
  }

  private async closeWorker(worker: BackedWorker): Promise<void> {
    const late = pause(CLOSE_TIMEOUT_MS, 'late' as const, { ref: false });
    const outcome = await Promise.race([worker.close().catch((error: unknown) => error), late]);
    if (outcome === 'late') {
      this.telemetry.log.warn(
        { queue: worker.name },
        'a job did not end in time and is left to another process',
      );
      const forced = worker.close(true).catch(() => undefined);
      await Promise.race([forced, pause(FORCED_CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    }
  }
}
