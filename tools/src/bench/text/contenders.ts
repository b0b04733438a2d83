import { AhoCorasick as Plain } from '@monyone/aho-corasick';
import { AhoCorasick as Fast } from '@monyone/aho-corasick/fast';
import { Found, PhraseAutomaton, type NormalisedText, normalise } from '@vigil/text';
import type { BenchPhrase } from './corpus.js';
import { fastOver, isLaidOutAlike } from './fast-layout.js';

/** Something that finds the phrases in normalised texts. */
export interface Contender {
  /** Searches every text and throws what it finds away: what is timed. Returns how much that was. */
  search(texts: readonly Searched[]): number;
  /** The places in one text as `start-end`, sorted, without repeats. */
  places(text: Searched): string[];
}

/** One text, in the form that each contender takes. */
export interface Searched {
  readonly normalised: NormalisedText;
  readonly text: string;
}

export function searched(post: string): Searched {
  const normalised = normalise(post);
  return { normalised, text: normalised.text() };
}

export function vigil(automaton: PhraseAutomaton): Contender {
  const found = new Found();
  return {
    search(texts) {
      let count = 0;
      for (const { normalised } of texts) count += automaton.find(normalised, found).count;
      return count;
    },
    places({ normalised }) {
      const { starts, ends, count } = automaton.find(normalised, found);
      return sorted(Array.from({ length: count }, (_, at) => `${starts[at]}-${ends[at]}`));
    },
  };
}

/**
 * `@monyone/aho-corasick` or its `fast` variant over the same normalised phrases. It knows no word edges: what it finds
 * within words is taken out here by a plain check, outside of what is timed.
 */
export function monyone(variant: 'plain' | 'fast', phrases: readonly BenchPhrase[]): Contender {
  const proclitic = new Map<string, boolean>();
  const allow = (text: string, may: boolean) => proclitic.set(text, may || proclitic.get(text) === true);
  for (const phrase of phrases) {
    const text = normalise(phrase.text).text();
    allow(text, phrase.proclitics);
    // As the matcher reads it: the preposition ل swallows the alef of the article.
    if (phrase.proclitics && /^ال../u.test(text)) allow(`ل${text.slice(1)}`, true);
  }
  const keywords = [...proclitic.keys()];
  const automaton = variant === 'fast' ? buildFast(keywords) : new Plain(keywords);
  return {
    search: (texts) => texts.reduce((count, { text }) => count + automaton.matchInText(text).length, 0),
    places({ text }) {
      const whole = automaton.matchInText(text).filter(({ begin, end, keyword }) => {
        if (end < text.length && text[end] !== ' ') return false;
        const before = text.slice(text.lastIndexOf(' ', begin - 1) + 1, begin);
        return (
          before === '' ||
          text[begin - 1] === ' ' ||
          (proclitic.get(keyword) === true && PROCLITICS.test(before))
        );
      });
      return sorted(whole.map(({ begin, end }) => `${begin}-${end}`));
    },
  };
}

/** Phrases that the fast variant's own constructor is given: a second's work. It takes ten minutes for 100,000. */
const MOST_CONSTRUCTED = 5_000;

/** Throws where `fastOver` would not make what the constructor makes: seen on all that the constructor is given. */
function buildFast(keywords: readonly string[]): Fast {
  if (keywords.length > MOST_CONSTRUCTED) {
    buildFast(keywords.slice(0, MOST_CONSTRUCTED));
    return fastOver(keywords);
  }
  const fast = new Fast([...keywords]);
  if (!isLaidOutAlike(fast, fastOver(keywords)))
    throw new Error(`${keywords.length} phrases are not laid out as the fast variant's constructor does it`);
  return fast;
}

const PROCLITICS = /^[وف]?(?:[بك]?(?:ال)?|لل?)$/u;

function sorted(places: readonly string[]): string[] {
  return [...new Set(places)].sort();
}
