import { Worker } from 'node:worker_threads';
import { PICTURE_LIMITS, type PictureLimits } from './limits.js';
import { refused, type PictureOutcome } from './outcome.js';

/** From `src` and from `dist` alike: a worker runs what was built. */
const WORKER = new URL('../../dist/pictures/hash-worker.js', import.meta.url);
/** What a worker's JavaScript may take, in MB: pictures lie outside its heap. */
const HEAP_MB = 128;
/** How long past its time limit a worker has to say so itself, before it is given up, in ms. */
const GRACE_MS = 2_000;

export interface Task {
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly limits: PictureLimits;
}

export interface TaskDone {
  readonly id: number;
  readonly outcome: PictureOutcome;
}

interface Waiting {
  readonly task: Task;
  readonly resolve: (outcome: PictureOutcome) => void;
}

/**
 * Hashes pictures in a worker thread, one after the other, in the order they came. A picture that outlives its time or
 * takes the worker down is refused by name, and the next has a new worker.
 */
export class PictureHasher {
  private worker: Worker | null = null;
  private timer: NodeJS.Timeout | undefined;
  private readonly queue: Waiting[] = [];
  private current: Waiting | null = null;
  private lastId = 0;

  constructor(
    private readonly limits: PictureLimits = PICTURE_LIMITS,
    private readonly graceMs = GRACE_MS,
  ) {}

  /** The hashes of a picture, or why it has none. Never rejects for what the bytes hold; they are copied. */
  hash(bytes: Uint8Array): Promise<PictureOutcome> {
    if (bytes.length > this.limits.bytes) {
      const message = `More than ${this.limits.bytes / 2 ** 20} MiB.`;
      return Promise.resolve(refused('too-many-bytes', message));
    }
    return new Promise((resolve) => {
      this.queue.push({ task: { id: ++this.lastId, bytes, limits: this.limits }, resolve });
      this.next();
    });
  }

  /** Ends the worker. What still waits is refused. */
  async close(): Promise<void> {
    const waiting = this.queue.splice(0);
    const worker = this.worker;
    this.replace(refused('worker-lost', 'The program is ending.'));
    for (const { resolve } of waiting) resolve(refused('worker-lost', 'The program is ending.'));
    await worker?.terminate();
  }

  private next(): void {
    if (this.current) return;
    this.current = this.queue.shift() ?? null;
    if (!this.current) {
      this.worker?.unref();
      return;
    }
    this.worker ??= this.start();
    this.worker.ref();
    this.worker.postMessage(this.current.task);
    this.timer = setTimeout(() => {
      const seconds = this.limits.timeMs / 1000;
      void this.worker?.terminate();
      this.replace(refused('timed-out', `Decoding took more than ${seconds} s.`));
    }, this.limits.timeMs + this.graceMs);
  }

  private start(): Worker {
    const worker = new Worker(WORKER, { resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    worker.on('message', ({ id, outcome }: TaskDone) => {
      if (worker === this.worker && id === this.current?.task.id) this.settle(outcome);
    });
    let cause = 'it ended';
    worker.on('error', (error) => (cause = error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => {
      if (worker === this.worker) this.replace(refused('worker-lost', `The decoder was lost: ${cause}.`));
    });
    return worker;
  }

  /** Answers for a worker that will not, and lets the next picture have another. */
  private replace(outcome: PictureOutcome): void {
    this.worker = null;
    this.settle(outcome);
  }

  private settle(outcome: PictureOutcome): void {
    clearTimeout(this.timer);
    const done = this.current;
    this.current = null;
    done?.resolve(outcome);
    this.next();
  }
}
