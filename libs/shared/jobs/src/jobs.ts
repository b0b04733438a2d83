import type { Job, Queue, WorkerOptions } from 'bullmq';

/** What is used of a BullMQ queue, whichever backend it has. */
export type JobQueue<T> = Pick<
  Queue<T, unknown, string>,
  | 'name'
  | 'add'
  | 'addBulk'
  | 'remove'
  | 'upsertJobScheduler'
  | 'removeJobScheduler'
  | 'getJob'
  | 'getJobs'
  | 'getJobCounts'
  | 'getJobScheduler'
  | 'getJobSchedulers'
>;

/** A worker at work. What fails in it is logged and counted by `Jobs`. */
export interface JobWorker {
  /** Takes no further job and resolves once those in hand are done. */
  close(): Promise<void>;
}

/** Of BullMQ's options those that are a matter of the work, not of the connection. */
export type JobWorkerOptions = Partial<
  Pick<WorkerOptions, 'concurrency' | 'limiter' | 'lockDuration' | 'maxStalledCount'>
>;

/**
 * BullMQ on the backend this installation has (PostgreSQL; Redis where an address is given).
 * It is used directly: this only supplies the connection, the prefix and bounded job retention. Also the
 * dependency-injection token. Jobs wake work whose due time is in PostgreSQL; they may be lost and recreated.
 */
export abstract class Jobs {
  /** One queue per name and process: the same one for the same name. */
  abstract queue<T>(name: string): JobQueue<T>;
  /** Exactly one worker per name and process: a second is refused (`internal`), so that no job has two handlers. */
  abstract worker<T>(
    name: string,
    handle: (job: Job<T>) => Promise<unknown>,
    options?: JobWorkerOptions,
  ): JobWorker;
  /** Lets the jobs in hand finish, then closes. */
  abstract close(): Promise<void>;
}
