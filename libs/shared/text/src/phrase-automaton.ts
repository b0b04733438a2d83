import { NormalisedText } from './normalise.js';
import { collect, type Entries, type Phrase } from './phrases.js';
import {
  LONGEST_PROCLITIC,
  NO_PROCLITIC,
  hashOfRun,
  isBehindProclitics,
  isWholeRun,
  readProclitic,
} from './proclitics.js';
import { FIRST_ALONE, SPACE, isWordStart, wordEnd } from './word-edges.js';
import { BASE, hashBehind, hashOf } from './word-hash.js';
import {
  CELL,
  ENDS,
  FAIL,
  ONWARD,
  ROOT,
  buildTrie,
  child,
  maskOf,
  mayHold,
  type WordTrie,
} from './word-trie.js';

/** Occurrences of one phrase that are reported of one text: a reviewer needs no more, and repetition stays cheap. */
export const MAX_OCCURRENCES = 32;

/** What was found, as parallel lists: phrase `phrases[i]` at the normalised range [starts[i], ends[i]). Reusable. */
export class Found {
  phrases = new Int32Array(64);
  starts = new Int32Array(64);
  ends = new Int32Array(64);
  count = 0;

  add(phrase: number, start: number, end: number): void {
    if (this.count === this.phrases.length) {
      const widen = (from: Int32Array) => {
        const to = new Int32Array(from.length * 2);
        to.set(from);
        return to;
      };
      this.phrases = widen(this.phrases);
      this.starts = widen(this.starts);
      this.ends = widen(this.ends);
    }
    this.phrases[this.count] = phrase;
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }
}

/**
 * All phrases of all packs in one automaton that steps from word to word (see WordTrie). Reports every occurrence that
 * begins and ends at a word's edge, overlapping ones included, in the order of their ends, longer before shorter; of one
 * phrase at most the first MAX_OCCURRENCES. Immutable once built; `find` is linear in the text and not to be called from
 * within itself.
 */
export class PhraseAutomaton {
  /** By entry, how often it was found in this text; `touched` are the entries to reset. */
  private readonly occurrences: Uint8Array;
  private readonly touched: number[] = [];

  private constructor(
    private readonly entries: Entries,
    private readonly trie: WordTrie,
    private readonly withProclitics: boolean,
  ) {
    this.occurrences = new Uint8Array(entries.count);
  }

  /** Builds it: some 2 µs a phrase. Throws RangeError, with the phrase's number, where one normalises to nothing. */
  static build(phrases: readonly Phrase[]): PhraseAutomaton {
    const entries = collect(phrases);
    const withProclitics = entries.proclitics.includes(1);
    return new PhraseAutomaton(entries, buildTrie(entries, withProclitics), withProclitics);
  }

  /** Bytes held by the automaton. */
  get bytes(): number {
    const { units, offsets, phrases, proclitics } = this.entries;
    const { cells, outputs, shorter, beginnings, vocabulary } = this.trie;
    const parts = [
      units,
      offsets,
      phrases,
      proclitics,
      cells,
      outputs,
      shorter,
      beginnings,
      vocabulary,
      this.occurrences,
    ];
    return parts.reduce((sum, part) => sum + part.byteLength, 0);
  }

  /** Finds all phrases in `text`; `into` is overwritten. */
  find(text: NormalisedText, into: Found = new Found()): Found {
    into.count = 0;
    const { units, length } = text;
    const { cells, slots } = this.trie;
    let state = ROOT;
    let at = 0;
    while (at < length) {
      const begin = at;
      let word = 0;
      let unit = units[at] as number;
      while (unit > SPACE && unit < FIRST_ALONE) {
        word = (Math.imul(word, BASE) + unit) | 0;
        at++;
        if (at === length) break;
        unit = units[at] as number;
      }
      if (at < length && unit !== SPACE) {
        at = wordEnd(units, begin, length);
        word = hashOf(units, begin, at);
      } else if (at === begin) {
        at++;
        continue;
      }
      const bit = maskOf(word);
      while (state !== ROOT) {
        const onward = cells[state + ONWARD] as number;
        const next = (onward & bit) === 0 ? ROOT : child(cells, slots, state, word);
        if (next !== ROOT) {
          state = next;
          break;
        }
        state = (cells[state + FAIL] as number) & ~ENDS;
      }
      if (state === ROOT) {
        state = this.begin(units, begin, at, word);
        if (state === ROOT) continue;
      }
      if (((cells[state + FAIL] as number) & ENDS) !== 0) this.report(state, units, at, into);
    }
    for (const entry of this.touched) this.occurrences[entry] = 0;
    this.touched.length = 0;
    return into;
  }

  /** Whether a word of the text may be one of a phrase, behind proclitics too; where it says no, none is. Linear. */
  mayHoldAny({ units, length }: NormalisedText): boolean {
    for (let at = 0; at < length;) {
      const begin = at;
      at = wordEnd(units, begin, length);
      const word = hashOf(units, begin, at);
      if (at === begin) at++;
      else if (mayHold(this.trie.vocabulary, word) || this.begin(units, begin, at, word) !== ROOT)
        return true;
    }
    return false;
  }

  /** The state of the word units[begin, end), or of its longest rest behind proclitics, where a phrase begins with it. */
  private begin(units: Uint16Array, begin: number, end: number, word: number): number {
    const { cells, slots, beginnings } = this.trie;
    if (mayHold(beginnings, word)) {
      const state = child(cells, slots, ROOT, word);
      if (state !== ROOT) return state;
    }
    if (!this.withProclitics) return ROOT;
    const last = Math.min(end - 1, begin + LONGEST_PROCLITIC);
    let run = NO_PROCLITIC;
    for (let at = begin; at < last; at++) {
      run = readProclitic(run, units[at] as number);
      if (run === NO_PROCLITIC) return ROOT;
      if (!isWholeRun(run)) continue;
      const rest = hashBehind(word, hashOfRun(run), end - at - 1);
      const state = mayHold(beginnings, rest) ? child(cells, slots, ROOT, rest) : ROOT;
      if (state !== ROOT) return state;
    }
    return ROOT;
  }

  /** Reports what ends at `end` in this state, once its letters are compared and its beginning is seen to be one. */
  private report(state: number, units: Uint16Array, end: number, into: Found): void {
    const { offsets, phrases, proclitics } = this.entries;
    const { outputs, shorter } = this.trie;
    for (let next = outputs[state / CELL] as number; next !== 0; next = shorter[next - 1] as number) {
      const entry = next - 1;
      if ((this.occurrences[entry] as number) >= MAX_OCCURRENCES) continue;
      const start = end - (offsets[entry + 1] as number) + (offsets[entry] as number);
      if (start < 0 || !this.reads(entry, units, start)) continue;
      if (!isWordStart(units, start) && (proclitics[entry] === 0 || !standsBehindProclitics(units, start)))
        continue;
      into.add(phrases[entry] as number, start, end);
      if (this.occurrences[entry]!++ === 0) this.touched.push(entry);
    }
  }

  /** Whether the letters from `start` on are those of the entry. */
  private reads(entry: number, units: Uint16Array, start: number): boolean {
    const letters = this.entries.units;
    const last = this.entries.offsets[entry + 1] as number;
    for (let from = this.entries.offsets[entry] as number, at = start; from < last; from++, at++) {
      if (letters[from] !== units[at]) return false;
    }
    return true;
  }
}

/** Whether a phrase may begin at `at`, within a word: behind a run of proclitics that begins it. */
function standsBehindProclitics(units: Uint16Array, at: number): boolean {
  for (let word = at - 1; word >= 0 && at - word <= LONGEST_PROCLITIC; word--) {
    if (isWordStart(units, word)) return isBehindProclitics(units, word, at);
  }
  return false;
}
