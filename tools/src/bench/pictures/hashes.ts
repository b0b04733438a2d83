import { HASH_BITS, HASH_WORDS, type Hash256 } from '@vigil/image';

/** Members of a family: copies of one picture and what was made of it. */
const FAMILY = 100;
const MOST_FLIPS = 60;
/** Bits from a hash to every other needle that is made of one. */
const NEAR = 31;

/** 32-bit numbers, the same for the same seed (Marsaglia's xorshift32). */
function words(seed: number): () => number {
  let state = Math.imul(seed, 2654435761) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** So many hashes of even chances, eight words each. */
export function uniform(count: number, seed: number): Uint32Array {
  const next = words(seed);
  const hashes = new Uint32Array(count * HASH_WORDS);
  for (let at = 0; at < hashes.length; at++) hashes[at] = next();
  return hashes;
}

/** So many hashes in families: each member is the first with up to 60 bits flipped. */
export function familiesOf(count: number, seed: number): Uint32Array {
  const hashes = uniform(count, seed);
  const next = words(seed + 7);
  for (let member = 0; member < count; member++) {
    if (member % FAMILY === 0) continue;
    const at = member * HASH_WORDS;
    const first = (member - (member % FAMILY)) * HASH_WORDS;
    hashes.copyWithin(at, first, first + HASH_WORDS);
    flip(hashes.subarray(at, at + HASH_WORDS), next() % (MOST_FLIPS + 1), next);
  }
  return hashes;
}

/** Needles: every other one at exactly 31 bits from one of the hashes, the rest of even chances. */
export function needlesFor(hashes: Uint32Array, count: number, seed: number): Hash256[] {
  const next = words(seed);
  return Array.from({ length: count }, (_, at) => {
    if (at % 2 === 1) return Uint32Array.from({ length: HASH_WORDS }, () => next());
    const row = (next() % (hashes.length / HASH_WORDS)) * HASH_WORDS;
    const needle = hashes.slice(row, row + HASH_WORDS);
    flip(needle, NEAR, next);
    return needle;
  });
}

/** Flips so many different bits, strewn. */
function flip(hash: Hash256, count: number, next: () => number): void {
  const [from, step] = [next() % HASH_BITS, (next() % (HASH_BITS / 2)) * 2 + 1];
  for (let at = 0; at < count; at++) {
    const bit = (from + at * step) % HASH_BITS;
    hash[bit >> 5]! ^= 1 << (bit & 31);
  }
}
