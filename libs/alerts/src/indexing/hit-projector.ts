import { type Hit, isVigilError } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { type HitIndex, RefusedHits } from '@vigil/hit-index';
import { clearOutbox, readOutbox } from './hit-records.js';
import { postKey } from './post-key.js';
import { setAside } from './set-aside.js';

/** Hits of one put: some ten milliseconds of the index's work. */
const PUT_SIZE = 500;
/** What waits for the index in memory; beyond it consumption waits too. Text in UTF-16 units: 40 MB at most. */
const MOST_WAITING = { hits: 4_000, units: 20_000_000 };
/** An outbox row older than this was left behind by a process that died or an index that failed. */
export const LEFT_BEHIND_MS = 5_000;
const RETRY_MS = { least: 200, most: 10_000 };
/** A wait is up to this part shorter, so that processes that failed together do not come back together. */
const RETRY_JITTER = 0.5;

/** A hit just committed. `hit` null: its text stands in the database only. */
export interface Committed {
  readonly seq: string;
  readonly hit: Hit | null;
}

export interface ProjectorEvents {
  /** The index has these many more hits. */
  onIndexed(count: number): void;
  /** The index refused these as they are: they are set aside, and everything else is in it. */
  onSetAside(refusal: RefusedHits): void;
  onFailure(error: unknown): void;
}

/** A hit on its way into the index. */
interface Waiting {
  readonly seq: string;
  readonly hit: Hit;
}

/**
 * Brings committed hits into the index. The quick way takes them from memory right after the commit; whatever does not
 * get through (the index was down, a process died) is in the outbox and goes the slow way, read again from the system
 * of record. Both may repeat and overtake each other: of one hit the index keeps the highest version, and of that the
 * furthest state, in whatever order they come.
 */
export class HitProjector {
  #waiting: Committed[] = [];
  #units = 0;
  #working: Promise<void> | null = null;
  #room: (() => void)[] = [];
  #stopped = false;
  #wakeRetry: (() => void) | null = null;
  /** Since when the index refuses, milliseconds since the epoch; null when it works. */
  failingSince: number | null = null;
  /** What it said last, for an operator; null where nothing may be repeated of it. */
  failure: string | null = null;

  constructor(
    private readonly db: Database,
    private readonly index: HitIndex,
    private readonly now: () => number,
    private readonly events: ProjectorEvents,
  ) {}

  /**
   * Takes hits of one committed batch; waits while the index is behind, which slows consumption, unless `signal` says
   * that the consumer stops: they are in the outbox in any case.
   */
  async push(committed: readonly Committed[], signal: AbortSignal): Promise<void> {
    if (this.#stopped || committed.length === 0) return;
    this.#waiting.push(...committed);
    this.#units += unitsOf(committed);
    this.#working ??= this.#work();
    if (!this.#isFull()) return;
    const onAbort = () => this.#giveRoom();
    signal.addEventListener('abort', onAbort);
    while (this.#isFull() && !this.#stopped && !signal.aborted) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    signal.removeEventListener('abort', onAbort);
  }

  /** Resolves once nothing waits in memory. */
  async settled(): Promise<void> {
    await this.#working;
  }

  /** Brings what others left behind in the outbox into the index. Returns how many. */
  async resume(olderThanMs = LEFT_BEHIND_MS): Promise<number> {
    const before = new Date(this.now() - olderThanMs);
    let total = 0;
    while (!this.#stopped) {
      const rows = await readOutbox(this.db, before, PUT_SIZE);
      if (rows.length > 0) await this.#bring(rows.map(({ seq, record }) => ({ seq, hit: record.hit })));
      total += rows.length;
      if (rows.length < PUT_SIZE) break;
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
      const next = this.#take(PUT_SIZE);
      try {
        await this.#put(next);
      } catch (error) {
        this.#fail(error);
        await this.#recover();
      }
      this.#giveRoom();
    }
    this.#working = null;
  }

  #isFull(): boolean {
    return this.#waiting.length > MOST_WAITING.hits || this.#units > MOST_WAITING.units;
  }

  #take(most: number): Committed[] {
    const taken = this.#waiting.splice(0, most);
    this.#units -= unitsOf(taken);
    return taken;
  }

  /** From memory; what has no text in memory goes by the outbox. */
  async #put(committed: readonly Committed[]): Promise<void> {
    const inMemory = committed.filter((one): one is Waiting => one.hit !== null);
    if (inMemory.length > 0) await this.#bring(inMemory);
    if (inMemory.length < committed.length) await this.resume(0);
  }

  /** One put, and what follows from it in the outbox. What the index will never take is set aside: nothing waits behind it. */
  async #bring(waiting: readonly Waiting[]): Promise<void> {
    // Within a put the last state of a post stands for all.
    const newest = new Map(waiting.map((one) => [one.hit.post.id as string, one]));
    const [erased, others] = parted([...newest.values()].map(({ hit }) => hit));
    if (erased.length > 0) await this.index.erase({ ids: erased.map((hit) => hit.post.id) });
    const refusal = await this.index.put(others).then(
      () => null,
      (error: unknown) => {
        if (error instanceof RefusedHits) return error;
        throw error;
      },
    );
    if (refusal !== null) {
      const refused = refusal.refused.map(({ id, reason }) => ({
        key: postKey(id),
        seq: newest.get(id)?.seq ?? '0',
        reason,
      }));
      await setAside(this.db, refused, new Date(this.now()));
      this.events.onSetAside(refusal);
    }
    await clearOutbox(
      this.db,
      waiting.map((one) => one.seq),
    );
    const indexed = newest.size - (refusal?.refused.length ?? 0);
    if (indexed > 0) this.events.onIndexed(indexed);
  }

  /** Tries until the index takes the outbox again. What waits in memory is in it as well. */
  async #recover(): Promise<void> {
    this.failingSince ??= this.now();
    for (let wait = RETRY_MS.least; !this.#stopped; wait = Math.min(2 * wait, RETRY_MS.most)) {
      await this.#pause(wait * (1 - RETRY_JITTER * Math.random()));
      try {
        const inOutbox = this.#waiting.length;
        await this.resume(0);
        this.#take(inOutbox);
        this.failingSince = null;
        return;
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  #fail(error: unknown): void {
    // Other errors than ours may quote a post.
    this.failure = isVigilError(error) ? error.message : null;
    this.events.onFailure(error);
  }

  #giveRoom(): void {
    const room = this.#room;
    this.#room = [];
    for (const go of room) go();
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      this.#wakeRetry = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#stopped) this.#wakeRetry();
    });
  }
}

/** Of an erased hit nothing is left but its post's id. */
function parted(hits: readonly Hit[]): [erased: Hit[], others: Hit[]] {
  return [hits.filter((hit) => hit.state === 'erased'), hits.filter((hit) => hit.state !== 'erased')];
}

function unitsOf(committed: readonly Committed[]): number {
  return committed.reduce((sum, { hit }) => sum + (hit?.post.text.length ?? 0), 0);
}
