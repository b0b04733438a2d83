import { HASH_WORDS, type Hash256 } from '../hash256.js';
import { HashRows } from './hash-rows.js';
import { Candidates, SlotPostings } from './slot-postings.js';
import { BITS, MOST_DISTANCE, SLOTS, SLOT_BITS, SLOT_VALUES, flipsWithin, mostErrors } from './slots.js';

/** Hashes below which looking at all of them is as quick as asking 272 buckets. */
const FEW = 1_000;
/**
 * Changes between two merges of the same slot: a 32nd of the hashes, so that chains stay some three links long and the
 * merges of ten million hashes cost an addition a few µs.
 */
const SHARE_BETWEEN_MERGES = 1 / 32;
const LEAST_BETWEEN_MERGES = 16_384;

export interface HashMatch {
  readonly row: number;
  readonly distance: number;
}

/**
 * Finds every hash within a distance of another, exactly, among millions: see slots.ts for how. A hash is found by its
 * row from the moment it was added until it is removed. Some 130 bytes a hash. Every so many changes one of the 16
 * slots is merged, which takes milliseconds for each million hashes: where that may hold nothing up, use it in a worker.
 */
export class HashIndex {
  private hashes = new HashRows();
  private readonly postings = Array.from({ length: SLOTS }, (_, slot) => new SlotPostings(slot));
  private held = 0;
  private merges = 0;
  private untilMerge = LEAST_BETWEEN_MERGES / SLOTS;
  /** Freed rows in the order they were, with the merges until then: postings may still name them. */
  private freed: { row: number; merges: number }[] = [];
  private reusable: number[] = [];
  private readonly candidates = new Candidates();

  /** Hashes that can be found. */
  get size(): number {
    return this.held;
  }

  /** Rows are below this: how large a list must be that says what each row stands for. */
  get rows(): number {
    return this.hashes.length;
  }

  /** Takes in a hash, found from now on. Returns its row, which may have been another's that was removed. */
  add(hash: Hash256): number {
    const row = this.hashes.put(hash, this.reusable.pop());
    for (const postings of this.postings) postings.add(this.hashes, row);
    this.held++;
    this.changed();
    return row;
  }

  /** Takes in many hashes, eight words each, in new rows that follow one another. Returns the first. */
  addAll(hashes: Uint32Array): number {
    const first = this.hashes.length;
    const count = hashes.length / HASH_WORDS;
    this.hashes.putAll(hashes);
    this.held += count;
    if (count < this.held * SHARE_BETWEEN_MERGES) {
      for (let row = first; row < this.hashes.length; row++) {
        for (const postings of this.postings) postings.add(this.hashes, row);
        this.changed();
      }
    } else this.build();
    return first;
  }

  /** Whether the row held a hash; it is not found any more. */
  remove(row: number): boolean {
    if (!this.hashes.free(row)) return false;
    this.held--;
    this.freed.push({ row, merges: this.merges });
    this.changed();
    return true;
  }

  /** The hash of a row that holds one. */
  hash(row: number): Hash256 | null {
    return this.hashes.holds(row) ? this.hashes.hash(row) : null;
  }

  /** All rows within the distance, at most 64, the nearest first. */
  find(hash: Hash256, distance: number): HashMatch[] {
    if (distance < 0 || distance > MOST_DISTANCE)
      throw new RangeError(`a distance of 0 to ${MOST_DISTANCE} is expected; got ${distance}`);
    const found: HashMatch[] = [];
    if (this.held < FEW) this.hashes.scan(hash, distance, (row, at) => found.push({ row, distance: at }));
    else this.findBySlots(hash, distance, found);
    return found.sort((a, b) => a.distance - b.distance || a.row - b.row);
  }

  private findBySlots(hash: Hash256, distance: number, found: HashMatch[]): void {
    const [first, second] = [mostErrors(distance, 1), mostErrors(distance, 2)];
    const flips = flipsWithin(first);
    const { candidates, hashes } = this;
    for (let slot = 0; slot < SLOTS; slot++) {
      candidates.count = 0;
      this.postings[slot]!.collect(
        slotOf(hash, slot),
        slotOf(hash, (slot + 1) % SLOTS),
        flips,
        second,
        candidates,
      );
      for (let at = 0; at < candidates.count; at++) {
        const row = candidates.rows[at]!;
        const off = hashes.distance(row, hash, distance);
        if (off > distance || !hashes.holds(row) || this.foundBefore(slot, row, hash, first, second))
          continue;
        found.push({ row, distance: off });
      }
    }
  }

  /** Whether an earlier slot has led to this row already. */
  private foundBefore(slot: number, row: number, hash: Hash256, first: number, second: number): boolean {
    for (let before = 0; before < slot; before++) {
      const errors = bitsBetween(this.hashes.slot(row, before), slotOf(hash, before));
      if (errors > first) continue;
      if (errors + bitsBetween(this.hashes.slot(row, before + 1), slotOf(hash, before + 1)) <= second)
        return true;
    }
    return false;
  }

  private changed(): void {
    if (--this.untilMerge > 0) return;
    this.postings[this.merges % SLOTS]!.merge(this.hashes, this.freed.length > 0);
    this.merges++;
    this.untilMerge = this.betweenMerges();
    // Once every slot was merged since, no posting names the row.
    let gone = 0;
    for (; gone < this.freed.length && this.freed[gone]!.merges + SLOTS <= this.merges; gone++)
      this.reusable.push(this.freed[gone]!.row);
    this.freed.splice(0, gone);
  }

  private betweenMerges(): number {
    return Math.max(LEAST_BETWEEN_MERGES, this.held * SHARE_BETWEEN_MERGES) / SLOTS;
  }

  private build(): void {
    let values = this.hashes.slots(0);
    for (const [slot, postings] of this.postings.entries()) {
      const next = this.hashes.slots((slot + 1) % SLOTS);
      postings.build(this.hashes, values, next);
      values = next;
    }
    this.reusable = [];
    this.freed = [];
    for (let row = 0; row < this.hashes.length; row++) if (!this.hashes.holds(row)) this.reusable.push(row);
    this.untilMerge = this.betweenMerges();
  }

  /** The whole index as bytes, to be written in this order. It is not to be changed until the last is taken. */
  *snapshot(): Generator<Uint8Array> {
    for (const postings of this.postings) postings.merge(this.hashes, this.freed.length > 0);
    for (const { row } of this.freed.splice(0)) this.reusable.push(row);
    yield new Uint8Array(Uint32Array.of(BYTE_ORDER, this.hashes.length, this.held).buffer);
    yield* this.hashes.bytes();
    for (const postings of this.postings) yield* postings.bytes();
  }

  /**
   * The index of a snapshot. `fill` is called for one part after the other and fills it with the bytes that follow; it
   * throws where they end. RangeError where the bytes are of a machine with another byte order.
   */
  static read(fill: (bytes: Uint8Array) => void): HashIndex {
    const head = new Uint32Array(3);
    fill(new Uint8Array(head.buffer));
    const [order, length = 0, held = 0] = head;
    if (order !== BYTE_ORDER) throw new RangeError('the snapshot is of a machine with another byte order');
    const index = new HashIndex();
    index.hashes = HashRows.read(length, fill);
    for (const postings of index.postings) postings.read(fill);
    index.held = held;
    index.untilMerge = index.betweenMerges();
    for (let row = 0; row < length; row++) if (!index.hashes.holds(row)) index.reusable.push(row);
    return index;
  }
}

/** Reads as another number where bytes lie the other way round. */
const BYTE_ORDER = 0x01020304;

function slotOf(hash: Hash256, slot: number): number {
  return (hash[slot >> 1]! >>> ((slot & 1) * SLOT_BITS)) & (SLOT_VALUES - 1);
}

function bitsBetween(one: number, other: number): number {
  return BITS[one ^ other]!;
}
