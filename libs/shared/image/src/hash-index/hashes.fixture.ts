import { HASH_BITS, HASH_WORDS, type Hash256 } from '../hash256.js';

/** Whole numbers below a bound, the same for the same seed (Marsaglia's xorshift32). */
export function numbers(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

export function randomHash(random: (below: number) => number): Hash256 {
  return Uint32Array.from({ length: HASH_WORDS }, () => random(2 ** 32 - 1));
}

/** The hash with so many of its bits flipped, from `from` on round the circle every `step` bits; `step` is odd. */
export function flipped(hash: Hash256, count: number, from: number, step: number): Hash256 {
  const other = hash.slice();
  for (let at = 0; at < count; at++) {
    const bit = (from + at * step) % HASH_BITS;
    other[bit >> 5]! ^= 1 << (bit & 31);
  }
  return other;
}
