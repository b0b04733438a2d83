/** Bits of a PDQ hash, and the 32-bit words and hexadecimal digits that hold them. */
export const HASH_BITS = 256;
export const HASH_WORDS = 8;
const HEX = /^[0-9a-fA-F]{64}$/;

/**
 * A 256-bit hash in eight 32-bit words: bit k is bit `k % 32` of word `k >> 5`. As text it is 64 hexadecimal digits,
 * bit 255 first, as every program that exchanges PDQ writes it.
 */
export type Hash256 = Uint32Array;

/** Reads 64 hexadecimal digits, either case; null where the text is anything else. */
export function parseHash(hex: string): Hash256 | null {
  if (!HEX.test(hex)) return null;
  const hash = new Uint32Array(HASH_WORDS);
  for (let word = 0; word < HASH_WORDS; word++) {
    const at = (HASH_WORDS - 1 - word) * 8;
    hash[word] = Number.parseInt(hex.slice(at, at + 8), 16);
  }
  return hash;
}

/** The hash as 64 lower-case hexadecimal digits. */
export function formatHash(hash: Hash256): string {
  let hex = '';
  for (let word = HASH_WORDS - 1; word >= 0; word--) hex += hash[word]!.toString(16).padStart(8, '0');
  return hex;
}

/** Set bits of a 32-bit number (Warren, Hacker's Delight, 5-1). */
export function bitsOf(word: number): number {
  let rest = word - ((word >>> 1) & 0x55555555);
  rest = (rest & 0x33333333) + ((rest >>> 2) & 0x33333333);
  return Math.imul((rest + (rest >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** How many of the 256 bits differ. */
export function hammingDistance(one: Hash256, other: Hash256): number {
  let distance = 0;
  for (let word = 0; word < HASH_WORDS; word++) distance += bitsOf(one[word]! ^ other[word]!);
  return distance;
}
