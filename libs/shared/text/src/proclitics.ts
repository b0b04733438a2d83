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

/** 1 for the units a run can begin with. */
const BEGINS = new Uint8Array(0x10000);
for (const run of PROCLITICS) BEGINS[run.charCodeAt(0)] = 1;

/** Runs as a tree over units, flat: state × 8 letters, so that reading one allocates nothing. */
const LETTERS = [...new Set([...PROCLITICS].join(''))];
const LETTER = new Uint8Array(0x10000);
LETTERS.forEach((letter, at) => (LETTER[letter.charCodeAt(0)] = at + 1));
const WIDTH = LETTERS.length + 1;
const { next, complete } = buildTree();

function buildTree() {
  const table: number[] = new Array<number>(WIDTH).fill(0);
  const ends: number[] = [0];
  for (const run of PROCLITICS) {
    let state = 0;
    for (const letter of run) {
      const slot = state * WIDTH + (LETTER[letter.charCodeAt(0)] as number);
      if (table[slot] === 0) {
        table[slot] = ends.length;
        ends.push(0);
        table.push(...new Array<number>(WIDTH).fill(0));
      }
      state = table[slot] as number;
    }
    ends[state] = 1;
  }
  return { next: Uint16Array.from(table), complete: Uint8Array.from(ends) };
}

/**
 * Where a word that begins at `word` may begin anew behind proclitics, at `from` or later, before `length`; −1 where
 * it may not. A run that is the whole word leaves nothing to begin.
 */
export function nextStart(units: Uint16Array, length: number, word: number, from: number): number {
  if (BEGINS[units[word] as number] === 0) return -1;
  let state = 0;
  for (let at = word; at < length; at++) {
    state = next[state * WIDTH + (LETTER[units[at] as number] as number)] as number;
    if (state === 0) return -1;
    if (complete[state] === 1 && at + 1 >= from && at + 1 < length) return at + 1;
  }
  return -1;
}

/** Whether a run of proclitics can end with this unit. */
export function isProcliticLetter(unit: number): boolean {
  return LETTER[unit] !== 0;
}

/** Whether `at` stands behind a complete run of proclitics that begins at `word`. */
export function isBehindProclitics(units: Uint16Array, length: number, word: number, at: number): boolean {
  return at - word <= LONGEST_PROCLITIC && nextStart(units, length, word, at) === at;
}
