import { CELL, FAIL, OUTPUT, PARENT, ROOT, buildTrie, type Trie } from './double-array.js';
import { NormalisedText } from './normalise.js';
import { classify, collect, encode, type Entries, type Phrase } from './phrases.js';
import {
  LONGEST_PROCLITIC,
  PROCLITICS,
  PROCLITIC_ENDS,
  isBehindProclitics,
  isProcliticLetter,
  nextStart,
} from './proclitics.js';
import { ALONE, BETWEEN, EDGE, INSIDE } from './word-edges.js';

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
 * All phrases of all packs in one automaton: Aho and Corasick (CACM 18(6), 1975) over a double array, with fail links
 * only to where a word can begin. Most words of a text are in no phrase: their first letters lead back to the root, and
 * the rest is skipped to the next space without a step in the automaton. Reports every occurrence that begins and ends
 * at a word's edge, overlapping ones included, in the order of their ends, longer before shorter; of one phrase at most
 * the first MAX_OCCURRENCES. Immutable once built; `find` is linear in the text and not to be called from within itself.
 */
export class PhraseAutomaton {
  /** Base and parent of each state; the lowest bit of the base tells that something ends there. */
  private readonly steps: Int32Array;
  /** Fail link and output of each state: read at a mismatch and at a find. */
  private readonly links: Int32Array;
  private readonly lengths: Uint16Array;
  private readonly withProclitics: boolean;
  /** By entry, how often it was found in this text; `touched` are the entries to reset. */
  private readonly occurrences: Uint8Array;
  private readonly touched: number[] = [];

  private constructor(
    private readonly entries: Entries,
    private readonly classOf: Uint16Array,
    trie: Trie,
    /** By entry, the next one that ends where it ends, plus one; 0 ends the list. */
    private readonly shorter: Int32Array,
  ) {
    ({ steps: this.steps, links: this.links } = compact(trie.cells));
    this.lengths = Uint16Array.from(entries.texts, (text) => text.length);
    this.withProclitics = entries.proclitics.includes(1);
    this.occurrences = new Uint8Array(entries.texts.length);
  }

  /** Builds it: some 5 µs a phrase. Throws RangeError, with the phrase's number, where one normalises to nothing. */
  static build(phrases: readonly Phrase[]): PhraseAutomaton {
    const entries = collect(phrases);
    const { classOf, width } = classify(entries.texts);
    const trie = buildTrie(encode(entries.texts, classOf, width));
    return new PhraseAutomaton(entries, classOf, trie, linkFails(trie, entries, classOf));
  }

  /** Bytes held by the automaton, its class table included. */
  get bytes(): number {
    const { owners, first, proclitics } = this.entries;
    const parts = [
      this.steps,
      this.links,
      this.classOf,
      this.lengths,
      this.shorter,
      this.occurrences,
      owners,
      first,
      proclitics,
    ];
    return parts.reduce((sum, part) => sum + part.byteLength, 0);
  }

  /** Finds all phrases in `text`; `into` is overwritten. */
  find(text: NormalisedText, into: Found = new Found()): Found {
    into.count = 0;
    const { units, length } = text;
    const { steps, links, classOf } = this;
    const root = (steps[ROOT] as number) & BASE;
    let at = 0;
    while (at < length) {
      let state = root + (classOf[units[at] as number] as number) * PAIR;
      at++;
      if (steps[state + 1] === ROOT) {
        for (;;) {
          const base = steps[state] as number;
          if ((base & ENDS) !== 0 && isEnd(units, length, at)) {
            this.report(links[state + 1] as number, units, length, at, into);
          }
          if (at === length) break;
          const step = (classOf[units[at] as number] as number) * PAIR;
          let next = (base & BASE) + step;
          while (steps[next + 1] !== state) {
            state = links[state] as number;
            if (state === ROOT) break;
            next = ((steps[state] as number) & BASE) + step;
          }
          if (state === ROOT) break;
          state = next;
          at++;
        }
      }
      at = this.nextBeginning(units, length, at);
    }
    for (const entry of this.touched) this.occurrences[entry] = 0;
    this.touched.length = 0;
    return into;
  }

  /** The first place from `from` on where a phrase may begin, or the end. */
  private nextBeginning(units: Uint16Array, length: number, from: number): number {
    if (from >= length || isWordStart(units, from)) return from;
    if (this.withProclitics && isProcliticLetter(units[from - 1] as number)) {
      const word = wordBefore(units, from);
      const next = word < 0 ? -1 : nextStart(units, length, word, from);
      if (next >= 0) return next;
    }
    let at = from;
    while (at < length && EDGE[units[at] as number] === INSIDE) at++;
    return at < length && EDGE[units[at] as number] === BETWEEN ? at + 1 : at;
  }

  private report(output: number, units: Uint16Array, length: number, end: number, into: Found): void {
    const { owners, first, proclitics } = this.entries;
    for (let entry = output - 1; entry >= 0; entry = (this.shorter[entry] as number) - 1) {
      const start = end - (this.lengths[entry] as number);
      const plain = isWordStart(units, start);
      if (!plain && !this.isBehindProclitics(units, length, start)) continue;
      if ((this.occurrences[entry] as number) >= MAX_OCCURRENCES) continue;
      const before = into.count;
      for (let owner = first[entry] as number; owner < (first[entry + 1] as number); owner++) {
        const phrase = owners[owner] as number;
        if (plain || proclitics[phrase] === 1) into.add(phrase, start, end);
      }
      if (into.count > before && this.occurrences[entry]!++ === 0) this.touched.push(entry);
    }
  }

  private isBehindProclitics(units: Uint16Array, length: number, at: number): boolean {
    if (!this.withProclitics) return false;
    const word = wordBefore(units, at);
    return word >= 0 && isBehindProclitics(units, length, word, at);
  }
}

/** Numbers a state has in each of `steps` and `links`; a state is its position times this. */
const PAIR = 2;
/** In a base: that something ends at the state; and the rest. Bases are even. */
const ENDS = 1;
const BASE = ~ENDS;

/**
 * Parts what every step reads from what few do: at 100,000 phrases the first half is what must fit the cache.
 * States are renumbered from four numbers each to two.
 */
function compact(cells: Int32Array): { steps: Int32Array; links: Int32Array } {
  const steps = new Int32Array(cells.length / 2);
  const links = new Int32Array(cells.length / 2);
  const shrunk = CELL / PAIR;
  for (let cell = 0, state = 0; cell < cells.length; cell += CELL, state += PAIR) {
    const parent = cells[cell + PARENT] as number;
    const free = parent < 0 && cell !== ROOT;
    const output = free ? 0 : (cells[cell + OUTPUT] as number);
    steps[state] = free ? 0 : ((cells[cell] as number) / shrunk) | (output === 0 ? 0 : ENDS);
    steps[state + 1] = parent < 0 ? parent : parent / shrunk;
    links[state] = free ? ROOT : (cells[cell + FAIL] as number) / shrunk;
    links[state + 1] = output;
  }
  return { steps, links };
}

function isWordStart(units: Uint16Array, at: number): boolean {
  return at === 0 || EDGE[units[at - 1] as number] !== INSIDE || EDGE[units[at] as number] === ALONE;
}

function isEnd(units: Uint16Array, length: number, at: number): boolean {
  return at === length || EDGE[units[at] as number] !== INSIDE || EDGE[units[at - 1] as number] === ALONE;
}

/** Where the word around `at` begins if that is at most a run of proclitics before `at`; −1 otherwise. */
function wordBefore(units: Uint16Array, at: number): number {
  for (let word = at - 1; word >= 0 && at - word <= LONGEST_PROCLITIC; word--) {
    if (isWordStart(units, word)) return word;
  }
  return -1;
}

/**
 * Sets the fail link and the output of every state, shallow ones first. A link leads to the longest end of the state's
 * text that is itself a state and begins where a word can begin; it may be one that the text before disproves, which
 * `report` finds out. Returns the lists of entries that end together.
 */
function linkFails(trie: Trie, entries: Entries, classOf: Uint16Array): Int32Array {
  const { cells, levels, ends } = trie;
  const { texts } = entries;
  const withProclitics = entries.proclitics.includes(1);
  const shorter = new Int32Array(texts.length);
  ends.forEach((state, entry) => (cells[state + OUTPUT] = entry + 1));
  for (let at = 0; at < levels.states.length; at++) {
    const state = levels.states[at] as number;
    const text = texts[levels.words[at] as number] as string;
    const last = (levels.depths[at] as number) - 1;
    const step = (classOf[text.charCodeAt(last)] as number) * CELL;
    let fail: number = ROOT;
    const parent = cells[state + PARENT] as number;
    if (parent !== ROOT) {
      let shorterState = cells[parent + FAIL] as number;
      while (
        shorterState !== ROOT &&
        cells[(cells[shorterState] as number) + step + PARENT] !== shorterState
      ) {
        shorterState = cells[shorterState + FAIL] as number;
      }
      const next = (cells[shorterState] as number) + step;
      if (shorterState !== ROOT) fail = next;
      else if (cells[next + PARENT] === ROOT && canBegin(text, last, withProclitics)) fail = next;
    }
    cells[state + FAIL] = fail;
    const own = cells[state + OUTPUT] as number;
    const inherited = cells[fail + OUTPUT] as number;
    if (own === 0) cells[state + OUTPUT] = inherited;
    else shorter[own - 1] = inherited;
  }
  return shorter;
}

/** Whether a phrase can begin at `at` within `text`, which itself begins where a word or, behind proclitics, a phrase does. */
function canBegin(text: string, at: number, withProclitics: boolean): boolean {
  if (EDGE[text.charCodeAt(at - 1)] !== INSIDE || EDGE[text.charCodeAt(at)] === ALONE) return true;
  if (!withProclitics) return false;
  let word = at;
  while (word > 0 && at - word <= LONGEST_PROCLITIC && EDGE[text.charCodeAt(word - 1)] === INSIDE) word--;
  const between = text.slice(word, at);
  return word === 0 ? PROCLITIC_ENDS.has(between) : PROCLITICS.has(between);
}
