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
/** Letters by which beginnings are looked up: the shortest one has as many. */
const SHORTEST = 2;

/** A concept that a word stands for in a language, by its number. */
interface Meaning {
  readonly language: number;
  readonly concept: Concept;
}

/** What means something: a word, or whatever begins like that; behind another word, where it needs one. */
interface Entry extends Meaning {
  readonly text: string;
  readonly whole: boolean;
}

/** Entries as the normaliser writes them, by what is looked up first, so that most words cost two look-ups. */
interface Lexicon {
  readonly words: ReadonlyMap<string, readonly Entry[]>;
  /** By their first letters. */
  readonly beginnings: ReadonlyMap<string, readonly Entry[]>;
  /** Of two words, by the first of them; the text is the second. */
  readonly pairs: ReadonlyMap<string, readonly Entry[]>;
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

function meaningsOf(
  { words, beginnings, pairs }: Lexicon,
  word: string,
  next: string | undefined,
): Meaning[] {
  const begun = beginnings.get(word.slice(0, SHORTEST))?.filter(({ text }) => word.startsWith(text));
  const paired = pairs
    .get(word)
    ?.filter(({ text, whole }) => (whole ? next === text : next?.startsWith(text) === true));
  return [...(words.get(word) ?? []), ...(begun ?? []), ...(paired ?? [])];
}

function compileLexicon(): Lexicon {
  const lexicon = {
    words: new Map<string, Entry[]>(),
    beginnings: new Map<string, Entry[]>(),
    pairs: new Map<string, Entry[]>(),
  };
  const add = (map: Map<string, Entry[]>, key: string, entry: Entry) => {
    const entries = map.get(key);
    if (entries) entries.push(entry);
    else map.set(key, [entry]);
  };
  LANGUAGES.forEach((listed, language) => {
    for (const concept of CONCEPTS)
      for (const written of listed[concept].split(' ')) {
        const [first = '', ...others] = normalise(written).text().split(' ');
        const second = others.length > 0 ? others.join(' ') : undefined;
        const entry = { language, concept, text: second ?? first, whole: !written.endsWith('*') };
        if (second !== undefined) add(lexicon.pairs, first, entry);
        else if (entry.whole) add(lexicon.words, first, entry);
        else add(lexicon.beginnings, first.slice(0, SHORTEST), entry);
      }
  });
  return lexicon;
}
