/** Letters that one language of a script writes and its neighbours do not: alphabets as CLDR's exemplar characters list them. */
const PASHTO = /[ټډړږښځڅڼۍ]/u;
const URDU = /[ٹڈڑںےہھ]/u;
/** Persian, Pashto and Urdu; Arabic writes none of them. */
const PERSIAN = /[پچژگیک]/u;
const ARABIC = /[ةىيك]/u;
const UKRAINIAN = /[іїєґ]/u;
/** Ukrainian has neither; beside Ukrainian letters they are Belarusian. */
const BELARUSIAN = /[ыэёў]/u;
/** Russian and Belarusian alone of the Slavic languages; Turkic ones have letters of their own beside them. */
const RUSSIAN = /[ыэё]/u;
const OTHER_CYRILLIC = /[қғҳҷӣӯңөүәұһђћјљњџѓќѕ]/u;
/** Hausa, Somali and Swahili do with these; French or Turkish rarely does. */
const PLAIN_LATIN = /^[\P{Script=Latin}a-zɓɗƙƴ]*$/u;

/** Which languages of Arabic script write letters that stand in the text. */
export function arabicSpelling(text: string): {
  readonly pashto: boolean;
  readonly urdu: boolean;
  readonly persian: boolean;
  readonly arabic: boolean;
} {
  return {
    pashto: PASHTO.test(text),
    urdu: URDU.test(text),
    persian: PERSIAN.test(text),
    arabic: ARABIC.test(text),
  };
}

/** The Slavic language that the letters of a Cyrillic text leave; `other` for letters of none, null where all may be. */
export function cyrillicSpelling(text: string): 'uk' | 'be' | 'ru' | 'other' | null {
  if (OTHER_CYRILLIC.test(text)) return 'other';
  if (UKRAINIAN.test(text)) return BELARUSIAN.test(text) ? 'be' : 'uk';
  return RUSSIAN.test(text) ? 'ru' : null;
}

export function isPlainLatin(text: string): boolean {
  return PLAIN_LATIN.test(text);
}
