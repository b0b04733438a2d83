/** Between words of the normalised text. */
export const SPACE = 0x20;

/** A letter of a script written with spaces: no word begins or ends beside it unless a space does. */
export const INSIDE = 0;
/** A space. */
export const BETWEEN = 1;
/** A letter of a script written without spaces: a word may begin and end on either side of it. */
export const ALONE = 2;

/**
 * By UTF-16 unit of the normalised text: INSIDE, BETWEEN or ALONE. Edges are read from this table and never from `\b`,
 * which knows only ASCII letters. ALONE are the scripts of line-break class SA and the ideographs and kana
 * (Unicode Standard Annex #14): Thai, Lao, Tibetan, Myanmar, Khmer, Han, Hiragana, Katakana.
 */
export const EDGE = buildEdges();

function buildEdges(): Uint8Array {
  const table = new Uint8Array(0x10000);
  table[SPACE] = BETWEEN;
  const ranges = [
    [0x0e00, 0x0fff],
    [0x1000, 0x109f],
    [0x1780, 0x17ff],
    [0x1950, 0x19df],
    [0x1a20, 0x1aad],
    [0x2e80, 0x2fdf],
    [0x3040, 0x30ff],
    [0x3400, 0x4dbf],
    [0x4e00, 0x9fff],
    [0xaa60, 0xaadf],
    // Halves of pairs of the supplementary ideographic planes.
    [0xd840, 0xd88d],
  ] as const;
  for (const [first, last] of ranges) table.fill(ALONE, first, last + 1);
  return table;
}

/** Every unit from here on down to SPACE is INSIDE: the letters of most texts need no table. */
export const FIRST_ALONE = 0x0e00;

/** Whether a word may begin at `at`, which is no space. */
export function isWordStart(units: Uint16Array, at: number): boolean {
  return at === 0 || EDGE[units[at - 1] as number] !== INSIDE || EDGE[units[at] as number] === ALONE;
}

/** Where the word that begins at `from` ends, at most `to`; `from` itself where a space stands there. */
export function wordEnd(units: Uint16Array, from: number, to: number): number {
  let at = from;
  while (at < to && EDGE[units[at] as number] === INSIDE) at++;
  return at === from && at < to && EDGE[units[at] as number] === ALONE ? at + 1 : at;
}

/** By unit of units[0, length), the number of the word it belongs to, from 0; a space has that of the word before it. */
export function wordNumbers({ units, length }: { units: Uint16Array; length: number }): Uint32Array {
  const numbers = new Uint32Array(length);
  let word = 0;
  for (let at = 0; at < length; at++) {
    if (at > 0 && units[at] !== SPACE && isWordStart(units, at)) word++;
    numbers[at] = word;
  }
  return numbers;
}
