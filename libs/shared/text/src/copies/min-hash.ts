import { mixed } from './words.js';

// Taken once: see overlap.ts.
const { imul } = Math;

/**
 * Permutations of a signature. The share of equal entries estimates the Jaccard similarity J without bias and with the
 * standard error sqrt(J (1 − J) / 120): at most 0.046, and 1/sqrt(120) = 0.091 is two of them (A. Broder, "On the
 * resemblance and containment of documents", 1997).
 */
export const PERMUTATIONS = 120;

/**
 * Entries in a band. Two texts meet in some of the 40 bands with probability 1 − (1 − J³)^40: .995 at J = 0.5, .80 at
 * 0.34 (every fifth word changed), .04 at 0.1 (A. Rajaraman and J. Ullman, Mining of Massive Datasets, 3.4).
 */
export const BAND_ROWS = 3;
export const BANDS = PERMUTATIONS / BAND_ROWS;

/** Fixed, so that signatures of all processes and years compare. */
const SEEDS = Int32Array.from({ length: PERMUTATIONS }, (_, at) => mixed(imul(at + 1, 0x9e3779b1)));

/** The signature of a set of shingles: of each permutation the least number. Of the empty set, all entries are the greatest. */
export function minHash(shingles: Int32Array): Uint32Array {
  const signature = new Uint32Array(PERMUTATIONS).fill(0xffffffff);
  for (const shingle of shingles) {
    for (let at = 0; at < PERMUTATIONS; at++) {
      let hash = imul(shingle ^ (SEEDS[at] as number), 0x85ebca6b);
      hash = imul(hash ^ (hash >>> 15), 0xc2b2ae35);
      hash = (hash ^ (hash >>> 16)) >>> 0;
      if (hash < (signature[at] as number)) signature[at] = hash;
    }
  }
  return signature;
}

/** Jaccard similarity as two signatures estimate it, 0 to 1. */
export function estimate(a: Uint32Array, b: Uint32Array): number {
  let equal = 0;
  for (let at = 0; at < PERMUTATIONS; at++) if (a[at] === b[at]) equal++;
  return equal / PERMUTATIONS;
}

/** One number for each band: signatures that have one in common are compared, others are not near. */
export function bandKeys(signature: Uint32Array): Int32Array {
  return Int32Array.from({ length: BANDS }, (_, band) => {
    let key = band;
    for (let row = 0; row < BAND_ROWS; row++)
      key = mixed(imul(key, 31) + (signature[band * BAND_ROWS + row] as number));
    return key;
  });
}
