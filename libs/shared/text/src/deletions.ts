import { MAX_TOLERANT_WORD } from './edit-distance.js';
import { BASE } from './word-hash.js';

/** Letters of a word in a text that can still be one of MAX_TOLERANT_WORD. */
const LONGEST = MAX_TOLERANT_WORD + 2;
const prefixes = new Int32Array(LONGEST + 1);
const powers = new Int32Array(LONGEST + 1);
powers.fill(1, 0, 1);
for (let at = 1; at <= LONGEST; at++) powers[at] = Math.imul(powers[at - 1] as number, BASE);

/** The number of the word's letters [from, to), from the numbers of its beginnings. */
function part(from: number, to: number): number {
  return (prefixes[to] as number) - Math.imul(prefixes[from] as number, powers[to - from] as number);
}

/**
 * Visits the number of a word (see word-hash.ts) and of each that is left of it with up to `deletions` (at most 2)
 * letters taken out: 1 + n + n(n − 1)/2 of them. Two words within d edits have one of these in common (T. Bocek, E. Hunt
 * and B. Stiller, "Fast Similarity Search in Large Dictionaries", 2007; W. Garbe, SymSpell). Words beyond 34 letters
 * have none.
 */
export function visitDeletions(word: Uint16Array, deletions: number, visit: (number: number) => void): void {
  const { length } = word;
  if (length > LONGEST) return;
  for (let at = 0; at < length; at++)
    prefixes[at + 1] = Math.imul(prefixes[at] as number, BASE) + (word[at] as number);
  visit(prefixes[length] as number);
  if (deletions < 1) return;
  for (let one = 0; one < length; one++) {
    const before = prefixes[one] as number;
    visit((Math.imul(before, powers[length - one - 1] as number) + part(one + 1, length)) | 0);
    if (deletions < 2) continue;
    for (let two = one + 1; two < length; two++) {
      const middle = Math.imul(before, powers[two - one - 1] as number) + part(one + 1, two);
      visit((Math.imul(middle, powers[length - two - 1] as number) + part(two + 1, length)) | 0);
    }
  }
}

/** Items by numbers, many items to a number: buckets one behind the other. */
export class DeletionIndex {
  private readonly first: Uint32Array;
  private readonly numbers: Int32Array;
  private readonly items: Int32Array;

  constructor(pairs: readonly (readonly [number: number, item: number])[]) {
    let buckets = 64;
    while (buckets < pairs.length) buckets *= 2;
    this.first = new Uint32Array(buckets + 1);
    this.numbers = new Int32Array(pairs.length);
    this.items = new Int32Array(pairs.length);
    for (const [number] of pairs) this.first[this.bucketOf(number) + 1]!++;
    for (let bucket = 0; bucket < buckets; bucket++) this.first[bucket + 1]! += this.first[bucket] as number;
    const free = this.first.slice();
    for (const [number, item] of pairs) {
      const place = free[this.bucketOf(number)]!++;
      this.numbers[place] = number;
      this.items[place] = item;
    }
  }

  visit(number: number, visit: (item: number) => void): void {
    const bucket = this.bucketOf(number);
    const end = this.first[bucket + 1] as number;
    for (let at = this.first[bucket] as number; at < end; at++)
      if (this.numbers[at] === number) visit(this.items[at] as number);
  }

  private bucketOf(number: number): number {
    return (Math.imul(number, 0x9e3779b1) >>> 7) & (this.first.length - 2);
  }
}
