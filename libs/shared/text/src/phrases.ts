import type { Words } from './double-array.js';
import { normalise } from './normalise.js';

/** A phrase to look for, as an author writes it. */
export interface Phrase {
  readonly text: string;
  /** Whether Arabic proclitics may stand before its first word. */
  readonly proclitics: boolean;
}

/** The distinct normalised texts of a list of phrases, sorted, and the phrases that have each. */
export interface Entries {
  readonly texts: readonly string[];
  /** Numbers of phrases; those of text `i` are owners[first[i], first[i + 1]). */
  readonly owners: Int32Array;
  readonly first: Uint32Array;
  /** By number of phrase, 1 where proclitics may stand before it. */
  readonly proclitics: Uint8Array;
}

/** Longest phrase in normalised units: far beyond any slogan; bounds the depth of the trie. */
export const MAX_PHRASE = 4_000;

const ARTICLE = 'ال';

/** Normalises and groups the phrases. Throws RangeError, naming its number, for one that is empty then, or too long. */
export function collect(phrases: readonly Phrase[]): Entries {
  const owners = new Map<string, number[]>();
  const add = (text: string, phrase: number) => {
    const known = owners.get(text);
    if (known) known.push(phrase);
    else owners.set(text, [phrase]);
  };
  phrases.forEach((phrase, number) => {
    const text = normalise(phrase.text).text();
    if (text === '') throw new RangeError(`phrase ${number} normalises to nothing`);
    if (text.length > MAX_PHRASE)
      throw new RangeError(`phrase ${number} is longer than ${MAX_PHRASE} characters`);
    add(text, number);
    // The preposition ل swallows the alef of the article: للدولة for ل + الدولة.
    if (phrase.proclitics && text.startsWith(ARTICLE) && text.length > 3) add(`ل${text.slice(1)}`, number);
  });
  const texts = [...owners.keys()].sort();
  const first = new Uint32Array(texts.length + 1);
  const all: number[] = [];
  texts.forEach((text, at) => {
    all.push(...(owners.get(text) ?? []));
    first[at + 1] = all.length;
  });
  return {
    texts,
    owners: Int32Array.from(all),
    first,
    proclitics: Uint8Array.from(phrases, (phrase) => (phrase.proclitics ? 1 : 0)),
  };
}

/** Numbers the units that occur in any text, the frequent ones first, from 1; 0 is any other unit. */
export function classify(texts: readonly string[]): { classOf: Uint16Array; width: number } {
  const counts = new Uint32Array(0x10000);
  for (const text of texts) for (let at = 0; at < text.length; at++) counts[text.charCodeAt(at)]!++;
  const used = [...counts.keys()].filter((unit) => (counts[unit] as number) > 0);
  used.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b);
  const classOf = new Uint16Array(0x10000);
  used.forEach((unit, at) => (classOf[unit] = at + 1));
  return { classOf, width: used.length + 1 };
}

/** The texts as words over classes. */
export function encode(texts: readonly string[], classOf: Uint16Array, width: number): Words {
  const offsets = new Uint32Array(texts.length + 1);
  texts.forEach((text, at) => (offsets[at + 1] = (offsets[at] as number) + text.length));
  const classes = new Uint16Array(offsets[texts.length] as number);
  texts.forEach((text, word) => {
    const offset = offsets[word] as number;
    for (let at = 0; at < text.length; at++) classes[offset + at] = classOf[text.charCodeAt(at)] as number;
  });
  return { classes, offsets, count: texts.length, width };
}
