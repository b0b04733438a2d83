import type { Telemetry } from '@vigil/telemetry';
import { type Clock, isVigilError, VigilError } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { Jobs, JobWorker } from '@vigil/jobs';
import type { AlertsMetrics } from '../alerts-metrics.js';
import { beginAttempt, dueDeliveries, settleFailed, settleSent } from './deliveries.js';
import type { NotificationChannel } from './notification.js';

const QUEUE = 'deliveries';
/** Attempts at once: each waits for somebody else's server. */
const CONCURRENCY = 4;
const MOST_DUE = 200;
/** How often PostgreSQL is asked what is due, should a job have been lost. */
const SWEEP_MS = 15_000;
/** A job wakes a little after the due time, so that the due time has passed by every clock. */
const AFTER_DUE_MS = 50;

interface DeliveryJob {
  readonly delivery: string;
}

export interface NotifierOptions {
  readonly db: Database;
  readonly jobs: Jobs;
  readonly clock: Clock;
  readonly channels: readonly NotificationChannel[];
  readonly metrics: AlertsMetrics;
  readonly log: Telemetry['log'];
  /** Where people reach the console. */
  readonly consoleUrl: string;
}

/**
 * Delivers notifications. What is due, and when, is in PostgreSQL; jobs only wake the work, so a lost or doubled job
 * neither loses nor doubles a delivery.
 */
export class Notifier {
  #worker: JobWorker | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: NotifierOptions) {}

  start(): void {
    this.#worker = this.options.jobs.worker<DeliveryJob>(QUEUE, (job) => this.deliver(job.data.delivery), {
      concurrency: CONCURRENCY,
    });
    this.#timer = setInterval(() => this.wake(), SWEEP_MS);
    this.#timer.unref();
    this.wake();
  }

  async stop(): Promise<void> {
    if (this.#timer) clearInterval(this.#timer);
    await this.#worker?.close();
    await Promise.all(this.options.channels.map((channel) => channel.close()));
  }

  /** Makes a job for everything that is due. */
  wake(): void {
    this.#makeJobs().catch((error: unknown) =>
      this.options.log.warn({ err: error }, 'due deliveries could not be looked up; trying again soon'),
    );
  }

  channel(kind: NotificationChannel['kind']): NotificationChannel {
    const channel = this.options.channels.find((one) => one.kind === kind);
    if (!channel) throw new VigilError('internal', `No ${kind} channel is wired.`);
    return channel;
  }

  /** One attempt, where the delivery is due. Never throws for what a receiver does. */
  async deliver(id: string): Promise<void> {
    const { db, clock, metrics, log, consoleUrl } = this.options;
    const attempt = await beginAttempt(db, id, clock.now(), consoleUrl);
    if (attempt === null) return;
    const { kind } = attempt.target;
    try {
      const channel = this.channel(kind);
      if (channel.off !== null) throw new VigilError('engine-misconfigured', channel.off);
      await channel.send(attempt.notification, attempt.target);
      await settleSent(db, id, clock.now());
      metrics.deliveries.inc({ kind, outcome: 'sent' });
    } catch (error) {
      const reason = isVigilError(error)
        ? error
        : new VigilError('internal', 'The notification could not be sent; the log has the cause.', {
            retriable: true,
            cause: error,
          });
      const wait = await settleFailed(db, attempt, reason, clock.now());
      metrics.deliveries.inc({ kind, outcome: wait === null ? 'failed' : 'retried' });
      log.warn(
        { delivery: id, attempt: attempt.number, reason: reason.message, retryInMs: wait },
        'a notification was not delivered',
      );
      if (wait !== null) await this.#addJob(id, attempt.number, wait + AFTER_DUE_MS);
    }
  }

  async #makeJobs(): Promise<void> {
    const { db, clock } = this.options;
    for (const { id, attempts } of await dueDeliveries(db, clock.now(), MOST_DUE))
      await this.#addJob(id, attempts, 0);
  }

  async #addJob(delivery: string, attempts: number, delay: number): Promise<void> {
    // The same wake-up twice within a minute is one job; one that was lost is made anew after it.
    const minute = Math.floor((this.options.clock.now() + delay) / 60_000);
    await this.options.jobs
      .queue<DeliveryJob>(QUEUE)
      .add('deliver', { delivery }, { delay, jobId: `${delivery}-${attempts}-${minute}` });
  }
}
