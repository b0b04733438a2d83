import { Post, PostEvent } from '@vigil/contracts';
import { Pack } from '@vigil/classifier';

/** Characters of a post: a message of a channel as it is usual. */
export const POST = 280;
const ALPHABETS = {
  ar: 'ابتثجحخدذرزسشصضطظعغفقكلمنهوي',
  en: 'etaoinshrdlucmfwypvbgkjqxz',
  ru: 'оеаинтсрвлкмдпуяыьгзбчйхжш',
};
type Script = keyof typeof ALPHABETS;
const SCRIPTS: readonly Script[] = ['ar', 'en', 'ru'];
/** Words of each script, and how often the frequent ones are taken: the third power of an even draw, nearly. */
const WORDS = 40_000;
const SKEW = 2.5;
/** Arabic words that begin with the article. */
const WITH_ARTICLE = 0.3;
/** No language repeats a letter three times, nor has more than a few Cyrillic words of letters that all look Latin. */
const UNLIKE_WORDS = /(.)\1\1|^[аеорсух]{4,}$/u;
/** Posts that hold a phrase. */
const HITS = 0.05;
/** Words that end a clause, and words that begin with a capital where the script has them. */
const STOPS = 0.1;
const CAPITALS = 0.1;
/** Posts with an aside, and what stands there; those behind the first line give occasion for further readings. */
const ASIDES = 0.5;
const ASIDE = [
  ...['2026', '١٤٤٥', '10:30', '(1)', '#DailyNews', '@channel', 'https://example.org/news', '😀', '“…”', '—'],
  ...[
    '5th',
    'b2b',
    'covid19',
    'sooo',
    '€5k',
    '@user_12',
    'https://example.org/?p=a1b2',
    'A. B. C.',
    '100%!',
    '2день',
  ],
];

export interface BenchPhrase {
  readonly text: string;
  readonly language: Script;
  readonly proclitics: boolean;
}

export interface Corpus {
  readonly phrases: readonly BenchPhrase[];
  /** Arabic, Latin, Cyrillic and mixed in turn. */
  readonly posts: readonly string[];
  /** As many characters of phrases whose last letter is another: what costs a matcher most. */
  readonly nearPosts: readonly string[];
}

/** Numbers from 0 to 1, the same in every run (Numerical Recipes' generator). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

/** Invented words of each script, the short ones first, as frequency has it. */
function vocabulary(next: () => number): Record<Script, string[]> {
  const words = (script: Script) => {
    const alphabet = ALPHABETS[script];
    const found = new Set<string>();
    while (found.size < WORDS) {
      const article = script === 'ar' && next() < WITH_ARTICLE ? 'ال' : '';
      const letters = Array.from(
        { length: 2 + Math.floor(next() * 9) },
        () => alphabet[Math.floor(alphabet.length * next() * next())],
      );
      const word = article + letters.join('');
      if (!UNLIKE_WORDS.test(word)) found.add(word);
    }
    return [...found].sort((a, b) => a.length - b.length);
  };
  return { ar: words('ar'), en: words('en'), ru: words('ru') };
}

/** The corpus of `characters` for `count` phrases of two to four words: the same in every run. */
export function corpusOf(count: number, characters: number): Corpus {
  const next = numbers(1);
  const words = vocabulary(next);
  const script = () => SCRIPTS[Math.floor(next() * SCRIPTS.length)] ?? 'en';
  const pick = (of: Script, skew: number) => words[of][Math.floor(WORDS * next() ** skew)] ?? '';
  const phrases = Array.from({ length: count }, () => {
    const language = script();
    const text = Array.from({ length: 2 + Math.floor(next() * 3) }, () => pick(language, 1)).join(' ');
    return { text, language, proclitics: language === 'ar' };
  });
  const anyPhrase = () => phrases[Math.floor(next() * count)]?.text ?? '';
  const fill = (begin: string, more: () => string) => {
    let text = begin;
    while (text.length < POST) text += `${more()} `;
    // From bytes, as posts come: a string built of parts would be measured flattening itself.
    return Buffer.from(text.slice(0, POST)).toString();
  };
  const inSentence = (word: string) => {
    const way = next();
    if (way < STOPS) return `${word}${way < STOPS / 2 ? ',' : '.'}`;
    return way < STOPS + CAPITALS ? word.slice(0, 1).toUpperCase() + word.slice(1) : word;
  };
  const posts: string[] = [];
  for (let written = 0; written < characters; written += POST) {
    const only = SCRIPTS[posts.length % (SCRIPTS.length + 1)];
    const begin = next() < HITS ? `${anyPhrase()}. ` : '';
    const aside = next() < ASIDES ? `${ASIDE[Math.floor(ASIDE.length * next())]} ` : '';
    posts.push(fill(begin + aside, () => inSentence(pick(only ?? script(), SKEW))));
  }
  const nearPosts = posts
    .slice(0, posts.length / 10)
    .map(() => fill('', () => `${anyPhrase().slice(0, -1)}ъ`));
  return { phrases, posts, nearPosts };
}

/** The posts with one of `others` before every twentieth, which has no phrase then: as many hits as the corpus has. */
export function withBeginnings(posts: readonly string[], others: readonly string[]): string[] {
  const every = Math.round(1 / HITS);
  return posts.map((post, at) => {
    const other = at % every === 0 ? others[(at / every) % others.length] : undefined;
    return other === undefined ? post : Buffer.from(`${other}\n${post}`.slice(0, POST)).toString();
  });
}

/** The phrases as rules of one pack, 50 a rule. */
export function packOf(phrases: readonly BenchPhrase[]): Pack {
  const rules = [];
  for (let at = 0; at < phrases.length; at += 50) {
    const lists = Object.groupBy(phrases.slice(at, at + 50), (phrase) => phrase.language);
    rules.push({
      id: `rule-${at}`,
      title: 'Invented words',
      kind: 'slogan',
      category: 'slogan',
      severity: 'medium',
      indicator: 'other',
      reference: 'unverified',
      phrases: Object.fromEntries(
        Object.entries(lists).map(([language, list]) => [language, (list ?? []).map(({ text }) => text)]),
      ),
      examples: { match: ['invented'], noMatch: ['other'] },
    });
  }
  return Pack.parse({ name: 'bench', title: 'Bench', description: '', maintainer: '', licence: '', rules });
}

/** A post as the collector puts it onto the bus. */
export function eventOf(text: string, at: number): PostEvent {
  const post = Post.parse({
    id: `bench:${at}`,
    revision: 0,
    sourceId: `source-${at % 500}`,
    channel: `channel-${at % 500}`,
    author: { handle: `account-${at % 46_000}`, nativeId: null, displayName: null },
    publishedAt: '2026-11-21T12:00:00.000Z',
    collectedAt: '2026-11-21T12:00:01.000Z',
    title: null,
    text,
    language: null,
    links: [],
    media: [],
    forwardedFrom: null,
    inReplyTo: null,
    permalink: null,
    capture: null,
    backfill: false,
    demo: false,
  });
  return PostEvent.parse({
    type: 'observed',
    post,
    region: 'global',
    context: 'unknown',
    trace: { traceparent: null },
  });
}
