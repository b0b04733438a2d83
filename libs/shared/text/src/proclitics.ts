import { BASE } from './word-hash.js';

/**
 * Arabic writes these before a word without a space: a conjunction (و ف), then a preposition (ب ل ك), then the article
 * (ال, which after ل is written لل). Source: any grammar, for example K. Ryding, A Reference Grammar of Modern Standard
 * Arabic (2005), on clitics; the same set that light stemmers strip (Larkey, Ballesteros and Connell, 2002).
 */
function combinations(): string[] {
  const all: string[] = [];
  for (const conjunction of ['', 'و', 'ف']) {
    for (const preposition of ['', 'ب', 'ك', 'ل']) {
      for (const article of ['', 'ال']) {
        // After ل the article loses its alef; "لال" is no proclitic.
        const joined = preposition === 'ل' && article ? 'لل' : preposition + article;
        if (conjunction + joined) all.push(conjunction + joined);
      }
    }
  }
  return all;
}

/** Every run of proclitics, folded. */
export const PROCLITICS: ReadonlySet<string> = new Set(combinations());

/** Every end of such a run: what can stand between a start within the run and the word. */
export const PROCLITIC_ENDS: ReadonlySet<string> = new Set(
  [...PROCLITICS].flatMap((run) => Array.from(run, (_, at) => run.slice(at))),
);

/** Units of the longest run. */
export const LONGEST_PROCLITIC = Math.max(...[...PROCLITICS].map((run) => run.length));

/** Runs as a tree over units, flat: state × 8 letters, so that reading one allocates nothing. */
const LETTERS = [...new Set([...PROCLITICS].join(''))];
const LETTER = new Uint8Array(0x10000);
LETTERS.forEach((letter, at) => (LETTER[letter.charCodeAt(0)] = at + 1));
const WIDTH = LETTERS.length + 1;
const { next, complete, hashes } = buildTree();

function buildTree() {
  const table: number[] = new Array<number>(WIDTH).fill(0);
  const ends: number[] = [0];
  const numbers: number[] = [0];
  for (const run of PROCLITICS) {
    let state = 0;
    for (const letter of run) {
      const slot = state * WIDTH + (LETTER[letter.charCodeAt(0)] as number);
      if (table[slot] === 0) {
        table[slot] = ends.length;
        ends.push(0);
        numbers.push((Math.imul(numbers[state] as number, BASE) + letter.charCodeAt(0)) | 0);
        table.push(...new Array<number>(WIDTH).fill(0));
      }
      state = table[slot] as number;
    }
    ends[state] = 1;
  }
  return {
    next: Uint16Array.from(table),
    complete: Uint8Array.from(ends),
    hashes: Int32Array.from(numbers),
  };
}

/** Where reading a word for proclitics begins; what `readProclitic` says where no run goes on. */
export const NO_PROCLITIC = 0;

/** The run of proclitics that goes on from `run` with `unit`, as a number; NO_PROCLITIC where none does. */
export function readProclitic(run: number, unit: number): number {
  return next[run * WIDTH + (LETTER[unit] as number)] as number;
}

/** Whether a word may begin behind this run. */
export function isWholeRun(run: number): boolean {
  return complete[run] === 1;
}

/** The run's units as `hashOf` has them. */
export function hashOfRun(run: number): number {
  return hashes[run] as number;
}

/** Whether `at` stands behind a complete run of proclitics that begins at `word`. */
export function isBehindProclitics(units: Uint16Array, word: number, at: number): boolean {
  if (at - word > LONGEST_PROCLITIC) return false;
  let run = NO_PROCLITIC;
  for (let each = word; each < at; each++) {
    run = readProclitic(run, units[each] as number);
    if (run === NO_PROCLITIC) return false;
  }
  return isWholeRun(run);
}
