import { setTimeout as pause } from 'node:timers/promises';
import { HitPage } from '@vigil/contracts';
import type { Api } from './api.js';
import { numberOf, SAMPLE_RULE } from './corpus.js';

const PAGE = 200;

/** Searches for the sampled posts as a reviewer's page would, and notes when each was first found. */
export class Searcher {
  /** Post → milliseconds from its release until a search had found it. */
  readonly foundAfterMs = new Map<number, number>();
  /** Post → when it was released. */
  private readonly outstanding = new Map<number, number>();
  private stopped = false;
  private failure: unknown = null;
  private readonly running: Promise<void>;
  /** Milliseconds that the searches themselves took. */
  readonly tookMs: number[] = [];

  /** `everyMs`: how often the newest sampled posts are searched for. What it adds to each time is part of the figure. */
  constructor(
    private readonly api: Api,
    private readonly everyMs: number,
  ) {
    this.running = this.run().catch((error: unknown) => {
      this.failure = error;
    });
  }

  expect(released: readonly (readonly [number, number])[]): void {
    for (const [post, at] of released) if (!this.foundAfterMs.has(post)) this.outstanding.set(post, at);
  }

  get waitingFor(): number {
    return this.outstanding.size;
  }

  /** Throws what a search failed with. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    if (this.failure !== null) throw this.failure;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const began = Date.now();
      if (this.outstanding.size > 0) await this.search();
      await pause(Math.max(0, this.everyMs - (Date.now() - began)));
    }
  }

  /** From the oldest that was not found yet on, oldest first; a page of them at a time. */
  private async search(): Promise<void> {
    const oldest = Math.min(...this.outstanding.values());
    const began = Date.now();
    const page = await this.api.get(
      `/search?rules=${encodeURIComponent(SAMPLE_RULE)}&order=oldest&size=${PAGE}&from=${new Date(oldest).toISOString()}`,
      HitPage,
    );
    const now = Date.now();
    this.tookMs.push(now - began);
    for (const { hit } of page.hits) {
      const post = numberOf(hit.post.id);
      const releasedAt = this.outstanding.get(post);
      if (releasedAt === undefined) continue;
      this.outstanding.delete(post);
      this.foundAfterMs.set(post, now - releasedAt);
    }
  }
}
