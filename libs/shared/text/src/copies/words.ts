import type { NormalisedText } from '../normalise.js';
import { ALONE, EDGE, SPACE } from '../word-edges.js';
import { BASE } from '../word-hash.js';

// Taken once: see overlap.ts.
const { imul } = Math;

/** In scripts without spaces a word is this many characters, beginning at each: shingles of three then span five. */
const GRAM = 3;

/**
 * The words of a normalised text as 32-bit numbers, and where they stand in it. In scripts written without spaces there
 * is one for each character, made of it and the two behind it. Reusable: `read` overwrites. What equals by number alone
 * is not known to be equal by letters: a pair of different words collides once in 4 thousand million.
 */
export class Words {
  hashes = new Int32Array(256);
  /** The normalised range of word `i` is [starts[i], ends[i]). */
  starts = new Uint32Array(256);
  ends = new Uint32Array(256);
  /** 1 where the script is written without spaces. */
  alone = new Uint8Array(256);
  count = 0;

  /** Linear in the text; at most one word for each unit. */
  read(normalised: NormalisedText): this {
    const { units, length } = normalised;
    this.count = 0;
    let hash = 0;
    let begin = -1;
    for (let at = 0; at < length; at++) {
      const unit = units[at] as number;
      if (EDGE[unit] === ALONE) {
        if (begin >= 0) this.add(hash, begin, at, 0);
        begin = -1;
        const end = at + sizeAt(units, at, length);
        this.add(gramAt(units, at, length), at, end, 1);
        at = end - 1;
      } else if (unit === SPACE) {
        if (begin >= 0) this.add(hash, begin, at, 0);
        begin = -1;
      } else {
        if (begin < 0) [begin, hash] = [at, 0];
        hash = (imul(hash, BASE) + unit) | 0;
      }
    }
    if (begin >= 0) this.add(hash, begin, length, 0);
    return this;
  }

  /** How long words [from, to) are: two characters of a script without spaces count as one word. */
  weight(from = 0, to = this.count): number {
    let alone = 0;
    for (let at = from; at < to; at++) alone += this.alone[at] as number;
    return to - from - alone / 2;
  }

  private add(hash: number, start: number, end: number, alone: number): void {
    if (this.count === this.hashes.length) this.widen();
    this.hashes[this.count] = mixed(hash);
    this.starts[this.count] = start;
    this.ends[this.count] = end;
    this.alone[this.count++] = alone;
  }

  private widen(): void {
    const size = 2 * this.hashes.length;
    const copy = <T extends Int32Array | Uint32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.hashes = copy(this.hashes, new Int32Array(size));
    this.starts = copy(this.starts, new Uint32Array(size));
    this.ends = copy(this.ends, new Uint32Array(size));
    this.alone = copy(this.alone, new Uint8Array(size));
  }
}

/** One character: a pair of halves, or one unit. */
function sizeAt(units: Uint16Array, at: number, length: number): number {
  const pair =
    (units[at] as number) >> 10 === 0x36 && at + 1 < length && (units[at + 1] as number) >> 10 === 0x37;
  return pair ? 2 : 1;
}

function gramAt(units: Uint16Array, from: number, length: number): number {
  let hash = 0;
  let at = from;
  for (let taken = 0; taken < GRAM && at < length && EDGE[units[at] as number] === ALONE; taken++) {
    for (const end = at + sizeAt(units, at, length); at < end; at++)
      hash = (imul(hash, BASE) + (units[at] as number)) | 0;
  }
  return hash;
}

/** Every bit of the result depends on every bit given (A. Appleby, the finaliser of MurmurHash3). One to one. */
export function mixed(hash: number): number {
  let h = hash;
  h = imul(h ^ (h >>> 16), 0x85ebca6b);
  h = imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
