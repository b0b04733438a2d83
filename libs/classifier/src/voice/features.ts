import { normalise, type Span } from '@vigil/text';

/** Words read of one post: a report shows itself earlier, and the cost of a post stays bounded. */
const MAX_WORDS = 160;
/** Units read on either side of the matches; a longer post is read around them. */
const MAX_UNITS = 4_000;
/** Units beside a match in which its neighbour is looked for. */
const NEAR = 8;
/** What stands where a rule matched: the words of the match themselves say nothing about who speaks. */
const MATCH = '\u25a2';
/** Lengths of the letter runs inside a word: they carry endings and stems over to forms never seen. */
const [SHORTEST_RUN, LONGEST_RUN] = [3, 5];

/** Shapes of a post, by the names they have as features. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['question', /[?؟]/u],
  ['exclamation', /!/u],
  ['emoji', /\p{Extended_Pictographic}/u],
  ['hashtag', /#[\p{L}\p{N}]/u],
  ['link', /https?:\/\//u],
  ['number', /\p{Nd}{2}/u],
  ['year', /(?:19|20|१९|২০|۲۰|٢٠)\p{Nd}{2}/u],
  ['quoted', /["“”„«»‘’‚‹›「」『』]/u],
  ['bracket', /[([]/u],
  ['full stop', /[.۔।]\s|[.۔।]$/u],
  ['comma', /[,،]/u],
  ['bar', /[|•]/u],
  ['dots', /\.\.|…/u],
  ['lines', /\n/u],
];

const NEIGHBOURS: readonly (readonly [string, RegExp])[] = [
  ['edge', /^$/u],
  ['quote', /^["“”„«»‘’‚‹›'「」『』]$/u],
  ['stop', /^[.!?؟۔।,،;؛:|•…–—\n-]$/u],
  ['bracket', /^[()[\]]$/u],
  ['letter', /^[\p{L}\p{M}\p{N}]$/u],
];

/** A post in which rules matched. */
export interface Seen {
  readonly text: string;
  /** The matches in the text as published, joined and in order. */
  readonly spans: readonly Span[];
  /** What the pack's own lists saw: categories of rules, sets of context markers. They speak every language. */
  readonly signs: readonly string[];
}

/**
 * The features of a post for the voice model: its words with the matches left out, pairs of neighbouring words, letter
 * runs of words, and shapes. Names, each once, at most some
 * 3,000; the text decides only what they say, never how many are made.
 */
export function featuresOf({ text, spans, signs }: Seen): Set<string> {
  const first = spans[0]?.start ?? 0;
  const last = spans.at(-1)?.end ?? 0;
  const from = Math.max(0, first - MAX_UNITS);
  const to = Math.min(text.length, Math.max(last, first + MAX_UNITS) + MAX_UNITS);
  const words: string[] = [];
  const features = new Set<string>(signs.map((sign) => `sign ${sign}`));
  let at = from;
  for (const { start, end } of spans) {
    if (start > at) words.push(...wordsOf(text.slice(at, start)));
    if (words.at(-1) !== MATCH) words.push(MATCH);
    features.add(
      `before ${neighbour(
        text
          .slice(Math.max(0, start - NEAR), start)
          .trimEnd()
          .at(-1),
      )}`,
    );
    features.add(
      `after ${neighbour(
        text
          .slice(end, end + 8)
          .trimStart()
          .at(0),
      )}`,
    );
    at = Math.max(at, end);
    if (words.length >= MAX_WORDS) break;
  }
  words.push(...wordsOf(text.slice(at, to)));
  words.length = Math.min(words.length, MAX_WORDS);
  addWords(features, words);
  const around = text.slice(from, to);
  for (const [name, shape] of SHAPES) if (shape.test(around)) features.add(`shape ${name}`);
  features.add(`words ${Math.min(6, Math.floor(Math.log2(words.length + 1)))}`);
  if (words[0] === MATCH) features.add('match first');
  if (words.at(-1) === MATCH) features.add('match last');
  return features;
}

function wordsOf(text: string): string[] {
  const folded = normalise(text).text();
  return folded === '' ? [] : folded.split(' ');
}

function addWords(features: Set<string>, words: readonly string[]): void {
  words.forEach((word, at) => {
    const next = words[at + 1];
    if (next !== undefined) features.add(`${word} ${next}`);
    if (word === MATCH) return;
    features.add(word);
    const padded = `<${word.slice(0, 24)}>`;
    for (let length = SHORTEST_RUN; length <= LONGEST_RUN; length++)
      for (let start = 0; start + length <= padded.length; start++)
        features.add(`~${padded.slice(start, start + length)}`);
  });
}

function neighbour(character: string | undefined): string {
  return NEIGHBOURS.find(([, shape]) => shape.test(character ?? ''))?.[0] ?? 'other';
}
