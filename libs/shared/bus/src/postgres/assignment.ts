import { isVigilError } from '@vigil/contracts';
import type { Delivered } from '../message-bus.js';
import { Delivery, Dropped, persist, type DeliveryPort } from '../delivery/delivery.js';
import type { Chunk, Undecodable, Want } from './log-reader.js';
import { pause, Signal } from '../delivery/signal.js';
import type { Tuning } from './tuning.js';

/**
 * With the fault switched on, offsets move so long before their effect: posts spend most of their way in that gap, so that
 * a run with a few kills finds losses for sure, on a fast machine too.
 */
const EARLY_BY_MS = 250;

/** How a partition of a consumer ended. */
export type Ending = 'finished' | 'dropped' | 'fenced';

export interface AssignmentPort<T> extends Omit<DeliveryPort<T>, 'partition' | 'signal'> {
  readonly tuning: Tuning;
  /** The bus's copy of the offset decides where the group goes on; false where the handler keeps its own. */
  readonly keepsOffsets: boolean;
  readonly commitEarly: boolean;
  /** Moves the group's offset; false where the partition is no longer ours. */
  readonly commit: (
    partition: number,
    generation: bigint,
    expected: bigint,
    next: bigint,
  ) => Promise<boolean>;
  /** There is room in the buffer again. */
  readonly drained: () => void;
  readonly consumed: (messages: number, oldestPublishedMs: number) => void;
  readonly skipped: (partition: number, from: bigint, to: bigint) => void;
}

interface Taken<T> {
  readonly messages: Delivered<T>[];
  readonly undecodable: Undecodable[];
  readonly next: bigint;
  readonly oldestMs: number;
}

/** One partition in the hands of one consumer: a bounded buffer of what was read, and the loop that hands it on. */
export class Assignment<T> {
  readonly #abort = new AbortController();
  readonly #change = new Signal();
  readonly #buffer: Chunk<T>[] = [];
  #buffered = 0;
  #readTo: bigint;
  #sinceMs = 0;
  #stale = 0;
  #done: bigint;
  #committed: bigint;
  #finishing = false;
  #handlingSince: number | null = null;
  readonly ended: Promise<Ending>;

  constructor(
    private readonly port: AssignmentPort<T>,
    readonly partition: number,
    readonly generation: bigint,
    /** Where the handler stands, where to read from, and what the bus's copy of the offset says. */
    start: { position: bigint; read: bigint; committed: bigint },
  ) {
    this.#readTo = start.read;
    // A handler's own offset may be ahead of the bus's copy (a crash before the copy followed): then the copy is corrected.
    this.#done = port.keepsOffsets ? start.committed : start.read;
    this.#committed = start.committed;
    this.ended = this.#run(start.position);
  }

  /** What to read next; null while the buffer is full or nothing new is known to be there. */
  want(): Want | null {
    const room = this.port.tuning.maxBatchBytes - this.#buffered;
    if (this.#stale === 0 || room <= 0 || this.#finishing || this.#abort.signal.aborted) return null;
    return { partition: this.partition, next: this.#readTo, room, sinceMs: this.#sinceMs };
  }

  /** There may be something new in the log. */
  stir(): void {
    this.#stale += 1;
  }

  /** A token for `settle`: what `stir` said until now. */
  get staleness(): number {
    return this.#stale;
  }

  /** The log was read to its end: nothing to do until the next `stir`. */
  settle(staleness: number): void {
    if (this.#stale === staleness) this.#stale = 0;
  }

  /** Takes a chunk that was read. Chunks come in order; a gap is what retention has removed. */
  offer(base: bigint, chunk: Chunk<T>): void {
    if (base > this.#readTo) this.port.skipped(this.partition, this.#readTo, base);
    this.#readTo = chunk.next;
    this.#sinceMs = chunk.publishedAtMs;
    this.#buffer.push(chunk);
    this.#buffered += chunk.bytes;
    this.#change.raise();
  }

  /** Nothing is left of the log before `head`: go on from there. */
  skipTo(head: bigint): void {
    if (head <= this.#readTo) return;
    this.port.skipped(this.partition, this.#readTo, head);
    this.#readTo = head;
  }

  get readTo(): bigint {
    return this.#readTo;
  }

  /** Milliseconds that the batch in hand has taken so far. */
  get handlingMs(): number {
    return this.#handlingSince === null ? 0 : performance.now() - this.#handlingSince;
  }

  /** Ends after the batch in hand. */
  finish(): void {
    this.#finishing = true;
    this.#change.raise();
  }

  /** Ends now: what is in hand is no longer ours. */
  drop(): void {
    this.#abort.abort();
    this.#change.raise();
  }

  async #run(position: bigint): Promise<Ending> {
    const { signal } = this.#abort;
    const delivery = new Delivery<T>({ ...this.port, partition: this.partition, signal }, position);
    const { tuning, report } = this.port;
    const persisting = { tuning, report, signal, partition: this.partition };
    try {
      for (;;) {
        while (this.#buffer.length === 0 && !this.#finishing && !signal.aborted) {
          if (!this.port.keepsOffsets && this.#done !== this.#committed) {
            await this.#change.wait(this.port.tuning.reportMs);
            if (this.#buffer.length === 0) await this.#commit(persisting);
          } else await this.#change.wait();
        }
        if (signal.aborted) return 'dropped';
        if (this.#finishing) {
          await this.#commit(persisting);
          return 'finished';
        }
        const taken = this.#take();
        this.#handlingSince = performance.now();
        if (this.port.commitEarly && this.port.keepsOffsets) {
          this.#done = taken.next;
          await this.#commit(persisting);
          await pause(EARLY_BY_MS, signal);
        }
        for (const letter of taken.undecodable) {
          await persist(persisting, () => this.port.setAside({ ...letter, partition: this.partition }));
        }
        await delivery.deliver(taken.messages, taken.next);
        this.#done = taken.next;
        if (this.port.keepsOffsets || this.#reportDue()) {
          await this.#commit(persisting);
          if (this.port.keepsOffsets) delivery.position = taken.next;
        }
        this.#handlingSince = null;
        this.port.consumed(taken.messages.length, taken.oldestMs);
      }
    } catch (error) {
      if (error instanceof Dropped) return 'dropped';
      if (isVigilError(error, 'fenced')) return 'fenced';
      throw error;
    } finally {
      this.#handlingSince = null;
      this.#buffer.length = 0;
      this.#abort.abort();
    }
  }

  #lastReport = 0;

  /** The copy of a handler's own offset is for lag() and retention: now and then is enough. */
  #reportDue(): boolean {
    if (performance.now() - this.#lastReport < this.port.tuning.reportMs) return false;
    this.#lastReport = performance.now();
    return true;
  }

  async #commit(persisting: Parameters<typeof persist>[0]): Promise<void> {
    const next = this.#done;
    if (next === this.#committed) return;
    let ours = true;
    await persist(persisting, async () => {
      ours = await this.port.commit(this.partition, this.generation, this.#committed, next);
    });
    if (!ours) throw new Dropped();
    this.#committed = next;
  }

  /** What is there, up to a batch's bounds: under load batches grow by themselves. */
  #take(): Taken<T> {
    const { maxBatchMessages, maxBatchBytes } = this.port.tuning;
    const messages: Delivered<T>[] = [];
    const undecodable: Undecodable[] = [];
    let next = this.#readTo;
    let bytes = 0;
    let oldestMs = 0;
    while (this.#buffer[0]) {
      const chunk = this.#buffer[0];
      const full =
        messages.length + chunk.messages.length > maxBatchMessages || bytes + chunk.bytes > maxBatchBytes;
      if (bytes > 0 && full) break;
      this.#buffer.shift();
      for (const message of chunk.messages) messages.push(message);
      undecodable.push(...chunk.undecodable);
      next = chunk.next;
      bytes += chunk.bytes;
      oldestMs ||= chunk.publishedAtMs;
    }
    this.#buffered -= bytes;
    this.port.drained();
    return { messages, undecodable, next, oldestMs };
  }
}
