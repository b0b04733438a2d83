import type { Telemetry } from '@vigil/telemetry';
import type { SpikeDetector } from './spike-detector.js';

/** After the first hit that changes something: many batches are looked at in one go, and an alert is seconds away at most. */
const DEBOUNCE_MS = 1_000;
/** Open episodes are asked whether they go on, and what another process left due is found. */
const EVERY_MS = 10_000;
/** Looking takes at most a tenth of the time, however much is due: the line itself comes first. */
const DUTY = 10;

export interface SpikeWatchOptions {
  readonly detector: SpikeDetector;
  readonly log: Telemetry['log'];
  readonly onOpened: () => void;
}

/** When the detector looks: soon after batches with hits, and now and then. One look at a time. */
export class SpikeWatch {
  #timer: NodeJS.Timeout | null = null;
  #dueAt = Infinity;
  #lookingAtAll = 0;
  #looking: Promise<void> | null = null;
  #pauseMs = DEBOUNCE_MS;
  #stopped = true;

  constructor(private readonly options: SpikeWatchOptions) {}

  start(): void {
    this.#stopped = false;
    this.#schedule(DEBOUNCE_MS);
  }

  /** Something is due. */
  wake(): void {
    this.#schedule(this.#pauseMs);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#looking;
  }

  /** The earliest time asked for counts. */
  #schedule(inMs: number): void {
    if (this.#stopped || this.#looking !== null) return;
    const at = performance.now() + inMs;
    if (at >= this.#dueAt) return;
    if (this.#timer) clearTimeout(this.#timer);
    this.#dueAt = at;
    this.#timer = setTimeout(() => {
      this.#looking = this.#look();
    }, inMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const began = performance.now();
    const all = began - this.#lookingAtAll >= EVERY_MS;
    let more = false;
    try {
      const look = await this.options.detector.look(all);
      if (all && look.looked) this.#lookingAtAll = began;
      more = look.more;
      if (look.opened.length > 0) this.options.onOpened();
    } catch (error) {
      this.options.log.warn({ err: error }, 'the spike detector could not look; it tries again');
    }
    this.#pauseMs = Math.max(DEBOUNCE_MS, DUTY * (performance.now() - began));
    this.#looking = null;
    this.#dueAt = Infinity;
    // What came meanwhile woke nobody: look again at the usual pace where there may be more.
    this.#schedule(more ? this.#pauseMs : Math.max(this.#pauseMs, 2 * DEBOUNCE_MS));
  }
}
