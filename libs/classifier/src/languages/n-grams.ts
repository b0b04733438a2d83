import { eld } from 'eld/extrasmall';
import { francAll } from 'franc';

/** What one library thinks of a text: its best guess, null where it has none, and how far it leads the next one. */
export interface Opinion {
  readonly tag: string | null;
  readonly lead: number;
}

/**
 * ISO 639-3 → the tag used here, for texts in Latin letters: what franc is asked about. Fewer than its 187 languages, so
 * that a short text is not called a rare one; Malay stands for Indonesian too, which n-grams do not tell from it.
 */
const LATIN: Readonly<Record<string, string>> = {
  als: 'sq',
  azj: 'az',
  cat: 'ca',
  ces: 'cs',
  dan: 'da',
  deu: 'de',
  eng: 'en',
  est: 'et',
  fin: 'fi',
  fra: 'fr',
  hau: 'ha',
  hrv: 'hr',
  hun: 'hu',
  ind: 'ms',
  ita: 'it',
  lav: 'lv',
  lit: 'lt',
  nld: 'nl',
  nob: 'no',
  pol: 'pl',
  por: 'pt',
  ron: 'ro',
  slk: 'sk',
  slv: 'sl',
  som: 'so',
  spa: 'es',
  swe: 'sv',
  swh: 'sw',
  tgl: 'tl',
  tur: 'tr',
  uzn: 'uz',
  vie: 'vi',
  yor: 'yo',
  zlm: 'ms',
};
const ASKED = { only: Object.keys(LATIN), minLength: 3 };

/** By the byte n-grams of ELD: 60 languages, without Hausa, Somali, Swahili, Pashto and Uzbek. */
export function byBytes(text: string): Opinion {
  const guess = eld.detect(text);
  const [best = 0, next = 0] = Object.values(guess.getScores());
  return { tag: guess.language === '' ? null : guess.language, lead: best - next };
}

/** By the trigrams of franc, for a text in Latin letters. */
export function byTrigrams(text: string): Opinion {
  const guesses = francAll(text, ASKED).map(([code, score]) => ({ tag: LATIN[code] ?? null, score }));
  const best = guesses[0];
  if (!best || best.tag === null) return { tag: null, lead: 0 };
  const next = guesses.find(({ tag }) => tag !== best.tag);
  return { tag: best.tag, lead: best.score - (next?.score ?? 0) };
}
