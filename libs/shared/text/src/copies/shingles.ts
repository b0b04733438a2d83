import { mixed } from './words.js';

// Taken once: see overlap.ts.
const { imul } = Math;

/**
 * Words of a shingle (A. Broder, "On the resemblance and containment of documents", 1997). With three, texts of one
 * language that have nothing to do with each other share some hundredths, and one changed word costs three shingles.
 */
export const SHINGLE_WORDS = 3;

/** How many shingles so many words have. */
export function shinglesIn(words: number): number {
  return Math.max(0, words - SHINGLE_WORDS + 1);
}

/** The shingle that begins at word `at`. */
export function shingleAt(words: Int32Array, at: number): number {
  const first = words[at] as number;
  const second = words[at + 1] as number;
  const third = words[at + 2] as number;
  return mixed(imul(imul(first, 31) + second, 0x9e3779b1) + third);
}

/** The different shingles of words [0, count). */
export function shingleSet(words: Int32Array, count = words.length): Int32Array {
  const all = new Int32Array(shinglesIn(count));
  for (let at = 0; at < all.length; at++) all[at] = shingleAt(words, at);
  all.sort();
  let kept = 0;
  for (let at = 0; at < all.length; at++)
    if (at === 0 || all[at] !== all[kept - 1]) all[kept++] = all[at] as number;
  return all.subarray(0, kept);
}

/** Exact Jaccard similarity, 0 to 1, of two sets in order as `shingleSet` makes them; 0 where both are empty. */
export function jaccard(a: Int32Array, b: Int32Array): number {
  let common = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [left, right] = [a[i] as number, b[j] as number];
    if (left === right) common++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return common === 0 ? 0 : common / (a.length + b.length - common);
}
