import { setTimeout as pause } from 'node:timers/promises';

/**
 * From one refresh to the next at least. A lone writer never waits for it; many in a row share more, and with the refresh
 * the requests of a put around it.
 */
const APART_MS = 100;

/**
 * Makes what was written searchable. A refresh opens a small segment and costs some ten milliseconds however much it
 * holds, so writers that wait at the same time share one: whoever comes while one is under way waits for the next,
 * which sees their writes as well. `refresh=wait_for` would instead wait for the interval, a second by default, and an
 * interval short enough for a reader would cost as much while nobody writes.
 */
export class Refresher {
  private running: Promise<void> = Promise.resolve();
  private next: Promise<void> | null = null;
  private beganAt = -Infinity;

  constructor(private readonly refreshNow: () => Promise<void>) {}

  /** Resolves after a refresh that began after this call. */
  refresh(): Promise<void> {
    this.next ??= this.begin();
    return this.next;
  }

  /** After the one under way, and in time. Who comes before it has begun shares it. */
  private async begin(): Promise<void> {
    await this.running;
    const early = this.beganAt + APART_MS - performance.now();
    if (early > 0) await pause(early);
    this.next = null;
    this.beganAt = performance.now();
    const refreshing = this.refreshNow();
    this.running = refreshing.catch(() => undefined);
    await refreshing;
  }
}
