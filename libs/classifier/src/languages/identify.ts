import type { IdentifiedLanguage } from '@vigil/contracts';
import { functionWordsOf, isSpeltMalay, type FunctionWords } from './function-words.js';
import { byBytes, byTrigrams, type Opinion } from './n-grams.js';
import { arabicSpelling, cyrillicSpelling, isPlainLatin } from './spelling.js';

/** Fewer letters are a greeting or a name: no language. */
export const LEAST_LETTERS = 10;
/** Characters that are read: more changes nothing, and a text of 200,000 costs no more than one of 400. */
const READ = 400;
/** Less of the letters in one script is a mixture. */
const MOST_OF = 0.7;

/** What an answer rests on, and how often it was right at least: `npm run bench -- languages` measures each. */
const CONFIDENCE = {
  /** The alphabet, or a script with one language among those asked about, and n-grams that do not contradict. */
  letters: 0.98,
  /** Both n-gram libraries. */
  agreed: 0.98,
  /** Function words with n-grams of the same language. */
  words: 0.95,
  /** One library, far ahead. */
  alone: 0.95,
  /** Indonesian or Malay, and nothing of how Malaysia spells: nine of ten who write one of them write Indonesian. */
  indonesian: 0.9,
} as const;

/** How far ahead an opinion must be to count alone (ELD, franc), and below which it does not stand in another's way. */
const CLEAR = { bytes: 0.08, trigrams: 0.06 };
/** Of a text in a language these share of its words are grammar; by chance fewer than one in ten. */
const GRAMMAR = { strong: 0.15, some: 0.1, different: 2 };

/** What most letters of a text are; `other` for none of the three. */
export type Script = 'Latin' | 'Arabic' | 'Cyrillic' | 'other';

/**
 * The language of a post; null for short and mixed texts, and wherever the evidence disagrees: unknown rather than
 * wrong. Two libraries are asked that count n-grams, because where they agree they are hardly ever wrong (M. Lui and
 * T. Baldwin, “Accurate Language Identification of Twitter Messages”, LASM 2014); the alphabet decides where it can;
 * function words speak for Hausa, Somali, Swahili and Pashto, which the larger library does not know. Pure; never throws.
 */
export function identifyLanguage(published: string): IdentifiedLanguage | null {
  const text = readable(published);
  const script = mainScript(text);
  if (script === null) return null;
  const words = text.match(/[\p{L}\p{M}]+/gu) ?? [];
  switch (script) {
    case 'Arabic':
      return ofArabicScript(text, words);
    case 'Cyrillic':
      return ofCyrillic(text);
    case 'Latin':
      return ofLatin(text, words);
    case 'other':
      return answer(byBytes(text).tag, 'letters');
  }
}

/** What people wrote, in small letters: without addresses, names, numbers, emoji and invisible characters. */
function readable(text: string): string {
  return text
    .slice(0, READ)
    .normalize('NFKC')
    .slice(0, READ)
    .replace(/(?:https?:\/\/|www\.)\S+|[^\s@]{0,64}@\S*/gu, ' ')
    .replace(/\p{Cf}/gu, '')
    .replace(/[\p{L}\p{M}]*\p{N}[\p{L}\p{M}\p{N}]*/gu, ' ')
    .replace(/[^\p{L}\p{M}'’.,!?؟،۔।-]+/gu, ' ')
    .trim()
    .toLowerCase();
}

/** The script of a text as published; null where its letters are few, or of several. */
export function scriptOf(published: string): Script | null {
  return mainScript(readable(published));
}

function mainScript(text: string): Script | null {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const letters = count(/\p{L}/gu);
  if (letters < LEAST_LETTERS) return null;
  const shares = {
    Latin: count(/\p{Script=Latin}/gu) / letters,
    Arabic: count(/\p{Script=Arabic}/gu) / letters,
    Cyrillic: count(/\p{Script=Cyrillic}/gu) / letters,
  };
  for (const script of ['Latin', 'Arabic', 'Cyrillic'] as const) if (shares[script] >= MOST_OF) return script;
  return shares.Latin + shares.Arabic + shares.Cyrillic <= 1 - MOST_OF ? 'other' : null;
}

function ofArabicScript(text: string, words: readonly string[]): IdentifiedLanguage | null {
  const { pashto, urdu, persian, arabic } = arabicSpelling(text);
  const grammar = functionWordsOf('ps', words).share;
  const { tag, lead } = byBytes(text);
  if (pashto && !urdu) return answer('ps', 'letters');
  if (urdu) {
    const near = tag === 'ur' || tag === 'ar' || tag === 'fa';
    return near && !pashto && grammar < 2 * GRAMMAR.some ? answer('ur', 'letters') : null;
  }
  if (grammar >= GRAMMAR.some) return grammar >= 2 * GRAMMAR.some ? answer('ps', 'words') : null;
  if (tag === 'ar') return persian ? null : answer('ar', 'letters');
  if (tag === 'fa') return arabic && !persian ? null : answer('fa', 'letters');
  return tag !== 'ur' && lead >= CLEAR.bytes ? answer(tag, 'alone') : null;
}

function ofCyrillic(text: string): IdentifiedLanguage | null {
  const letters = cyrillicSpelling(text);
  if (letters !== null && letters !== 'other') return answer(letters, 'letters');
  const { tag, lead } = byBytes(text);
  if (letters === 'other') return tag !== 'ru' && lead >= CLEAR.bytes ? answer(tag, 'alone') : null;
  return tag === 'ru' ? answer(tag, 'agreed') : lead >= CLEAR.bytes ? answer(tag, 'alone') : null;
}

function ofLatin(text: string, words: readonly string[]): IdentifiedLanguage | null {
  const [bytes, trigrams] = [byBytes(text), byTrigrams(text)];
  const african = isPlainLatin(text) ? likeliest(words) : null;
  if (african && isStrong(african)) {
    if (trigrams.tag === african.language) return answer(trigrams.tag, 'words');
    if (bytes.tag !== trigrams.tag && african.share >= 2 * GRAMMAR.strong)
      return answer(african.language, 'words');
  }
  if (isUnknownToBytes(trigrams)) {
    const supported = african?.language === trigrams.tag && african.different > 0;
    const least = supported ? CLEAR.trigrams : 3 * CLEAR.trigrams;
    return isPlainLatin(text) && trigrams.lead >= least && bytes.lead < CLEAR.bytes
      ? answer(trigrams.tag, 'alone')
      : null;
  }
  if (african && isStrong(african) && bytes.lead < CLEAR.bytes) return null;
  if (bytes.tag === trigrams.tag) return bytes.tag === 'ms' ? ofMalay(words) : answer(bytes.tag, 'agreed');
  if (bytes.lead < CLEAR.bytes || (african?.share ?? 0) >= GRAMMAR.some) return null;
  return bytes.tag === 'ms' ? ofMalay(words) : answer(bytes.tag, 'alone');
}

function ofMalay(words: readonly string[]): IdentifiedLanguage | null {
  return isSpeltMalay(words) ? answer('ms', 'words') : answer('id', 'indonesian');
}

const UNKNOWN_TO_BYTES: ReadonlySet<string> = new Set(['ha', 'so', 'sw', 'uz']);

function isUnknownToBytes({ tag }: Opinion): boolean {
  return tag !== null && UNKNOWN_TO_BYTES.has(tag);
}

function likeliest(words: readonly string[]): FunctionWords {
  const of = (['ha', 'so', 'sw'] as const).map((language) => functionWordsOf(language, words));
  return of.reduce((best, one) => (one.share > best.share ? one : best));
}

function isStrong({ share, different }: FunctionWords): boolean {
  return share >= GRAMMAR.strong && different >= GRAMMAR.different;
}

function answer(tag: string | null, by: keyof typeof CONFIDENCE): IdentifiedLanguage | null {
  return tag === null ? null : { tag, confidence: CONFIDENCE[by] };
}
