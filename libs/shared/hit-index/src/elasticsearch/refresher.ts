/**
 * Makes what was written searchable. A refresh opens a small segment and costs some ten milliseconds however much it
 * holds, so writers that wait at the same time share one: whoever comes while one is under way waits for the next,
 * which sees their writes as well. `refresh=wait_for` would instead wait for the interval, a second by default, and an
 * interval short enough for a reader would cost as much while nobody writes.
 */
export class Refresher {
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;

  constructor(private readonly refreshNow: () => Promise<void>) {}

  /** Resolves after a refresh that began after this call. */
  refresh(): Promise<void> {
    if (this.running === null) return this.begin();
    this.next ??= this.running
      .catch(() => undefined)
      .then(() => {
        this.next = null;
        return this.begin();
      });
    return this.next;
  }

  private begin(): Promise<void> {
    const running = this.refreshNow().finally(() => {
      if (this.running === running) this.running = null;
    });
    this.running = running;
    return running;
  }
}
