import { Worker } from 'node:worker_threads';
import type { Line } from '@vigil/collector/reading';
import type { SourceLabels } from '@vigil/contracts';
import { CommandFailure } from '../failure.js';
import type { Judged } from './judge-lines.js';

/** From `src` and from `dist` alike: a thread runs what was built. */
const WORKER = new URL('../../dist/classify/judge-worker.js', import.meta.url);

/** What is judged by, the same in every thread. */
export interface Judging {
  /** Folders of rule packs. */
  readonly packs: readonly string[];
  readonly context: SourceLabels['context'];
  readonly matchesOnly: boolean;
}

interface Waiting {
  resolve(judged: Judged): void;
  reject(error: Error): void;
}

/** A thread, and who waits for it: it answers in the order it was asked. */
interface Judge {
  readonly worker: Worker;
  readonly waiting: Waiting[];
}

/** Threads that judge lines, each with the rules of its own. How many lines are under way is for who asks to bound. */
export class Judges {
  private readonly judges: readonly Judge[];
  private lost: CommandFailure | null = null;

  constructor(judging: Judging, threads: number) {
    this.judges = Array.from({ length: threads }, () => this.start(judging));
  }

  /** Has the least busy thread judge the lines. Rejects where a thread is lost, which ends the command. */
  judge(lines: readonly Line[]): Promise<Judged> {
    if (this.lost) return Promise.reject(this.lost);
    const judge = this.judges.reduce((one, other) =>
      other.waiting.length < one.waiting.length ? other : one,
    );
    return new Promise((resolve, reject) => {
      judge.waiting.push({ resolve, reject });
      judge.worker.postMessage(lines);
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.judges.map(({ worker }) => worker.terminate()));
  }

  private start(judging: Judging): Judge {
    const worker = new Worker(WORKER, { workerData: judging });
    const waiting: Waiting[] = [];
    let cause = 'it ended';
    worker.on('message', (judged: Judged) => waiting.shift()?.resolve(judged));
    worker.on('error', (error) => (cause = error instanceof Error ? error.message : String(error)));
    worker.on('exit', () => {
      this.lost = new CommandFailure(`A thread that judges posts was lost: ${cause}`);
      for (const { reject } of waiting.splice(0)) reject(this.lost);
    });
    return { worker, waiting };
  }
}
