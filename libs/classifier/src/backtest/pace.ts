import { setTimeout as pause } from 'node:timers/promises';

/** How long work may keep the process from everything else: one frame of patience for HTTP and live posts. */
const SLICE_MS = 10;

/** Lets work that nobody waits for have a share of one thread and no more. */
export class Pace {
  private began = performance.now();

  /** `share`: of the time, above 0 and up to 1. */
  constructor(
    private readonly share: number,
    private readonly signal: AbortSignal,
  ) {}

  /** Asked after each piece of work: rests where the slice is over. Rejects where the signal aborts. */
  async rest(): Promise<void> {
    const worked = performance.now() - this.began;
    if (worked < SLICE_MS) return;
    await pause((worked * (1 - this.share)) / this.share, undefined, { signal: this.signal });
    this.began = performance.now();
  }
}
