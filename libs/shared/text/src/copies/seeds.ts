import { LEAST_WORDS } from './limits.js';
import { SHINGLE_WORDS, shingleAt, shinglesIn } from './shingles.js';

/** Shingles in a window: of a run of LEAST_WORDS equal words, one shingle at least is a seed. */
const WINDOW = LEAST_WORDS - SHINGLE_WORDS + 1;
/** Of a text up to this long every shingle is a seed: it has so few that an edit could take all of a selection. */
const ALL_UP_TO = 40;

/** Places of one shingle that are kept of one text: what repeats more often says nothing of where a passage begins. */
const MAX_PLACES = 4;

/**
 * The places of the shingles by which a text is looked up, by winnowing: the least of every window, the rightmost of
 * equals (S. Schleimer, D. Wilkerson, A. Aiken, "Winnowing", SIGMOD 2003); some 2 in 11. `count` words.
 */
export function seedPlaces(words: Int32Array, count = words.length): number[] {
  const shingles = shinglesIn(count);
  if (shingles <= ALL_UP_TO) return Array.from({ length: shingles }, (_, at) => at);
  const places: number[] = [];
  let least = -1;
  for (let end = WINDOW - 1; end < shingles; end++) {
    const start = end - WINDOW + 1;
    if (least < start) {
      least = start;
      for (let at = start + 1; at <= end; at++)
        if (shingleAt(words, at) <= shingleAt(words, least)) least = at;
    } else if (shingleAt(words, end) <= shingleAt(words, least)) least = end;
    if (places.at(-1) !== least) places.push(least);
  }
  return places;
}

/** The seeds of a text, of each shingle the first MAX_PLACES. */
function seldomRepeated(words: Int32Array): number[] {
  const seen = new Map<number, number>();
  return seedPlaces(words).filter((place) => {
    const shingle = shingleAt(words, place);
    const times = (seen.get(shingle) ?? 0) + 1;
    seen.set(shingle, times);
    return times <= MAX_PLACES;
  });
}

/** The seeds of all texts, by shingle: chains in typed arrays, 12 bytes a seed and 4 to 8 for its head. */
export class SeedTable {
  private readonly mask: number;
  private readonly heads: Int32Array;
  private readonly next: Int32Array;
  private readonly keys: Int32Array;
  readonly texts: Int32Array;
  readonly places: Int32Array;

  constructor(words: Int32Array, offsets: Uint32Array) {
    const seeds: number[][] = [];
    let count = 0;
    for (let text = 0; text + 1 < offsets.length; text++) {
      const own = seldomRepeated(words.subarray(offsets[text], offsets[text + 1]));
      seeds.push(own);
      count += own.length;
    }
    let size = 64;
    while (size < count) size *= 2;
    this.mask = size - 1;
    this.heads = new Int32Array(size).fill(-1);
    this.next = new Int32Array(count);
    this.keys = new Int32Array(count);
    this.texts = new Int32Array(count);
    this.places = new Int32Array(count);
    let at = 0;
    seeds.forEach((own, text) => {
      const begin = offsets[text] as number;
      for (const place of own) {
        const key = shingleAt(words, begin + place);
        this.keys[at] = key;
        this.texts[at] = text;
        this.places[at] = place;
        this.next[at] = this.heads[key & this.mask] as number;
        this.heads[key & this.mask] = at++;
      }
    });
  }

  get bytes(): number {
    return 4 * (this.heads.length + 4 * this.next.length);
  }

  /** By text, how many seeds it has. */
  counts(texts: number): Uint32Array {
    const counts = new Uint32Array(texts);
    for (const text of this.texts) counts[text] = (counts[text] as number) + 1;
    return counts;
  }

  /** The newest seed of this shingle, or −1. */
  first(shingle: number): number {
    return this.sameKey(this.heads[shingle & this.mask] as number, shingle);
  }

  /** The seed of the same shingle before `seed`, or −1. */
  before(seed: number): number {
    return this.sameKey(this.next[seed] as number, this.keys[seed] as number);
  }

  private sameKey(from: number, shingle: number): number {
    let at = from;
    while (at >= 0 && this.keys[at] !== shingle) at = this.next[at] as number;
    return at;
  }
}
