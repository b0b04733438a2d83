import { MAX_PHRASE, type Entries } from './phrases.js';
import { LONGEST_PROCLITIC, PROCLITICS, PROCLITIC_ENDS } from './proclitics.js';
import { SPACE, wordEnd } from './word-edges.js';
import { hashOf } from './word-hash.js';

/**
 * The automaton of Aho and Corasick (CACM 18(6), 1975) over words instead of letters: a step reads a word, so a text
 * takes one look-up where a trie of letters takes one for each letter, and most words are told by a filter that fits a
 * near cache to begin no phrase. The states are the slots of one hash table with open addressing (D. Knuth, The Art of
 * Computer Programming 3, section 6.4, algorithm L), found by the state before and the word; what a step reads of a
 * state lies in one cache line. A state is the position of its first number; ROOT is the state without words.
 */
export interface WordTrie {
  readonly cells: Int32Array;
  /** By slot, the first entry that ends there, plus one; 0 for none. */
  readonly outputs: Int32Array;
  /** By entry, the next one that ends where it ends, shorter or alike, plus one; 0 ends the list. */
  readonly shorter: Int32Array;
  /** Bits for the words that begin a phrase, see `mayHold`. */
  readonly beginnings: Int32Array;
  /** The same for all words of all phrases. */
  readonly vocabulary: Int32Array;
  /** Slots a state can be in, ROOT's excepted. */
  readonly slots: number;
}

/** Numbers of a state: the word that leads to it, the state before, where to go when it leads no further, words behind. */
export const CELL = 4;
export const PARENT = 1;
/** The fail link; its lowest bit tells that an entry ends at the state. */
export const FAIL = 2;
/** One bit for each word that leads on, by the highest five bits of its number: tells most of the others apart. */
export const ONWARD = 3;
export const ENDS = 1;
export const ROOT = 0;
const FREE = -1;

/** At most so full, so that a search ends after two or three slots of the same cache line. */
const FULLNESS = 0.62;
/** Bits of a filter for each of its words: one in so many other words gets past it. */
const FILTER_BITS = 16;
/** A filter is a power of two between these, in bits: no smaller than a cache line, no larger than a near cache. */
const FILTER = { least: 512, most: 1 << 21 };
const TO_FRACTION = 2 ** -32;

export function maskOf(word: number): number {
  return 1 << (word >>> 27);
}

/** Whether the word may be one of a filter's; where it says no, it is none. */
export function mayHold(filter: Int32Array, word: number): boolean {
  const bit = (Math.imul(word, 0x9e3779b1) >>> 8) & (filter.length * 32 - 1);
  return ((filter[bit >>> 5] as number) & (1 << (bit & 31))) !== 0;
}

/** The state that `word` leads to from `state`; ROOT where it leads to none. */
export function child(cells: Int32Array, slots: number, state: number, word: number): number {
  let cell = firstCell(slots, state, word);
  for (;;) {
    const parent = cells[cell + PARENT] as number;
    if (parent === state && cells[cell] === word) return cell;
    if (parent === FREE) return ROOT;
    cell = cell === slots * CELL ? CELL : cell + CELL;
  }
}

function firstCell(slots: number, state: number, word: number): number {
  let mixed = Math.imul(word ^ Math.imul(state, 0x85ebca6b), 0xc2b2ae35);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x27d4eb2f);
  return CELL * (1 + Math.floor((mixed >>> 0) * (slots * TO_FRACTION)));
}

/** What is known of each state while it is built, in the order of creation: a state comes after the one before it. */
interface Created {
  readonly cells: Int32Array;
  /** Rises from a state to every state that can have it as its fail link: see `rankOf`. */
  readonly ranks: Uint16Array;
  /** Where the state's last word begins and ends in the entries' units. */
  readonly begins: Uint32Array;
  readonly ends: Uint32Array;
  count: number;
}

/** Builds the automaton of all entries: linear in their words. Proclitics are looked for only `withProclitics`. */
export function buildTrie(entries: Entries, withProclitics: boolean): WordTrie {
  const words = countWords(entries);
  const slots = Math.max(8, Math.ceil(words / FULLNESS));
  const cells = new Int32Array((slots + 1) * CELL);
  for (let cell = PARENT; cell < cells.length; cell += CELL) cells[cell] = FREE;
  const trie = {
    cells,
    outputs: new Int32Array(slots + 1),
    shorter: new Int32Array(entries.count),
    slots,
  };
  const created: Created = {
    cells: new Int32Array(words),
    ranks: new Uint16Array(words),
    begins: new Uint32Array(words),
    ends: new Uint32Array(words),
    count: 0,
  };
  for (let entry = 0; entry < entries.count; entry++) insert(trie, created, entries, entry);
  link(trie, created, entries, withProclitics);
  return {
    ...trie,
    beginnings: filterOf(cells, created, MAX_PHRASE),
    vocabulary: filterOf(cells, created, Infinity),
  };
}

function countWords({ units, offsets, count }: Entries): number {
  let words = 0;
  for (let entry = 0; entry < count; entry++) {
    const end = offsets[entry + 1] as number;
    for (let at = offsets[entry] as number; at < end; words++)
      at = nextWord(units, wordEnd(units, at, end), end);
  }
  return words;
}

function nextWord(units: Uint16Array, from: number, end: number): number {
  return from < end && units[from] === SPACE ? from + 1 : from;
}

function insert(
  { cells, outputs, shorter, slots }: Omit<WordTrie, 'beginnings' | 'vocabulary'>,
  created: Created,
  { units, offsets }: Entries,
  entry: number,
): void {
  const end = offsets[entry + 1] as number;
  let state = ROOT;
  for (let at = offsets[entry] as number, depth = 1; at < end; depth++) {
    const last = wordEnd(units, at, end);
    const word = hashOf(units, at, last);
    let cell = child(cells, slots, state, word);
    if (cell === ROOT) {
      cell = freeCell(cells, slots, state, word);
      cells[cell] = word;
      cells[cell + PARENT] = state;
      cells[state + ONWARD] = (cells[state + ONWARD] as number) | maskOf(word);
      created.cells[created.count] = cell;
      created.ranks[created.count] = rankOf(depth, last - at);
      created.begins[created.count] = at;
      created.ends[created.count++] = last;
    }
    state = cell;
    at = nextWord(units, last, end);
  }
  shorter[entry] = outputs[state / CELL] as number;
  outputs[state / CELL] = entry + 1;
}

function freeCell(cells: Int32Array, slots: number, state: number, word: number): number {
  let cell = firstCell(slots, state, word);
  while (cells[cell + PARENT] !== FREE) cell = cell === slots * CELL ? CELL : cell + CELL;
  return cell;
}

/**
 * Sets the fail link and the outputs of every state, in the order of their ranks. A link leads to the longest end of the state's
 * text that is itself a state and begins where a phrase can begin: at a word, or within one behind proclitics. It may
 * be one that the text before disproves, which is found out before anything is reported.
 */
function link(
  { cells, outputs, shorter, slots }: Omit<WordTrie, 'beginnings' | 'vocabulary'>,
  created: Created,
  { units }: Entries,
  withProclitics: boolean,
): void {
  for (const at of byRank(created)) {
    const cell = created.cells[at] as number;
    const word = cells[cell] as number;
    const parent = cells[cell + PARENT] as number;
    let fail = ROOT;
    if (parent !== ROOT) {
      let state = (cells[parent + FAIL] as number) & ~ENDS;
      while (state !== ROOT && fail === ROOT) {
        fail = child(cells, slots, state, word);
        state = (cells[state + FAIL] as number) & ~ENDS;
      }
      if (fail === ROOT) fail = child(cells, slots, ROOT, word);
    }
    if (fail === ROOT && withProclitics) {
      const runs = parent === ROOT ? PROCLITIC_ENDS : PROCLITICS;
      fail = restBehind(runs, units, created.begins[at] as number, created.ends[at] as number, (rest) =>
        child(cells, slots, ROOT, rest),
      );
    }
    const slot = cell / CELL;
    const own = outputs[slot] as number;
    const inherited = outputs[fail / CELL] as number;
    if (own === 0) outputs[slot] = inherited;
    else shorter[lastOf(shorter, own - 1)] = inherited;
    cells[cell + FAIL] = fail | (outputs[slot] === 0 ? 0 : ENDS);
  }
}

function lastOf(shorter: Int32Array, entry: number): number {
  let last = entry;
  while ((shorter[last] as number) !== 0) last = (shorter[last] as number) - 1;
  return last;
}

/** The state of the longest rest of the word units[begin, end) that stands behind one of `runs` and begins a phrase. */
function restBehind(
  runs: ReadonlySet<string>,
  units: Uint16Array,
  begin: number,
  end: number,
  stateOf: (rest: number) => number,
): number {
  const last = Math.min(end - 1, begin + LONGEST_PROCLITIC);
  let run = '';
  for (let at = begin; at < last; at++) {
    run += String.fromCharCode(units[at] as number);
    const state = runs.has(run) ? stateOf(hashOf(units, at + 1, end)) : ROOT;
    if (state !== ROOT) return state;
  }
  return ROOT;
}

/** States of one word by its units, for one can end another behind proclitics; then the others by their words. */
function rankOf(words: number, units: number): number {
  return words === 1 ? units : MAX_PHRASE + words;
}

/** The numbers of the states by their rank: a counting sort. */
function byRank({ ranks, count }: Created): Uint32Array {
  const place = new Uint32Array(2 * MAX_PHRASE + 2);
  for (let at = 0; at < count; at++) place[(ranks[at] as number) + 1]!++;
  for (let rank = 1; rank < place.length; rank++) place[rank]! += place[rank - 1] as number;
  const ordered = new Uint32Array(count);
  for (let at = 0; at < count; at++) ordered[place[ranks[at] as number]!++] = at;
  return ordered;
}

/** The filter of the last words of all states up to a rank: those of one word have at most MAX_PHRASE. */
function filterOf(cells: Int32Array, { cells: states, ranks, count }: Created, most: number): Int32Array {
  let words = 0;
  for (let at = 0; at < count; at++) if ((ranks[at] as number) <= most) words++;
  let bits = FILTER.least;
  while (bits < words * FILTER_BITS && bits < FILTER.most) bits *= 2;
  const filter = new Int32Array(bits / 32);
  for (let at = 0; at < count; at++) {
    if ((ranks[at] as number) > most) continue;
    const bit = (Math.imul(cells[states[at] as number] as number, 0x9e3779b1) >>> 8) & (bits - 1);
    filter[bit >>> 5]! |= 1 << (bit & 31);
  }
  return filter;
}
