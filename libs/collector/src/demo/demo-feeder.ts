import type { Clock, PostEvent, SourceDraft } from '@vigil/contracts';
import { demoHistory } from './history.js';
import { BURST_AFTER_MS, BURST_MS, demoBurst, demoTrickle, type DuePost } from './live.js';
import type { DemoProgress, DemoRecord } from './demo-record.js';
import type { DemoScript } from './script.js';

/** History posts of one publish: some 400 kB. */
const BATCH = 500;
/** How often what is due is published: a burst of one a second looks steady. */
const EVERY_MS = 500;
/** Ordinary posts missed while the program was down are not made up beyond this: nobody waits for them. */
const CATCH_UP_MS = 60_000;
/** How often it is asked whether another process removed the demo. */
const ASK_EVERY_MS = 5_000;

/** The least the demo needs of the program around it. */
export interface DemoSurroundings {
  readonly script: DemoScript;
  readonly clock: Clock;
  readonly record: DemoRecord;
  /** How many sources there are that no demo brought: with one, the folder is not empty and the demo stays away. */
  countOwnSources(): Promise<number>;
  /** Adds the demo's sources, marked as demo; one that is there already stays as it is. */
  insertSources(drafts: readonly SourceDraft[]): Promise<void>;
  /** Resolves once the events are durable. */
  publish(events: readonly PostEvent[]): Promise<void>;
  /** An event for the operator. */
  say(
    event: 'demo loading' | 'demo loaded' | 'demo burst over' | 'demo removed' | 'demo paused',
    fields: Readonly<Record<string, unknown>>,
  ): void;
}

/**
 * Feeds the demo: on an empty data folder sources and history, then a burst, then ordinary posts. May be killed at any
 * moment: ids are the same every time, so what is published twice counts once, and a burst that was interrupted
 * goes on. `remove` ends it for good.
 */
export class DemoFeeder {
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #work: Promise<void> = Promise.resolve();
  #burst: readonly DuePost[] = [];
  /** Everything due up to here has been published. */
  #doneMs = 0;
  #askedMs = 0;
  #failures = 0;

  constructor(private readonly around: DemoSurroundings) {}

  /**
   * Loads what is missing and begins the live part. Resolves when the history has been acknowledged; `false` where there
   * is nothing to feed: it was removed, or the organisation has sources of its own. May be called without waiting.
   */
  async start(): Promise<boolean> {
    const work = this.#start();
    this.#work = work.then(
      () => undefined,
      () => undefined,
    );
    return work;
  }

  /** Stops feeding, for a shutdown: the next start goes on. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    await this.#work;
  }

  /**
   * Ends the demo for good; resolves when nothing is on its way any more, so that a caller can then delete what it
   * left. A later start feeds nothing.
   */
  async remove(): Promise<void> {
    await this.around.record.remove(this.around.clock.now());
    await this.stop();
    this.around.say('demo removed', {});
  }

  async #start(): Promise<boolean> {
    const { record, clock, script } = this.around;
    const before = await record.read();
    if (before?.removed) return false;
    if (before === null && (await this.around.countOwnSources()) > 0) return false;
    const progress = before ?? (await record.begin(clock.now()));
    const liveFromMs = progress.liveFromMs ?? (await this.#load(progress));
    if (liveFromMs === null) return false;
    this.#burst = demoBurst(script, liveFromMs);
    this.#doneMs = Math.max(liveFromMs, clock.now() - CATCH_UP_MS);
    await this.#catchUpBurst(liveFromMs);
    this.#askedMs = clock.now();
    this.#again(liveFromMs);
    return true;
  }

  /** Sources and history. Null where it was stopped on the way: the next start begins it again. */
  async #load(progress: DemoProgress): Promise<number | null> {
    const { script, clock, record } = this.around;
    this.around.say('demo loading', { sources: script.sources.length });
    await this.around.insertSources(script.sources);
    let batch: PostEvent[] = [];
    let posts = 0;
    for (const event of demoHistory(script, progress.startedMs)) {
      batch.push(event);
      if (batch.length < BATCH) continue;
      if (this.#stopped) return null;
      await this.around.publish(batch);
      posts += batch.length;
      batch = [];
    }
    if (this.#stopped) return null;
    await this.around.publish(batch);
    const liveFromMs = clock.now();
    await record.historyLoaded(liveFromMs);
    this.around.say('demo loaded', { posts: posts + batch.length, burstInMs: BURST_AFTER_MS });
    return liveFromMs;
  }

  /** What of the burst was due while the program was down. All of it: a kill at the wrong moment must not lose the spike. */
  async #catchUpBurst(liveFromMs: number): Promise<void> {
    if (this.#doneMs <= liveFromMs) return;
    const missed = this.#burst.filter((post) => post.dueMs <= this.#doneMs);
    if (missed.length > 0) await this.around.publish(this.#collectedNow(missed));
  }

  #again(liveFromMs: number): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#work = this.#tick(liveFromMs)
        .then(() => {
          this.#failures = 0;
        })
        .catch((error: unknown) => {
          // The bus may be away for a while: what is due stays due, and is tried again.
          this.#failures += 1;
          if (this.#failures === 1)
            this.around.say('demo paused', {
              reason: error instanceof Error ? error.message : String(error),
            });
        })
        .finally(() => this.#again(liveFromMs));
    }, EVERY_MS);
    this.#timer.unref();
  }

  async #tick(liveFromMs: number): Promise<void> {
    const { clock, script } = this.around;
    const nowMs = clock.now();
    if (nowMs - this.#askedMs >= ASK_EVERY_MS) {
      this.#askedMs = nowMs;
      if ((await this.around.record.read())?.removed) {
        this.#stopped = true;
        this.around.say('demo removed', {});
        return;
      }
    }
    // After a long sleep of the machine the ordinary posts are not made up; the burst is.
    const trickleFrom = Math.max(this.#doneMs, nowMs - CATCH_UP_MS);
    const due = [
      ...this.#burst.filter((post) => post.dueMs > this.#doneMs && post.dueMs <= nowMs),
      ...demoTrickle(script, liveFromMs, trickleFrom, nowMs),
    ];
    if (due.length > 0 && !this.#stopped) await this.around.publish(this.#collectedNow(due));
    const over = liveFromMs + BURST_AFTER_MS + BURST_MS;
    if (this.#doneMs <= over && nowMs > over) {
      this.#burst = [];
      this.around.say('demo burst over', {});
    }
    this.#doneMs = Math.max(this.#doneMs, nowMs);
  }

  #collectedNow(due: readonly DuePost[]): readonly PostEvent[] {
    const collectedAt = this.around.clock.instant();
    return [...due]
      .sort((a, b) => a.dueMs - b.dueMs)
      .map(({ event }) => ({ ...event, post: { ...event.post, collectedAt } }));
  }
}
