/**
 * Words as 32-bit numbers: the polynomial Σ unit · BASE^(units behind it) modulo 2^32 (R. Karp and M. Rabin, "Efficient
 * Randomized Pattern-Matching Algorithms", IBM Journal 31(2), 1987). What equals by number is compared by letters before
 * it is reported, so a collision costs a comparison and is never a match.
 */
export const BASE = 0x01000193;

/** BASE to the power of the index, modulo 2^32: words of a language are shorter. */
const POWERS = new Int32Array(64);
POWERS.fill(1, 0, 1);
for (let at = 1; at < POWERS.length; at++) POWERS[at] = Math.imul(POWERS[at - 1] as number, BASE);

function power(exponent: number): number {
  if (exponent < POWERS.length) return POWERS[exponent] as number;
  let result = 1;
  let square = BASE;
  for (let left = exponent; left > 0; left >>>= 1) {
    if ((left & 1) === 1) result = Math.imul(result, square);
    square = Math.imul(square, square);
  }
  return result;
}

/** The number of units[from, to). */
export function hashOf(units: Uint16Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, BASE) + (units[at] as number)) | 0;
  return hash;
}

/** The number of what is left of a word when a beginning is taken off it; `left` is how many units that is. */
export function hashBehind(word: number, beginning: number, left: number): number {
  return (word - Math.imul(beginning, power(left))) | 0;
}
