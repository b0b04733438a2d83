import { createHash } from 'node:crypto';
import { LEAST_ITEM_WORDS, Words, normalise } from '@vigil/text';

/**
 * Grows when texts are folded or cut into words otherwise than before: the words of stored items then compare with no
 * post's. A test pins it to what a sample text reads as.
 */
export const READING = 1;

/** A text as the bank keeps it. */
export interface ReadText {
  /** Numbers of its words in their order, four bytes each, little-endian. */
  readonly words: Buffer;
  /** How many words, as a person would count them. */
  readonly length: number;
  /** First half of the SHA-256 of the words, in hexadecimal: equal for texts that read alike. */
  readonly hash: string;
}

/** Null where it has fewer words than an item needs. */
export function readText(text: string): ReadText | null {
  const read = new Words().read(normalise(text));
  if (read.weight() < LEAST_ITEM_WORDS) return null;
  const words = Buffer.alloc(4 * read.count);
  for (let at = 0; at < read.count; at++) words.writeInt32LE(read.hashes[at] as number, 4 * at);
  const hash = createHash('sha256').update(words).digest('hex').slice(0, 32);
  return { words, length: Math.floor(read.weight()), hash };
}

export function wordsFrom(stored: Buffer): Int32Array {
  return Int32Array.from({ length: stored.length / 4 }, (_, at) => stored.readInt32LE(4 * at));
}
