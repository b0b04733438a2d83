import fc from 'fast-check';

/** Letters, marks and oddities of eight scripts, and what evades. */
const ALPHABETS: readonly string[][] = [
  [...'اأإآٱبتةهىيكلوءئؤـ', '\u064e', '\u0651', '\u0670', 'ﻻ', 'ﷺ', 'ﷲ', '١'],
  [...'یکہھےںپچگڈٹۂۃ', '\u200c', '\u0654', '۴'],
  [...'abcABCéßŁıİ', '4', '1', '@', '$', '!', 'aaa', 'ɑ', 'ᴀ', '🅑', '🇧', '\u0301', '\u0327', 'ﬁ', 'Ａ', '①'],
  [...'абвЁЙїқехоА', '0', '\u0308', '\u0306'],
  [...'কখিাড়য়', '\u09bc', '२', ...'ख़ज़', '\u094d'],
  [...'한국中国ガ', '\u3099', 'ｶ', 'ﾞ', '각', '\u1100'],
  [...'ที่รัฐ', 'ဗ', 'ខ'],
  [...'😀👨\u200d👩', '\ufe0f', '\u{1f1ea}', '𝐀', '𞤀', '𠀀', '\u{e0061}'],
];
const ODD = [
  ' ',
  ' ',
  '#',
  '_',
  '.',
  '’',
  '\n',
  '\u200b',
  '\u202e',
  '\u2069',
  '\ud800',
  '\udc00',
  '\ud83d',
  '\0',
  '\uffff',
];
const ofAlphabets = (...numbers: number[]) =>
  fc.string({
    unit: fc.constantFrom(...numbers.flatMap((number) => ALPHABETS[number] ?? []), ...ODD),
    maxLength: 60,
  });
const alphabet = fc.nat(ALPHABETS.length - 1);
export const stringsOfOneScript = alphabet.chain((one) => ofAlphabets(one));
/** Texts of one or two of the alphabets and the oddities, lone surrogates among them. */
export const strings = fc.tuple(alphabet, alphabet).chain(([one, other]) => ofAlphabets(one, other));
