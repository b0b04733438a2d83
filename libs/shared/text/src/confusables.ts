import { LOOKS_LIKE } from './confusable-letters.js';

/**
 * Small capitals, which Unicode’s file counts as letters of their own, and Cyrillic letters that look like some of them:
 * such a letter alone gives no occasion for a Latin reading, a word that mixes scripts does.
 */
const SMALL_CAPITALS: Readonly<Record<string, string>> = {
  a: 'ᴀ',
  b: 'ʙв',
  d: 'ᴅ',
  e: 'ᴇ',
  f: 'ꜰ',
  g: 'ɢ',
  h: 'ʜн',
  j: 'ᴊ',
  k: 'ᴋĸк',
  l: 'ʟ',
  m: 'ᴍм',
  n: 'ɴ',
  p: 'ᴘ',
  q: 'ꞯ',
  r: 'ʀ',
  t: 'ᴛт',
};

/**
 * Letters of other scripts in which an honest reader sees a Latin one: no stroke differs. A word made of these alone is
 * read as Latin besides; one with any other letter of its script is left to its script.
 */
export const TWINS: ReadonlySet<string> = new Set(
  'асеорхуіјѕһӏԁԛԝАВЕКМНОРСТУХІЈЅҺӀԚԜ' + 'οινρυκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ' + 'օսհոՕՍԼ' + 'ꓐꓚꓓꓰꓝꓖꓧꓲꓙꓗꓡꓟꓠꓳꓑꓣꓢꓔꓴꓦꓪꓫꓬꓜꓮ',
);

/** The Cyrillic letter that looks like a Latin one, or like its capital: the table above read backwards. */
const CYRILLIC: Readonly<Record<string, string>> = {
  a: 'а',
  b: 'в',
  c: 'с',
  e: 'е',
  h: 'н',
  i: 'і',
  j: 'ј',
  k: 'к',
  m: 'м',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  t: 'т',
  x: 'х',
  y: 'у',
};

const LATIN = new Map<number, number>();
for (const table of [SMALL_CAPITALS, LOOKS_LIKE])
  for (const [letter, list] of Object.entries(table))
    for (const each of list) LATIN.set(each.codePointAt(0) as number, letter.charCodeAt(0));
// Letters in black circles and squares, and the letters that flags are made of; Unicode decomposes only the white ones.
for (const first of [0x1f150, 0x1f170, 0x1f1e6])
  for (let at = 0; at < 26; at++) LATIN.set(first + at, 0x61 + at);
/** The same by UTF-16 unit, for most of them have one. */
const LATIN_UNITS = new Uint8Array(0x10000);
for (const [codePoint, unit] of LATIN) if (codePoint <= 0xffff) LATIN_UNITS[codePoint] = unit;
const CYRILLIC_UNITS = new Uint16Array(0x80);
for (const [letter, twin] of Object.entries(CYRILLIC))
  CYRILLIC_UNITS[letter.charCodeAt(0)] = twin.charCodeAt(0);

/**
 * The small Latin letter, as a unit, that a code point looks like; 0 for none. Asked about what the plain reading makes
 * no Latin letter.
 */
export function latinTwin(codePoint: number): number {
  return codePoint <= 0xffff ? (LATIN_UNITS[codePoint] as number) : (LATIN.get(codePoint) ?? 0);
}

/** The small Cyrillic letter that a small Latin one looks like, both as units; 0 for none. */
export function cyrillicTwin(letter: number): number {
  return CYRILLIC_UNITS[letter] ?? 0;
}

/** Whether a character is half of a flag. */
export function isRegionalIndicator(codePoint: number): boolean {
  return codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff;
}
