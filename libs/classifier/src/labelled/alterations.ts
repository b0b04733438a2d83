import type { Draw } from './random.js';

/**
 * Ways in which people write a word so that a plain list does not find it, applied to a term. Each gives the altered
 * term, or the same where it does not fit the script. Those of letters: huertas-2023 (word camouflage), sage-lexical and
 * ahram-2021 (Arabic), ayad-2020 (broken text, irregular punctuation) in the pack's references.
 */
export type Alteration = (term: string, draw: Draw) => string;

/** Letters that look alike in another script: the commonest of UTS #39. */
const LOOKALIKES: Readonly<Record<string, string>> = {
  a: 'а',
  c: 'с',
  e: 'е',
  i: 'і',
  o: 'о',
  p: 'р',
  s: 'ѕ',
  x: 'х',
  y: 'у',
  A: 'А',
  B: 'В',
  C: 'С',
  D: 'Ꭰ',
  E: 'Е',
  H: 'Н',
  I: 'І',
  K: 'К',
  M: 'М',
  O: 'О',
  P: 'Р',
  S: 'Ѕ',
  T: 'Т',
  X: 'Х',
  а: 'a',
  с: 'c',
  е: 'e',
  о: 'o',
  р: 'p',
  х: 'x',
  у: 'y',
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
};
const LEET: Readonly<Record<string, string>> = {
  a: '4',
  e: '3',
  i: '1',
  o: '0',
  s: '5',
  t: '7',
  b: '8',
  g: '9',
};
/** Letters of Persian and Urdu keyboards, and marks, that look like Arabic ones. */
const KEYBOARDS: Readonly<Record<string, string>> = { ي: 'ی', ك: 'ک', ه: 'ہ', ا: 'ٱ', ى: 'ی', ة: 'ۃ' };
const HARAKAT = ['\u064e', '\u064f', '\u0650', '\u0651', '\u0652'];
const ZERO_WIDTH = ['\u200b', '\u200c', '\u200d', '\u2060', '\u00ad'];
const SEPARATORS = ['.', '-', '_', '*', '·', ' '];
const EMOJI = ['🔥', '⭐', '🌙', '🏴', '💥'];
const LETTER = /\p{L}/u;
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

const letters = (term: string): string[] => [...segmenter.segment(term)].map(({ segment }) => segment);
const pick = <T>(list: readonly T[], draw: Draw): T => list[draw(list.length)] as T;
const byTable =
  (table: Readonly<Record<string, string>>): Alteration =>
  (term) =>
    [...term].map((letter) => table[letter] ?? letter).join('');
/** Puts something after every letter that another letter follows: inside words, never between them. */
const between = (term: string, what: () => string): string => {
  const all = letters(term);
  return all
    .map((letter, at) => (LETTER.test(letter) && LETTER.test(all[at + 1] ?? '') ? letter + what() : letter))
    .join('');
};
const longestWord = (term: string): string =>
  term.split(/\s+/u).reduce((longest, word) => (word.length > longest.length ? word : longest), '');

export const ALTERATIONS: Readonly<Record<string, Alteration>> = {
  'zero-width characters': (term, draw) => {
    const mark = pick(ZERO_WIDTH, draw);
    return between(term, () => (draw(2) === 0 ? mark : ''));
  },
  'bidirectional marks': (term) => `\u202e\u202c${between(term, () => '\u200e')}`,
  'look-alike letters': byTable(LOOKALIKES),
  'some look-alike letters': (term, draw) =>
    [...term].map((letter) => (draw(2) === 0 ? (LOOKALIKES[letter] ?? letter) : letter)).join(''),
  'digits for letters': byTable(LEET),
  'some digits for letters': (term, draw) =>
    [...term].map((letter) => (draw(2) === 0 ? (LEET[letter.toLowerCase()] ?? letter) : letter)).join(''),
  'mathematical letters': (term) =>
    [...term.toLowerCase()]
      .map((letter) =>
        /[a-z]/.test(letter) ? String.fromCodePoint(0x1d41a + letter.charCodeAt(0) - 97) : letter,
      )
      .join(''),
  'full-width letters': (term) =>
    [...term]
      .map((letter) =>
        /[A-Za-z]/.test(letter) ? String.fromCodePoint(letter.charCodeAt(0) + 0xfee0) : letter,
      )
      .join(''),
  'separated letters': (term, draw) => {
    const mark = pick(SEPARATORS, draw);
    // Words stay apart by more than letters do.
    return between(term, () => mark).replaceAll(/\s(?=\s*\p{L})/gu, (space) =>
      mark === ' ' ? '   ' : space,
    );
  },
  'letters with emoji between': (term, draw) => {
    const mark = pick(EMOJI, draw);
    return between(term, () => mark);
  },
  'one word separated': (term, draw) => {
    const word = longestWord(term);
    const mark = pick(SEPARATORS, draw);
    return term.replace(
      word,
      between(word, () => mark),
    );
  },
  'repeated letters': (term, draw) =>
    letters(term)
      .map((letter) => (LETTER.test(letter) && draw(4) === 0 ? letter.repeat(3 + draw(4)) : letter))
      .join(''),
  tatweel: (term) => (/\p{Script=Arabic}/u.test(term) ? between(term, () => 'ـ') : term),
  'harakat on every letter': (term, draw) =>
    /\p{Script=Arabic}/u.test(term) ? between(term, () => pick(HARAKAT, draw)) : term,
  'letters of another keyboard': byTable(KEYBOARDS),
  'character references': (term) =>
    [...term].map((letter) => (LETTER.test(letter) ? `&#${letter.codePointAt(0)};` : letter)).join(''),
  'percent-encoding': (term) =>
    [...term].map((letter) => (/[A-Za-z]/.test(letter) ? letter : encodeURIComponent(letter))).join(''),
  'a hashtag of capitals': (term) =>
    `#${term
      .split(/[\s-]+/u)
      .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
      .join('')}`,
  'a hashtag of underscores': (term) => `#${term.split(/[\s-]+/u).join('_')}`,
  'changing case': (term) =>
    [...term].map((letter, at) => (at % 2 === 0 ? letter.toLowerCase() : letter.toUpperCase())).join(''),
};
