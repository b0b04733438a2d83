import { foldCodePoint } from './fold.js';

/** What a table entry means; every other value is the one UTF-16 unit to write. All are at most `SEPARATOR`. */
export const DROP = 0;
/** Becomes several units: see `expansionOf`. */
export const EXPAND = 1;
/** First half of a surrogate pair: see `astralFold`. In an astral page: write the pair as it stands. */
export const PAIR = 2;
/** A hash sign: separates, and the tag behind it is split by case. */
export const TAG = 3;
export const SEPARATOR = 0x20;

const expansions = new Map<number, Uint16Array>();

function units(text: string): Uint16Array {
  return Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/** The entry of a code point that folds to `folded`; registers an expansion where it needs one. */
function entry(codePoint: number, folded: string): number {
  if (folded === '') return DROP;
  if (folded.length === 1) return folded.charCodeAt(0);
  if (folded === String.fromCodePoint(codePoint)) return PAIR;
  if (folded.trim() === '') return SEPARATOR;
  expansions.set(codePoint, units(folded));
  return EXPAND;
}

const HANGUL_FIRST = 0xac00;
const HANGUL_LAST = 0xd7a3;

/**
 * One entry per UTF-16 unit. Built once at load in some 30 ms: ideographs fold to themselves, Hangul is decomposed by
 * arithmetic (Unicode Standard, section 3.12), the private use area separates; the rest asks `foldCodePoint`.
 */
function buildTable(): Uint16Array {
  const table = new Uint16Array(0x10000);
  for (let unit = 0; unit < 0x10000; unit++) {
    if ((unit >= 0x3400 && unit <= 0x4dbf) || (unit >= 0x4e00 && unit <= 0x9fff)) table[unit] = unit;
    else if (unit >= HANGUL_FIRST && unit <= HANGUL_LAST) table[unit] = EXPAND;
    else if (unit >= 0xd800 && unit <= 0xdbff) table[unit] = PAIR;
    else if (unit >= 0xdc00 && unit <= 0xf8ff) table[unit] = SEPARATOR;
    else table[unit] = entry(unit, foldCodePoint(unit));
  }
  table[0x23] = TAG;
  table[0xff03] = TAG;
  return table;
}

/** By UTF-16 unit. */
export const FOLD = buildTable();

/** The units a code point with the entry `EXPAND` becomes. */
export function expansionOf(codePoint: number): Uint16Array {
  const known = expansions.get(codePoint);
  if (known) return known;
  // Only Hangul syllables are not registered: 11,172 of them, and three numbers tell each.
  const index = codePoint - HANGUL_FIRST;
  const trailing = index % 28;
  const jamo = [0x1100 + Math.floor(index / 588), 0x1161 + Math.floor((index % 588) / 28)];
  if (trailing > 0) jamo.push(0x11a7 + trailing);
  return Uint16Array.from(jamo);
}

/** Pages of 256 code points above U+FFFF, each built when first met: most texts meet one or two. */
const pages: (Uint16Array | undefined)[] = new Array<Uint16Array | undefined>(0x1100);

/** Entry of a code point above U+FFFF. */
export function astralFold(codePoint: number): number {
  const number = codePoint >> 8;
  let page = pages[number];
  if (!page) {
    page = new Uint16Array(256);
    for (let low = 0; low < 256; low++) {
      const each = (number << 8) | low;
      page[low] = entry(each, foldCodePoint(each));
    }
    pages[number] = page;
  }
  return page[codePoint & 0xff] ?? SEPARATOR;
}
