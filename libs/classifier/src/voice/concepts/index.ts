import { normalise } from '@vigil/text';
import { ar } from './ar.js';
import { bn } from './bn.js';
import { CONCEPTS, type Concept, type Words } from './concept.js';
import { en } from './en.js';
import { fa } from './fa.js';
import { fr } from './fr.js';
import { ha } from './ha.js';
import { id } from './id.js';
import { ps } from './ps.js';
import { ru } from './ru.js';
import { so } from './so.js';
import { tr } from './tr.js';
import { ur } from './ur.js';

const LANGUAGES: readonly Words[] = [ar, bn, en, fa, fr, ha, id, ps, ru, so, tr, ur];
/** Letters of the longest beginning that is looked up. */
const LONGEST = 16;

/** A concept that a word stands for in a language, by its number. */
interface Meaning {
  readonly language: number;
  readonly concept: Concept;
}

/** Words, and beginnings of words, as the normaliser writes them; some are two. */
interface Lexicon {
  readonly words: ReadonlyMap<string, readonly Meaning[]>;
  readonly beginnings: ReadonlyMap<string, readonly Meaning[]>;
}

/** The concept at a place among the words of a post. */
export interface Conceived {
  readonly at: number;
  readonly concept: Concept;
}

let lexicon: Lexicon | undefined;

/**
 * The concepts in a post's words, as the normaliser writes them, in the one language in which the most of them mean
 * something: the same letters are different words elsewhere.
 */
export function conceptsIn(words: readonly string[]): Conceived[] {
  lexicon ??= compileLexicon();
  const found: { at: number; meaning: Meaning }[] = [];
  const hits = new Array<number>(LANGUAGES.length).fill(0);
  words.forEach((word, at) => {
    const languages = new Set<number>();
    for (const meaning of meaningsOf(lexicon as Lexicon, word, words[at + 1])) {
      found.push({ at, meaning });
      languages.add(meaning.language);
    }
    for (const language of languages) hits[language] = (hits[language] ?? 0) + 1;
  });
  const likeliest = hits.indexOf(Math.max(...hits));
  return found.flatMap(({ at, meaning }) =>
    meaning.language === likeliest ? [{ at, concept: meaning.concept }] : [],
  );
}

function meaningsOf({ words, beginnings }: Lexicon, word: string, next: string | undefined): Meaning[] {
  const meanings = [...(words.get(word) ?? [])];
  for (let length = 2; length <= Math.min(word.length, LONGEST); length++)
    meanings.push(...(beginnings.get(word.slice(0, length)) ?? []));
  if (next !== undefined) {
    const both = `${word} ${next}`;
    meanings.push(...(words.get(both) ?? []));
    for (let length = word.length + 2; length <= Math.min(both.length, LONGEST); length++)
      meanings.push(...(beginnings.get(both.slice(0, length)) ?? []));
  }
  return meanings;
}

function compileLexicon(): Lexicon {
  const words = new Map<string, Meaning[]>();
  const beginnings = new Map<string, Meaning[]>();
  LANGUAGES.forEach((listed, language) => {
    for (const concept of CONCEPTS)
      for (const entry of listed[concept].split(' ')) {
        const key = normalise(entry).text();
        const map = entry.endsWith('*') ? beginnings : words;
        const meanings = map.get(key);
        if (meanings) meanings.push({ language, concept });
        else map.set(key, [{ language, concept }]);
      }
  });
  return { words, beginnings };
}
