import { Worker } from 'node:worker_threads';
import type { HashMatch } from '@vigil/image';

/** From `src` and from `dist` alike: a worker runs what was built. */
const WORKER = new URL('../../dist/hash-index/index-worker.js', import.meta.url);

export type Ask =
  | { readonly do: 'open' | 'save' }
  | { readonly do: 'add'; readonly hashes: Uint32Array }
  | { readonly do: 'remove'; readonly rows: readonly number[] }
  | { readonly do: 'find'; readonly hashes: Uint32Array; readonly distance: number };

export interface Asked {
  readonly id: number;
  readonly ask: Ask;
}

export type Answer = { readonly id: number } & (
  { readonly answer: unknown; readonly error?: never } | { readonly error: unknown; readonly answer?: never }
);

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * An index of hashes in a thread of its own, so that no merge, build or snapshot holds the program up. Hashes go in and
 * out packed, eight words each. Calls are answered in the order they were made. Once its thread is lost every call
 * rejects; what was not saved is then to be added again from the bank.
 */
export class IndexInWorker {
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private lost: Error | null = null;

  private constructor(private readonly worker: Worker) {
    worker.on('message', ({ id, answer, error }: Answer) => {
      const waiting = this.waiting.get(id);
      this.waiting.delete(id);
      if (this.waiting.size === 0) worker.unref();
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(error);
    });
    worker.on('error', (error) => this.lose(error));
    worker.on('exit', () => this.lose(null));
  }

  /** Starts with what the file holds, or empty where there is none; `save` writes it. Rejects where it is broken. */
  static async open(file: string): Promise<IndexInWorker> {
    const index = new IndexInWorker(new Worker(WORKER, { workerData: { file } }));
    try {
      await index.ask({ do: 'open' });
    } catch (error) {
      await index.close();
      throw error;
    }
    return index;
  }

  /** Takes in hashes. Resolves to the row of each. */
  add(hashes: Uint32Array): Promise<number[]> {
    return this.ask({ do: 'add', hashes });
  }

  /** Resolves to how many of the rows held a hash. */
  remove(rows: readonly number[]): Promise<number> {
    return this.ask({ do: 'remove', rows });
  }

  /** The matches of each hash, the nearest first. Rejects with a RangeError for a distance that is not searched. */
  find(hashes: Uint32Array, distance: number): Promise<HashMatch[][]> {
    return this.ask({ do: 'find', hashes, distance });
  }

  /** Writes the file. Resolves to how many hashes it holds. */
  save(): Promise<number> {
    return this.ask({ do: 'save' });
  }

  /** Ends the thread; what was not saved is gone. */
  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private ask<T>(ask: Ask): Promise<T> {
    if (this.lost) return Promise.reject(this.lost);
    const id = ++this.lastId;
    this.worker.ref();
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.worker.postMessage({ id, ask } satisfies Asked);
    });
  }

  private lose(cause: Error | null): void {
    this.lost ??= new Error(`The index of hashes was lost: ${cause?.message ?? 'its thread ended'}.`, {
      cause,
    });
    for (const { reject } of this.waiting.values()) reject(this.lost);
    this.waiting.clear();
  }
}
