/**
 * What one code point becomes. The steps, in order, with their source:
 *
 * 1. NFKD (Unicode Standard Annex #15) and lower case (Unicode, section 3.13), repeated once because case mapping can
 *    give decomposable characters. Decomposed, not composed: a table over single characters cannot compose, and with
 *    the marks gone the two are the same.
 * 2. Letters that differ only by hand, keyboard or language become one (`LETTERS`).
 * 3. What is not read is dropped: default-ignorable and format characters (zero-width, bidi, variation selectors, tags),
 *    tatweel, and marks of the scripts in which a word is the same word without them (`DROPPED`). Vowel signs of Indic,
 *    Thai and other scripts are letters of the word and stay.
 * 4. Decimal digits of every script become 0 to 9.
 * 5. What is then no letter, mark or number separates words.
 */

/** Letters that one reader writes for another. Left of the colon the form after NFKD and lower case. */
const LETTERS = new Map<string, string>();

/** `targets['a']` lists the characters that become `a`. */
const targets: Readonly<Record<string, string>> = {
  // Arabic script: the alefs without their hamza or madda.
  ا: 'ٱٲٳٵݳݴ',
  // Yeh of Arabic, Persian, Urdu, Pashto, Kurdish and Uyghur, alef maqsura, yeh barree.
  ي: 'ىیېۍێےۑؠؽؾؿۓݵݶݷ',
  // Keheh, swash kaf and the Pashto and Urdu kafs.
  ك: 'کڪ',
  // The Pashto gaf is the Persian one with another hand.
  گ: 'ګ',
  // Heh of Urdu, Kurdish and Uyghur, teh marbuta and its Urdu form.
  ه: 'ہھةۃەۀۂۿ',
  // Noon ghunna is written for noon at a word's end.
  ن: 'ں',
  // Veh of loan words.
  ف: 'ڤڥ',
  // Latin letters without decomposition.
  o: 'øɔ',
  l: 'łƚ',
  d: 'đðɗɖ',
  h: 'ħ',
  i: 'ıɩ',
  b: 'ɓ',
  k: 'ƙ',
  y: 'ƴ',
  n: 'ŋɲ',
  t: 'ŧƭ',
  e: 'əɛǝ',
  g: 'ɣǥ',
  j: 'ȷ',
  // Cyrillic letters that keyboards for Russian lack.
  к: 'қҝҟҡӄ',
  г: 'ғҕ',
  х: 'ҳ',
  н: 'ңӈ',
  σ: 'ς',
};
for (const [to, from] of Object.entries(targets)) for (const letter of from) LETTERS.set(letter, to);
for (const [from, to] of [
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['þ', 'th'],
  // A symbol that no decomposition covers, and the four words it is read as.
  ['\ufdfd', 'بسم الله الرحمن الرحيم'],
  // Marks of trade end a word; NFKD would glue letters to it.
  ['™', ' '],
  ['℠', ' '],
] as const) {
  LETTERS.set(from, to);
}

/** Not read: see step 3. Kana voicing marks (U+3099, U+309A) tell words apart and stay. */
const DROPPED = new RegExp(
  '^(?:[\\p{Default_Ignorable_Code_Point}\\p{Cf}\\p{Me}]|' +
    '[[\\p{Mn}&&[\\p{Script=Inherited}\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Arabic}\\p{Script=Hebrew}' +
    '\\p{Script=Syriac}\\p{Script=Nko}\\p{Script=Adlam}\\p{Script=Samaritan}\\p{Script=Ethiopic}]]--[\\u3099\\u309A]]|' +
    // Standalone and high hamza, tatweel, small high waw and yeh, the N'Ko stretch.
    '[\\u0621\\u0674\\u0640\\u06E5\\u06E6\\u07FA]|' +
    // Modifier letters of transliteration (ʿ ʾ ʼ ʻ …) and the saltillo.
    '[\\u02B9-\\u02C1\\u02C6-\\u02D1\\u02EE\\uA78B\\uA78C]|' +
    // Nuktas.
    '[\\u093C\\u09BC\\u0A3C\\u0ABC\\u0B3C\\u0CBC])$',
  'v',
);
const DIGIT = /^\p{Nd}$/u;
const READ = /^[\p{L}\p{M}\p{N}]$/u;

/** Value of a decimal digit: Unicode assigns them in runs of ten from zero (Unicode Standard, section 4.6). */
function digitValue(codePoint: number): number {
  let zero = codePoint;
  while (codePoint - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  // The mathematical digits are five runs without a gap; NFKD has turned them into ASCII before.
  return codePoint - zero;
}

function foldAtom(atom: string): string {
  const letter = LETTERS.get(atom);
  if (letter !== undefined) return letter;
  if (DROPPED.test(atom)) return '';
  if (DIGIT.test(atom)) {
    const codePoint = atom.codePointAt(0) ?? 0;
    return codePoint < 0x80 ? atom : String(digitValue(codePoint));
  }
  return READ.test(atom) ? atom : ' ';
}

/**
 * The folded form of one code point: '' where it is dropped, ' ' where it separates words, otherwise one or more
 * characters, spaces among them for ligatures of several words. A surrogate without its other half separates.
 */
export function foldCodePoint(codePoint: number): string {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return ' ';
  const character = String.fromCodePoint(codePoint);
  const whole = LETTERS.get(character);
  if (whole !== undefined) return whole;
  const lower = character.normalize('NFKD').toLowerCase().normalize('NFKD');
  let folded = '';
  for (const atom of lower) folded += foldAtom(atom);
  return folded;
}
