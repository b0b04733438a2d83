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

const LATIN = new Map<string, string>();
for (const table of [SMALL_CAPITALS, LOOKS_LIKE])
  for (const [letter, list] of Object.entries(table)) for (const each of list) LATIN.set(each, letter);
// Letters in black circles and squares, and the letters that flags are made of; Unicode decomposes only the white ones.
for (const first of [0x1f150, 0x1f170, 0x1f1e6])
  for (let at = 0; at < 26; at++) LATIN.set(String.fromCodePoint(first + at), String.fromCharCode(0x61 + at));

/** The small Latin letter a character looks like, or null. Asked about what the plain reading makes no Latin letter. */
export function latinTwin(character: string): string | null {
  return LATIN.get(character) ?? null;
}

/** The small Cyrillic letter that a small Latin one looks like, or null. */
export function cyrillicTwin(letter: string): string | null {
  return CYRILLIC[letter] ?? null;
}

/** Whether a character is half of a flag. */
export function isRegionalIndicator(codePoint: number): boolean {
  return codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff;
}
