import { NO_STEPS, STEP, type StepSet } from './steps.js';

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

/** `ARABIC['ا']` lists the characters that become ا; left of the colon the form after NFKD and lower case. */
const ARABIC: Readonly<Record<string, string>> = {
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
};

/** Latin and Cyrillic letters that one reader writes for another. */
const OTHERS: Readonly<Record<string, string>> = {
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
};

/** The listed letters, by the form after NFKD and lower case, with the step that changes them. */
const LETTERS = new Map<string, { readonly to: string; readonly step: StepSet }>();

function list(step: StepSet, targets: Readonly<Record<string, string>>): void {
  for (const [to, from] of Object.entries(targets))
    for (const letter of from) LETTERS.set(letter, { to, step });
}
list(STEP.arabic, ARABIC);
list(STEP.letters, { ...OTHERS, ss: 'ß', ae: 'æ', oe: 'œ', th: 'þ' });
list(STEP.case, { σ: 'ς' });
// A symbol that no decomposition covers, and the four words it is read as.
list(STEP.compatibility, { 'بسم الله الرحمن الرحيم': '\ufdfd' });
// Marks of trade end a word; NFKD would glue letters to it. No step: nothing turns it off.
list(NO_STEPS, { ' ': '™℠' });

/** Not read: see step 3. The first that fits tells the step. */
const DROPPED: readonly (readonly [StepSet, RegExp])[] = [
  [STEP.invisible, /^[\p{Default_Ignorable_Code_Point}\p{Cf}]$/v],
  // Standalone and high hamza; madda, hamza above and below as marks.
  [STEP.arabic, /^(?:\u0621|\u0674|[\u0653-\u0655])$/v],
  // Tatweel, small high waw and yeh; vowel signs that Unicode counts to no script.
  [STEP.harakat, /^(?:\u0640|[\u06E5\u06E6]|[\u064B-\u065F]|\u0670|[\p{Mn}&&\p{Script=Arabic}])$/v],
  [
    STEP.marks,
    new RegExp(
      '^(?:\\p{Me}|' +
        // Kana voicing marks (U+3099, U+309A) tell words apart and stay.
        '[[\\p{Mn}&&[\\p{Script=Inherited}\\p{Script=Latin}\\p{Script=Greek}\\p{Script=Cyrillic}\\p{Script=Hebrew}' +
        '\\p{Script=Syriac}\\p{Script=Nko}\\p{Script=Adlam}\\p{Script=Samaritan}\\p{Script=Ethiopic}]]--[\\u3099\\u309A]]|' +
        // The N'Ko stretch.
        '\\u07FA|' +
        // Modifier letters of transliteration (ʿ ʾ ʼ ʻ …) and the saltillo.
        '[\\u02B9-\\u02C1\\u02C6-\\u02D1\\u02EE\\uA78B\\uA78C]|' +
        // Nuktas.
        '[\\u093C\\u09BC\\u0A3C\\u0ABC\\u0B3C\\u0CBC])$',
      'v',
    ),
  ],
];
const DIGIT = /^\p{Nd}$/u;
const READ = /^[\p{L}\p{M}\p{N}]$/u;

/** Value of a decimal digit: Unicode assigns them in runs of ten from zero (Unicode Standard, section 4.6). */
function digitValue(codePoint: number): number {
  let zero = codePoint;
  while (codePoint - zero < 9 && DIGIT.test(String.fromCodePoint(zero - 1))) zero--;
  // The mathematical digits are five runs without a gap: NFKD has turned them into ASCII, or they count modulo ten.
  return codePoint >= 0x1d7ce && codePoint <= 0x1d7ff ? (codePoint - 0x1d7ce) % 10 : codePoint - zero;
}

/** What a listed letter becomes, or null where it is not listed or `off` keeps it. Capitals only occur without case. */
function listed(atom: string, off: StepSet): string | null {
  const lower = atom.toLowerCase();
  const letter = LETTERS.get(lower);
  if (letter === undefined || (letter.step & off) !== 0) return null;
  return lower === atom ? letter.to : letter.to.toUpperCase();
}

function foldAtom(atom: string, off: StepSet): string {
  const letter = listed(atom, off);
  if (letter !== null) return letter;
  const dropping = DROPPED.find(([, characters]) => characters.test(atom));
  if (dropping) return (dropping[0] & off) === 0 ? '' : atom;
  if (DIGIT.test(atom)) {
    const codePoint = atom.codePointAt(0) ?? 0;
    return codePoint < 0x80 || (off & STEP.digits) !== 0 ? atom : String(digitValue(codePoint));
  }
  return READ.test(atom) ? atom : ' ';
}

/**
 * The folded form of one code point: '' where it is dropped, ' ' where it separates words, otherwise one or more
 * characters, spaces among them for ligatures of several words. A surrogate without its other half separates.
 * What the steps in `off` would change stays as it is.
 */
export function foldCodePoint(codePoint: number, off: StepSet = NO_STEPS): string {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return ' ';
  const character = String.fromCodePoint(codePoint);
  // Before it is decomposed: what else would become of ™.
  const whole = LETTERS.get(character);
  if (whole !== undefined && (whole.step & off) === 0) return whole.to;
  const form = (off & STEP.compatibility) === 0 ? 'NFKD' : 'NFD';
  let letters = character.normalize(form);
  if ((off & STEP.case) === 0) letters = letters.toLowerCase().normalize(form);
  let folded = '';
  for (const atom of letters) folded += foldAtom(atom, off);
  return folded;
}
