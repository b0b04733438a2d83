import type { Job, QueueOptions, WorkerOptions } from 'bullmq';
import type { JobQueue } from './jobs.js';

/** What is used of a BullMQ queue that somebody has to close. */
export interface BackedQueue extends JobQueue<unknown> {
  on(event: 'error', listener: (error: Error) => void): unknown;
  close(): Promise<void>;
}

/** What is used of a BullMQ worker, whichever backend it has. */
export interface BackedWorker {
  readonly name: string;
  /** Set from the beginning of its close. */
  readonly closing: Promise<void> | undefined;
  run(): Promise<void>;
  close(force?: boolean): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'failed', listener: (job: Job<unknown> | undefined, error: Error) => void): unknown;
  on(event: 'stalled', listener: (job: string) => void): unknown;
  on(event: 'completed', listener: () => void): unknown;
}

/** Where BullMQ keeps the queues: makes queues and workers on connections of its own. */
export interface QueueBackend {
  queue(name: string, options: Omit<QueueOptions, 'connection' | 'prefix'>): BackedQueue;
  worker(
    name: string,
    handle: (job: Job<unknown>) => Promise<unknown>,
    options: Omit<WorkerOptions, 'connection' | 'prefix'>,
  ): BackedWorker;
  /** One worker fewer. */
  workerClosed(): void;
  /** Ends every connection. Queues and workers have been closed, or did not close in time. */
  close(): Promise<void>;
}
