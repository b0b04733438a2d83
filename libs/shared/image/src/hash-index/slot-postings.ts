import type { HashRows } from './hash-rows.js';
import { BITS, SLOTS, SLOT_VALUES } from './slots.js';

/** Numbers of one link: the link before it, the next slot's bits, the row. */
const LINK = 3;
const NONE = -1;
const FIRST_LINKS = 1024;

/** Rows to verify, with room that grows. */
export class Candidates {
  rows = new Uint32Array(1024);
  count = 0;

  add(row: number): void {
    if (this.count === this.rows.length) {
      const more = new Uint32Array(this.rows.length * 2);
      more.set(this.rows);
      this.rows = more;
    }
    this.rows[this.count++] = row;
  }
}

/**
 * The rows of an index by the value of one of their slots. Rows that were there at the last merge lie sorted by value,
 * each beside the 16 bits of the next slot, so that nearly all candidates fall without a look at their hash; rows added
 * since are chained by value.
 */
export class SlotPostings {
  private starts = new Uint32Array(SLOT_VALUES + 1);
  private rows = new Uint32Array(0);
  private nexts = new Uint16Array(0);
  private readonly heads = new Int32Array(SLOT_VALUES).fill(NONE);
  private links = new Int32Array(FIRST_LINKS * LINK);
  private chained = 0;
  private readonly next: number;

  constructor(private readonly slot: number) {
    this.next = (slot + 1) % SLOTS;
  }

  /** Takes in a row of which `add` was not told before. */
  add(hashes: HashRows, row: number): void {
    const at = this.chained++ * LINK;
    if (at === this.links.length) {
      const more = new Int32Array(this.links.length * 2);
      more.set(this.links);
      this.links = more;
    }
    const value = hashes.slot(row, this.slot);
    this.links[at] = this.heads[value]!;
    this.links[at + 1] = hashes.slot(row, this.next);
    this.links[at + 2] = row;
    this.heads[value] = at;
  }

  /**
   * Rows whose slot is `value` combined with one of `flips`, and whose errors in it and the next slot are at most
   * `most`.
   */
  collect(value: number, nextValue: number, flips: Uint16Array, most: number, into: Candidates): void {
    const { starts, nexts } = this;
    for (let flip = 0; flip < flips.length; flip++) {
      const near = value ^ flips[flip]!;
      const left = most - BITS[flips[flip]!]!;
      const end = starts[near + 1]!;
      if (left === 2) {
        // The common case at a distance of 31: at most two bits differ if none is left once two are cleared.
        for (let at = starts[near]!; at < end; at++) {
          let errors = nexts[at]! ^ nextValue;
          errors &= errors - 1;
          if ((errors & (errors - 1)) === 0) into.add(this.rows[at]!);
        }
      } else {
        for (let at = starts[near]!; at < end; at++)
          if (BITS[nexts[at]! ^ nextValue]! <= left) into.add(this.rows[at]!);
      }
      if (this.chained > 0) this.collectChained(near, nextValue, left, into);
    }
  }

  private collectChained(value: number, nextValue: number, left: number, into: Candidates): void {
    const { links } = this;
    for (let at = this.heads[value]!; at !== NONE; at = links[at]!)
      if (BITS[links[at + 1]! ^ nextValue]! <= left) into.add(links[at + 2]!);
  }

  /**
   * Sorts in what was chained, and with `drop` leaves out what no longer holds a hash. Linear in the rows; nothing else
   * may run meanwhile.
   */
  merge(hashes: HashRows, drop: boolean): void {
    const { starts, heads, links } = this;
    const [oldRows, oldNexts] = [this.rows, this.nexts];
    const room = starts[SLOT_VALUES]! + this.chained;
    const [rows, nexts] = [new Uint32Array(room), new Uint16Array(room)];
    let end = 0;
    for (let value = 0; value < SLOT_VALUES; value++) {
      const last = starts[value + 1]!;
      let at = starts[value]!;
      // Read just now, and by the value before as its end: from here on it is the new start.
      starts[value] = end;
      for (; at < last; at++) {
        if (drop && !hashes.holds(oldRows[at]!)) continue;
        rows[end] = oldRows[at]!;
        nexts[end++] = oldNexts[at]!;
      }
      for (let link = heads[value]!; link !== NONE; link = links[link]!) {
        if (drop && !hashes.holds(links[link + 2]!)) continue;
        rows[end] = links[link + 2]!;
        nexts[end++] = links[link + 1]!;
      }
    }
    starts[SLOT_VALUES] = end;
    [this.rows, this.nexts] = [rows, nexts];
    this.unchain();
  }

  /** Sorts all rows anew (a counting sort), from their values in this slot and the next. */
  build(hashes: HashRows, values: Uint16Array, nextValues: Uint16Array): void {
    const starts = new Uint32Array(SLOT_VALUES + 1);
    for (let row = 0; row < values.length; row++) if (hashes.holds(row)) starts[values[row]! + 1]!++;
    for (let value = 0; value < SLOT_VALUES; value++) starts[value + 1]! += starts[value]!;
    const count = starts[SLOT_VALUES]!;
    const [rows, nexts, free] = [new Uint32Array(count), new Uint16Array(count), starts.slice()];
    for (let row = 0; row < values.length; row++) {
      if (!hashes.holds(row)) continue;
      const at = free[values[row]!]!++;
      rows[at] = row;
      nexts[at] = nextValues[row]!;
    }
    [this.starts, this.rows, this.nexts] = [starts, rows, nexts];
    this.unchain();
  }

  private unchain(): void {
    this.heads.fill(NONE);
    this.links = new Int32Array(FIRST_LINKS * LINK);
    this.chained = 0;
  }

  /** What was merged, as bytes to be written in this order. */
  *bytes(): Generator<Uint8Array> {
    const count = this.starts[SLOT_VALUES]!;
    yield bytesOf(this.starts);
    yield bytesOf(this.rows.subarray(0, count));
    yield bytesOf(this.nexts.subarray(0, count));
  }

  read(fill: (bytes: Uint8Array) => void): void {
    fill(bytesOf(this.starts));
    const count = this.starts[SLOT_VALUES]!;
    [this.rows, this.nexts] = [new Uint32Array(count), new Uint16Array(count)];
    fill(bytesOf(this.rows));
    fill(bytesOf(this.nexts));
  }
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
