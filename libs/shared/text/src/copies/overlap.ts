import { SPAN_GAP_WORDS } from './limits.js';
import { SHINGLE_WORDS, shingleAt, shinglesIn } from './shingles.js';
import type { Words } from './words.js';

// Taken once: within a test's sandbox every look at a global costs a microsecond.
const { max } = Math;

/** What a post and a known text have in common. */
export interface Overlap {
  /** Exact Jaccard similarity of their shingles, 0 to 1. */
  readonly similarity: number;
  /** The part of the known text's words that stand in the post, in shingles, 0 to 1. */
  readonly share: number;
  /** The words of the post where the most of it stands together: [from, to). */
  readonly from: number;
  readonly to: number;
}

/** The shingles of one post, ready to be compared with many texts. Reusable: `read` overwrites. */
export class PostShingles {
  private mask = 0;
  /** By slot, the shingle, and the last comparison that found it; −1: free. */
  private keys = new Int32Array(0);
  private foundBy = new Int32Array(0);
  /** By place in the post, its slot. */
  private slots = new Int32Array(0);
  private count = 0;
  /** How many different shingles the post has. */
  different = 0;
  private comparison = 0;

  read(words: Words): this {
    const shingles = shinglesIn(words.count);
    let size = 64;
    while (size < 2 * shingles) size *= 2;
    if (this.keys.length < size) {
      this.keys = new Int32Array(size);
      this.foundBy = new Int32Array(size);
      this.slots = new Int32Array(size);
    }
    this.mask = size - 1;
    this.foundBy.fill(-1, 0, size);
    this.count = words.count;
    this.different = 0;
    this.comparison = 0;
    for (let at = 0; at < shingles; at++) {
      const key = shingleAt(words.hashes, at);
      const slot = this.slotOf(key);
      if (this.foundBy[slot] === -1) {
        this.keys[slot] = key;
        this.foundBy[slot] = 0;
        this.different++;
      }
      this.slots[at] = slot;
    }
    return this;
  }

  /** Linear in both. `different`: how many different shingles the known text has. */
  compare(known: Int32Array, different: number): Overlap {
    const comparison = ++this.comparison;
    let common = 0;
    let covered = 0;
    let reach = 0;
    for (let at = 0; at < shinglesIn(known.length); at++) {
      const slot = this.slotOf(shingleAt(known, at));
      const before = this.foundBy[slot] as number;
      if (before === -1) continue;
      if (before !== comparison) common++;
      this.foundBy[slot] = comparison;
      covered += at + SHINGLE_WORDS - max(at, reach);
      reach = at + SHINGLE_WORDS;
    }
    const { from, to } = this.densest(comparison);
    return {
      similarity: common === 0 ? 0 : common / (this.different + different - common),
      share: known.length === 0 ? 0 : covered / known.length,
      from,
      to,
    };
  }

  /** The stretch of common shingles, with at most SPAN_GAP_WORDS between two, that has the most words of them. */
  private densest(comparison: number): { from: number; to: number } {
    let [from, to, words] = [0, 0, 0];
    const best = { from, to, words };
    for (let at = 0; at < shinglesIn(this.count); at++) {
      if (this.foundBy[this.slots[at] as number] !== comparison) continue;
      if (words === 0 || at > to + SPAN_GAP_WORDS) {
        from = to = at;
        words = 0;
      }
      words += at + SHINGLE_WORDS - max(at, to);
      to = at + SHINGLE_WORDS;
      if (words <= best.words) continue;
      best.from = from;
      best.to = to;
      best.words = words;
    }
    return best;
  }

  private slotOf(key: number): number {
    let slot = key & this.mask;
    while (this.foundBy[slot] !== -1 && this.keys[slot] !== key) slot = (slot + 1) & this.mask;
    return slot;
  }
}
