import type { NormalisedText } from '../normalise.js';
import {
  LEAST_ITEM_WORDS,
  LEAST_NEAR,
  LEAST_SHARE,
  LEAST_WORDS,
  LONG_PASSAGE_WORDS,
  MAX_COPIES,
  MAX_FOR_SHINGLE,
} from './limits.js';
import { PostShingles, type Overlap } from './overlap.js';
import { SeedTable } from './seeds.js';
import { SHINGLE_WORDS, shingleAt, shingleSet, shinglesIn } from './shingles.js';
import { mixed, Words } from './words.js';

// Taken once: see overlap.ts.
const { floor, imul, max } = Math;

/** A known text that a post copies. */
export interface Copy {
  /** Its number, in the order in which the texts were given. */
  readonly text: number;
  /** The whole of it and nothing else; with edits; or a passage of it within something else. */
  readonly how: 'exact' | 'near' | 'passage';
  /** The part of its words that stand in the post, 0 to 1. */
  readonly share: number;
  /** Jaccard similarity of post and text by shingles of three words, 0 to 1. */
  readonly similarity: number;
  /** The normalised range in which it stands. */
  readonly start: number;
  readonly end: number;
  /** The part of the post's words that this range has, 0 to 1. */
  readonly ofPost: number;
}

/** Its words as a bank keeps them of a text: numbers in their order. */
export function wordsOf(normalised: NormalisedText): Int32Array {
  const words = new Words().read(normalised);
  return words.hashes.slice(0, words.count);
}

const NONE: readonly Copy[] = [];

/**
 * Known texts, to be recognised in posts: whole (from LEAST_ITEM_WORDS words), edited, or in part (from LEAST_WORDS). A run of
 * LEAST_WORDS equal words is found wherever it stands, if it is LEAST_SHARE of its text or LONG_PASSAGE_WORDS; of the
 * near ones those are found that share a seed, and each is then compared word by word. Immutable once built; not to be
 * called from within itself.
 */
export class KnownTexts {
  private readonly words: Int32Array;
  private readonly offsets: Uint32Array;
  private readonly different: Uint32Array;
  private readonly seeds: SeedTable;
  private readonly seedCounts: Uint32Array;
  private readonly exact = new Map<number, number[]>();
  /** By text, for the post in hand: seeds found, the longest run of equal words, and where the last run ends. */
  private readonly found: Uint32Array;
  private readonly longest: Float32Array;
  private readonly reach: Uint32Array;
  private readonly post = new Words();
  private readonly shingles = new PostShingles();

  private constructor(texts: readonly Int32Array[]) {
    this.offsets = new Uint32Array(texts.length + 1);
    texts.forEach((words, at) => (this.offsets[at + 1] = (this.offsets[at] as number) + words.length));
    this.words = new Int32Array(this.offsets[texts.length] as number);
    texts.forEach((words, at) => this.words.set(words, this.offsets[at]));
    this.different = Uint32Array.from(texts, (words) => shingleSet(words).length);
    this.seeds = new SeedTable(this.words, this.offsets);
    this.seedCounts = this.seeds.counts(texts.length);
    texts.forEach((words, at) => {
      const key = hashOfAll(words, words.length);
      const same = this.exact.get(key);
      if (same) same.push(at);
      else this.exact.set(key, [at]);
    });
    this.found = new Uint32Array(texts.length);
    this.longest = new Float32Array(texts.length);
    this.reach = new Uint32Array(texts.length);
  }

  /** Of texts as `wordsOf` makes them: some 10 µs for one of 100 words. */
  static build(texts: readonly Int32Array[]): KnownTexts {
    return new KnownTexts(texts);
  }

  get count(): number {
    return this.found.length;
  }

  /** Bytes held, but for the list of whole texts: some 50 a text. */
  get bytes(): number {
    return 4 * (this.words.length + this.offsets.length + 5 * this.count) + this.seeds.bytes;
  }

  /** The texts that a post copies, the one of which it has the most first. Linear in the post; never throws. */
  copiesIn(normalised: NormalisedText): readonly Copy[] {
    const post = this.post.read(normalised);
    if (post.count < LEAST_ITEM_WORDS) return NONE;
    const whole = this.wholeTexts();
    const touched = post.count < SHINGLE_WORDS ? [] : this.touchedTexts();
    if (whole.length + touched.length === 0) return NONE;
    const copies = whole.map((text) => this.wholeCopy(text));
    if (touched.length > 0) this.shingles.read(post);
    for (const text of this.likely(touched.filter((one) => !whole.includes(one)))) {
      const overlap = this.shingles.compare(this.wordsAt(text), this.different[text] as number);
      const how = this.kindOf(text, overlap);
      if (how) copies.push(this.partCopy(text, how, overlap));
    }
    this.forget(touched);
    return copies.sort((a, b) => b.share - a.share || b.similarity - a.similarity).slice(0, MAX_COPIES);
  }

  private wordsAt(text: number): Int32Array {
    return this.words.subarray(this.offsets[text], this.offsets[text + 1]);
  }

  private wholeTexts(): number[] {
    const { hashes, count } = this.post;
    const same = this.exact.get(hashOfAll(hashes, count)) ?? [];
    return same.slice(-MAX_COPIES).filter((text) => {
      const words = this.wordsAt(text);
      return words.length === count && words.every((word, at) => word === hashes[at]);
    });
  }

  /** Looks every shingle of the post up, and measures the run of equal words around each seed. */
  private touchedTexts(): number[] {
    const { post, seeds, found, longest, reach } = this;
    const touched: number[] = [];
    for (let at = 0; at < shinglesIn(post.count); at++) {
      let left = MAX_FOR_SHINGLE;
      for (
        let seed = seeds.first(shingleAt(post.hashes, at));
        seed >= 0 && left-- > 0;
        seed = seeds.before(seed)
      ) {
        const text = seeds.texts[seed] as number;
        if (found[text] === 0) touched.push(text);
        found[text] = (found[text] as number) + 1;
        // A long run is measured once: otherwise repeated words would be measured from each of them.
        if (at < (reach[text] as number)) continue;
        const run = this.runAround(text, at, seeds.places[seed] as number);
        const weight = post.weight(run.from, run.to);
        longest[text] = max(longest[text] as number, weight);
        if (weight >= LEAST_WORDS) reach[text] = run.to;
      }
    }
    return touched;
  }

  /** The equal words around word `at` of the post and `place` of the text, as a range of the post, within what was not measured before. */
  private runAround(text: number, at: number, place: number): { from: number; to: number } {
    const { hashes, count } = this.post;
    const known = this.wordsAt(text);
    const least = this.reach[text] as number;
    let from = at;
    for (let of = place; from > least && of > 0 && hashes[from - 1] === known[of - 1]; of--) from--;
    let to = at;
    for (let of = place; to < count && of < known.length && hashes[to] === known[of]; of++) to++;
    return { from, to };
  }

  /** The candidates worth comparing: of what can be a passage those with the longest runs, of what can be near those with the most seeds. */
  private likely(touched: readonly number[]): number[] {
    const passages = touched.filter((text) => (this.longest[text] as number) >= LEAST_WORDS);
    const near = touched.filter((text) => (this.found[text] as number) >= this.leastSeeds(text));
    const most = (texts: number[], by: { readonly [text: number]: number }) =>
      texts.sort((a, b) => (by[b] as number) - (by[a] as number)).slice(0, MAX_COPIES);
    return [...new Set([...most(passages, this.longest), ...most(near, this.found)])];
  }

  /**
   * How many seeds a post must have of a text to be compared as a near copy. A similarity of LEAST_NEAR asks for so many
   * common shingles; of those that are seeds half are asked for, as they may lie unevenly. Two texts of a language often
   * have one in common.
   */
  private leastSeeds(text: number): number {
    const different = this.different[text] as number;
    const common = (LEAST_NEAR / (1 + LEAST_NEAR)) * (different + this.shingles.different);
    if (common > different) return Infinity;
    return max(1, floor((common * (this.seedCounts[text] as number)) / different / 2));
  }

  private kindOf(text: number, { similarity, share }: Overlap): 'near' | 'passage' | null {
    const words = this.wordsAt(text).length;
    if (similarity >= LEAST_NEAR && words >= LEAST_WORDS && this.post.weight() >= LEAST_WORDS) return 'near';
    const run = this.longest[text] as number;
    const isPassage = run >= LEAST_WORDS && (share >= LEAST_SHARE || run >= LONG_PASSAGE_WORDS);
    return isPassage ? 'passage' : null;
  }

  private wholeCopy(text: number): Copy {
    const { ends, count } = this.post;
    const end = ends[count - 1] as number;
    return { text, how: 'exact', share: 1, similarity: 1, start: 0, end, ofPost: 1 };
  }

  private partCopy(text: number, how: Copy['how'], { share, similarity, from, to }: Overlap): Copy {
    const { starts, ends, count } = this.post;
    const start = starts[from] as number;
    const end = ends[to - 1] as number;
    return { text, how, share, similarity, start, end, ofPost: (to - from) / count };
  }

  private forget(touched: readonly number[]): void {
    for (const text of touched) {
      this.found[text] = 0;
      this.longest[text] = 0;
      this.reach[text] = 0;
    }
  }
}

function hashOfAll(words: Int32Array, count: number): number {
  let hash = count;
  for (let at = 0; at < count; at++) hash = mixed(imul(hash, 31) + (words[at] as number));
  return hash;
}
