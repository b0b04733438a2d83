import type { Database } from '@vigil/database';
import type { Hit } from '@vigil/contracts';
import type { HitIndex } from '@vigil/hit-index';
import { clearOutbox, hitsAfter, takeOutbox } from './hit-records.js';

/** Hits of one put: some ten milliseconds of the index's work. */
const PUT_SIZE = 500;
/** Hits that wait for the index in memory; beyond it consumption waits too. About 20 MB of ordinary posts. */
const MAX_WAITING = 4_000;
/** An outbox row older than this was left behind by a process that died or an index that failed. */
const LEFT_BEHIND_MS = 5_000;
const RETRY_MS = { least: 200, most: 10_000 };

/** A hit just committed. `hit` null: its text stands in the database only. */
export interface Committed {
  readonly seq: string;
  readonly hit: Hit | null;
}

export interface ProjectorEvents {
  /** The index has these many more hits. */
  onIndexed(count: number): void;
  onFailure(error: unknown): void;
}

/**
 * Brings committed hits into the index. The quick way takes them from memory right after the commit; whatever does not
 * get through (the index was down, a process died) is in the outbox and goes the slow way, read again from the system
 * of record. Both may repeat: the index takes the newest version of a hit, in whatever order they come.
 */
export class HitProjector {
  #waiting: Committed[] = [];
  #working: Promise<void> | null = null;
  #room: (() => void)[] = [];
  #stopped = false;
  #wakeRetry: (() => void) | null = null;
  /** Since when the index refuses, milliseconds since the epoch; null when it works. */
  failingSince: number | null = null;

  constructor(
    private readonly db: Database,
    private readonly index: HitIndex,
    private readonly now: () => number,
    private readonly events: ProjectorEvents,
  ) {}

  /** Takes hits of one committed batch; waits while the index is behind, which slows consumption. */
  async push(committed: readonly Committed[]): Promise<void> {
    if (this.#stopped || committed.length === 0) return;
    this.#waiting.push(...committed);
    this.#working ??= this.#work();
    while (this.#waiting.length > MAX_WAITING && !this.#stopped) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
  }

  /** Brings what others left behind in the outbox into the index. Returns how many. */
  async resume(olderThanMs = LEFT_BEHIND_MS): Promise<number> {
    let total = 0;
    while (!this.#stopped) {
      const moved = await this.#drainOnce(new Date(this.now() - olderThanMs));
      total += moved;
      if (moved < PUT_SIZE) break;
    }
    return total;
  }

  /** Puts every hit of the system of record into the index again. Returns how many. */
  async reindex(): Promise<number> {
    let after = '0'.repeat(32);
    let total = 0;
    while (!this.#stopped) {
      const records = await this.db.transaction(async (tx) => {
        const page = await hitsAfter(tx, after, PUT_SIZE);
        if (page.length > 0) await this.index.put(page.map((record) => record.hit));
        return page;
      });
      total += records.length;
      const last = records.at(-1);
      if (last === undefined || records.length < PUT_SIZE) break;
      after = last.key;
    }
    return total;
  }

  /** Finishes the put in hand; the rest stays in the outbox. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#waiting = [];
    this.#wakeRetry?.();
    this.#giveRoom();
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#waiting.length > 0 && !this.#stopped) {
      const next = this.#waiting.splice(0, PUT_SIZE);
      try {
        await this.#put(next);
      } catch (error) {
        this.events.onFailure(error);
        await this.#recover();
      }
      this.#giveRoom();
    }
    this.#working = null;
  }

  /** From memory; what has no text in memory goes by the outbox. */
  async #put(committed: readonly Committed[]): Promise<void> {
    const inMemory = committed.filter((one): one is Committed & { hit: Hit } => one.hit !== null);
    // Within a put the last state of a post stands for all.
    const newest = new Map(inMemory.map((one) => [one.hit.post.id, one.hit]));
    if (newest.size > 0) {
      await this.index.put([...newest.values()]);
      await clearOutbox(
        this.db,
        inMemory.map((one) => one.seq),
      );
      this.events.onIndexed(newest.size);
    }
    if (inMemory.length < committed.length) await this.resume(0);
  }

  /** Tries until the index takes the outbox again. What waits in memory is in it as well. */
  async #recover(): Promise<void> {
    this.failingSince ??= this.now();
    for (let wait = RETRY_MS.least; !this.#stopped; wait = Math.min(2 * wait, RETRY_MS.most)) {
      await this.#pause(wait);
      try {
        const inOutbox = this.#waiting.length;
        await this.resume(0);
        this.#waiting.splice(0, inOutbox);
        this.failingSince = null;
        return;
      } catch (error) {
        this.events.onFailure(error);
      }
    }
  }

  async #drainOnce(before: Date): Promise<number> {
    const moved = await this.db.transaction(async (tx) => {
      const rows = await takeOutbox(tx, before, PUT_SIZE);
      if (rows.length === 0) return 0;
      const newest = new Map(rows.map((row) => [row.record.key, row.record.hit]));
      await this.index.put([...newest.values()]);
      await clearOutbox(
        tx,
        rows.map((row) => row.seq),
      );
      return rows.length;
    });
    if (moved > 0) this.events.onIndexed(moved);
    return moved;
  }

  #giveRoom(): void {
    const room = this.#room;
    this.#room = [];
    for (const go of room) go();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(done, ms);
      timer.unref();
      function done() {
        clearTimeout(timer);
        resolve();
      }
      this.#wakeRetry = done;
      if (this.#stopped) done();
    });
  }
}
