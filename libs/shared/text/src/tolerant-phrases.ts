import { DeletionIndex, visitDeletions } from './deletions.js';
import { MAX_TOLERANT_WORD, TOLERANT_FROM, editsOf, isWithin } from './edit-distance.js';
import type { NormalisedText } from './normalise.js';
import { MAX_OCCURRENCES, type Found } from './phrase-automaton.js';
import { collect, type Phrase } from './phrases.js';
import { LONGEST_PROCLITIC, isBehindProclitics } from './proclitics.js';
import { SPACE, wordEnd } from './word-edges.js';

/** A phrase whose long words may be written with some letters wrong. */
export interface TolerantPhrase extends Phrase {
  /** Edits that each word takes, from its length on: see `editsOf`. */
  readonly edits: 1 | 2;
  /** By what it is reported. */
  readonly number: number;
}

/** Words with tolerance in one ruleset: at most 530 variants each, some 80 MB where all are of 32 letters, 10 usually. */
export const MAX_TOLERANT = 20_000;

/** A phrase in its words. `anchor` is the longest of them: by it the phrase is found. */
interface Entry {
  readonly phrase: TolerantPhrase;
  readonly words: readonly Uint16Array[];
  readonly anchor: number;
}

/** An anchor, once for all phrases that have it. */
interface Anchor {
  readonly word: Uint16Array;
  readonly entries: Entry[];
  edits: number;
}

/**
 * Finds phrases in spite of wrong letters: each long word of a text is looked up by itself and by what is left of it
 * without one or two letters, and where it is near a phrase's longest word the others are compared beside it. At most
 * some 600 look-ups a word, none for words of less than five letters. Reports only what is not written exactly: that is
 * the automaton's. `find` is not to be called from within itself.
 */
export class TolerantPhrases {
  private starts = new Int32Array(256);
  private ends = new Int32Array(256);
  private readonly occurrences = new Map<number, number>();
  /** By phrase and end, where it stands in what was found, and with how many words edited. */
  private readonly best = new Map<string, { readonly place: number; edited: number }>();

  private constructor(
    private readonly anchors: readonly Anchor[],
    private readonly index: DeletionIndex,
    private readonly edits: number,
    private readonly withProclitics: boolean,
  ) {}

  /**
   * Phrases without a word that is long enough are left out: they are found exactly or not at all. Throws RangeError
   * beyond MAX_TOLERANT different words, and where a phrase normalises to nothing.
   */
  static build(phrases: readonly TolerantPhrase[]): TolerantPhrases {
    const anchors = new Map<string, Anchor>();
    for (const entry of entriesOf(phrases)) {
      const word = entry.words[entry.anchor];
      if (!word || editsOf(word.length, entry.phrase.edits) === 0) continue;
      const key = String.fromCharCode(...word);
      const known = anchors.get(key) ?? { word, entries: [], edits: 0 };
      anchors.set(key, known);
      known.entries.push(entry);
      known.edits = Math.max(known.edits, editsOf(word.length, entry.phrase.edits));
    }
    if (anchors.size > MAX_TOLERANT)
      throw new RangeError(
        `${anchors.size} different words with edits; at most ${MAX_TOLERANT} are accepted`,
      );
    const all = [...anchors.values()];
    const pairs: [number, number][] = [];
    all.forEach(({ word, edits }, at) => visitDeletions(word, edits, (number) => pairs.push([number, at])));
    const edits = Math.max(0, ...phrases.map((phrase) => phrase.edits));
    return new TolerantPhrases(
      all,
      new DeletionIndex(pairs),
      edits,
      phrases.some((phrase) => phrase.proclitics),
    );
  }

  /** Adds to `into` what is found in `text`, overlapping ones included; of one phrase at most MAX_OCCURRENCES. */
  find(text: NormalisedText, into: Found): void {
    const count = this.readWords(text);
    this.occurrences.clear();
    this.best.clear();
    for (let at = 0; at < count; at++) {
      const start = this.starts[at] as number;
      const end = this.ends[at] as number;
      this.lookUp(text, start, end, at, count, into);
      if (!this.withProclitics) continue;
      for (let rest = start + 1; rest < end && rest - start <= LONGEST_PROCLITIC; rest++)
        if (isBehindProclitics(text.units, start, rest)) this.lookUp(text, rest, end, at, count, into);
    }
  }

  /** Looks up the word at place `at`, or its rest behind proclitics, from `start` on. */
  private lookUp(
    text: NormalisedText,
    start: number,
    end: number,
    at: number,
    count: number,
    into: Found,
  ): void {
    const letters = end - start;
    // The shortest word that takes so many edits has lost them all.
    const edits = letters >= TOLERANT_FROM.two - 2 ? this.edits : letters >= TOLERANT_FROM.one - 1 ? 1 : 0;
    if (edits === 0 || letters > MAX_TOLERANT_WORD + 2) return;
    const word = text.units.subarray(start, end);
    const near = new Set<number>();
    visitDeletions(word, edits, (number) => this.index.visit(number, (anchor) => near.add(anchor)));
    for (const each of near) {
      const anchor = this.anchors[each];
      if (!anchor || !isWithin(anchor.edits, anchor.word, word)) continue;
      for (const entry of anchor.entries) this.compare(entry, text, at - entry.anchor, count, start, into);
    }
  }

  /** Compares all words of a phrase with those from place `from` on. `anchorStart`: where its anchor was found to begin. */
  private compare(
    { phrase, words, anchor }: Entry,
    text: NormalisedText,
    from: number,
    count: number,
    anchorStart: number,
    into: Found,
  ): void {
    if (from < 0 || from + words.length > count) return;
    const isRest = anchorStart !== this.starts[from + anchor];
    if (isRest && (anchor > 0 || !phrase.proclitics)) return;
    let begin = anchor === 0 ? anchorStart : (this.starts[from] as number);
    let edited = 0;
    for (let at = 0; at < words.length; at++) {
      const word = words[at] as Uint16Array;
      const end = this.ends[from + at] as number;
      const edits = editsOf(word.length, phrase.edits);
      const reads = (start: number) => {
        const difference = differs(word, text.units.subarray(start, end), edits);
        if (difference === 'edited') edited++;
        return difference !== 'other';
      };
      if (at > 0 || anchor === 0) {
        if (!reads(at === 0 ? begin : (this.starts[from + at] as number))) return;
      } else {
        const start = phrase.proclitics
          ? beginningOf(text.units, begin, end, reads)
          : reads(begin)
            ? begin
            : null;
        if (start === null) return;
        begin = start;
      }
    }
    if (edited > 0)
      this.report(phrase.number, begin, this.ends[from + words.length - 1] as number, edited, into);
  }

  /** Of what ends at the same place, only what has the fewest words edited: proclitics are no wrong letters. */
  private report(phrase: number, start: number, end: number, edited: number, into: Found): void {
    const key = `${phrase} ${end}`;
    const known = this.best.get(key);
    if (known !== undefined) {
      if (known.edited > edited) {
        into.starts[known.place] = start;
        known.edited = edited;
      }
      return;
    }
    const seen = this.occurrences.get(phrase) ?? 0;
    if (seen >= MAX_OCCURRENCES) return;
    this.occurrences.set(phrase, seen + 1);
    this.best.set(key, { place: into.count, edited });
    into.add(phrase, start, end);
  }

  /** Notes where each word of the text begins and ends; returns how many there are. */
  private readWords({ units, length }: NormalisedText): number {
    let count = 0;
    for (let at = 0; at < length;) {
      if (units[at] === SPACE) {
        at++;
        continue;
      }
      if (count === this.starts.length) {
        const widen = (from: Int32Array) => {
          const to = new Int32Array(from.length * 2);
          to.set(from);
          return to;
        };
        this.starts = widen(this.starts);
        this.ends = widen(this.ends);
      }
      this.starts[count] = at;
      at = wordEnd(units, at, length);
      this.ends[count++] = at;
    }
    return count;
  }
}

/** How a word of a text differs from a phrase's. */
function differs(word: Uint16Array, written: Uint16Array, edits: number): 'not' | 'edited' | 'other' {
  if (word.length === written.length && word.every((unit, at) => unit === written[at])) return 'not';
  return edits > 0 && isWithin(edits, word, written) ? 'edited' : 'other';
}

/** Where in the first word a phrase begins: with it, or behind proclitics; null where nowhere. */
function beginningOf(
  units: Uint16Array,
  word: number,
  end: number,
  reads: (start: number) => boolean,
): number | null {
  if (reads(word)) return word;
  for (let start = word + 1; start < end && start - word <= LONGEST_PROCLITIC; start++)
    if (isBehindProclitics(units, word, start) && reads(start)) return start;
  return null;
}

function entriesOf(phrases: readonly TolerantPhrase[]): Entry[] {
  const { units, offsets, phrases: owners, count } = collect(phrases);
  return Array.from({ length: count }, (_, entry) => {
    const end = offsets[entry + 1] as number;
    const words: Uint16Array[] = [];
    for (let at = offsets[entry] as number; at < end;) {
      const last = wordEnd(units, at, end);
      if (last > at) words.push(units.slice(at, last));
      at = last < end && units[last] === SPACE ? last + 1 : last;
    }
    const longest = Math.max(...words.map((word) => (word.length > MAX_TOLERANT_WORD ? 0 : word.length)));
    const anchor = words.findIndex((word) => word.length === longest);
    return { phrase: phrases[owners[entry] as number] as TolerantPhrase, words, anchor: Math.max(0, anchor) };
  });
}
