import type { Job, Queue, Worker, WorkerOptions } from 'bullmq';

/**
 * BullMQ on the backend this installation has (PostgreSQL; Redis where an address is given).
 * It is used directly: this only supplies the connection, the prefix and bounded job retention. Also the
 * dependency-injection token. Jobs wake work whose due time is in PostgreSQL; they may be lost and recreated.
 */
export abstract class Jobs {
  /** One queue per name and process. */
  abstract queue<T>(name: string): Queue<T>;
  /** Exactly one worker per name and process: a second is refused, so that no job has two handlers. */
  abstract worker<T>(
    name: string,
    handle: (job: Job<T>) => Promise<unknown>,
    options?: Partial<Omit<WorkerOptions, 'connection'>>,
  ): Worker<T>;
  /** Lets the jobs in hand finish, then closes. */
  abstract close(): Promise<void>;
}
