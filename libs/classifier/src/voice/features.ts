import { NormalisedText, normalise, type Span } from '@vigil/text';
import { conceptsIn } from './concepts/index.js';

/** Words read of one post: a report shows itself earlier, and the cost of a post stays bounded. */
const MAX_WORDS = 160;
/** Units read before the first match, behind it, and between two; a longer post is read around it. */
const MAX_UNITS = 4_000;
/** Units beside a match in which its neighbour is looked for. */
const NEAR = 8;
/** Words on either side of a match in which a concept is beside it. */
const BESIDE = 3;
/** Concepts of a post that are paired: a post with more has all voices in it. */
const MOST_CONCEPTS = 16;
/** What stands where a rule matched: the words of the match themselves say nothing about who speaks. */
const MATCH = '\u25a2';
/** Lengths of the letter runs inside a word: they carry endings and stems over to forms never seen. */
const [SHORTEST_RUN, LONGEST_RUN] = [3, 5];

/** Units of a word that runs are taken of. */
const MAX_RUN_UNITS = 24;
const FNV_OFFSET = 0x811c9dc5;
/** What tells runs from words: the number that those of all begin with. */
const RUN_MARK = hashOf('~');

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

/** What a post is to the voice model. */
export interface Features {
  /** Words with the matches left out, pairs of neighbouring words, shapes: each once. */
  readonly names: ReadonlySet<string>;
  /** The letter runs of its words, each once, as their numbers (see `hashOf`): there are too many to spell them out. */
  readonly runs: ReadonlySet<number>;
}

/** The features of a post: at most some 3,000; the text decides only what they say, never how many are made. */
export function featuresOf({ text, spans, signs }: Seen): Features {
  const first = spans[0]?.start ?? 0;
  const from = Math.max(0, first - MAX_UNITS);
  const to = Math.min(text.length, Math.min(spans.at(-1)?.end ?? 0, first + MAX_UNITS) + MAX_UNITS);
  const words: string[] = [];
  const names = new Set<string>(signs.map((sign) => `sign ${sign}`));
  let at = from;
  for (const { start, end } of spans) {
    if (words.length >= MAX_WORDS || start >= to) break;
    if (start > at) addWords(words, text.slice(at, start));
    if (words.at(-1) !== MATCH) words.push(MATCH);
    const before = text.slice(Math.max(0, start - NEAR), start).trimEnd();
    const after = text.slice(end, end + NEAR).trimStart();
    names.add(`before ${neighbour(before.at(-1))}`);
    names.add(`after ${neighbour(after.at(0))}`);
    at = Math.max(at, end);
  }
  if (at < to) addWords(words, text.slice(at, to));
  words.length = Math.min(words.length, MAX_WORDS);
  const runs = new Set<number>();
  words.forEach((word, place) => {
    const next = words[place + 1];
    if (next !== undefined) names.add(`${word} ${next}`);
    if (word === MATCH) return;
    names.add(word);
    addRuns(runs, word);
  });
  addConcepts(names, words);
  const around = text.slice(from, to);
  for (const [name, shape] of SHAPES) if (shape.test(around)) names.add(`shape ${name}`);
  names.add(`words ${Math.min(6, Math.floor(Math.log2(words.length + 1)))}`);
  if (words[0] === MATCH) names.add('match first');
  if (words.at(-1) === MATCH) names.add('match last');
  return { names, runs };
}

const folded = new NormalisedText();

function addWords(words: string[], text: string): void {
  if (normalise(text, folded).length > 0) for (const word of folded.text().split(' ')) words.push(word);
}

/** The runs of a word with its two edges, `~<ab`, from one letter on after the other. */
function addRuns(runs: Set<number>, word: string): void {
  const padded = `<${word.slice(0, MAX_RUN_UNITS)}>`;
  for (let start = 0; start + SHORTEST_RUN <= padded.length; start++) {
    const end = Math.min(padded.length, start + LONGEST_RUN);
    let hash = RUN_MARK;
    for (let at = start; at < end; at++) {
      hash = hashOn(hash, padded.charCodeAt(at));
      if (at - start + 1 >= SHORTEST_RUN) runs.add(hash);
    }
  }
}

/** FNV-1a over UTF-16 units (G. Fowler, L. Noll, K.-P. Vo), as a signed number of 32 bits. */
export function hashOf(name: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < name.length; at++) hash = hashOn(hash, name.charCodeAt(at));
  return hash;
}

function hashOn(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

function addConcepts(features: Set<string>, words: readonly string[]): void {
  const seen = conceptsIn(words);
  const matches = words.flatMap((word, at) => (word === MATCH ? [at] : []));
  const concepts = new Set<string>();
  for (const { at, concept } of seen) {
    concepts.add(concept);
    if (matches.some((match) => match > at && match - at <= BESIDE)) features.add(`${concept} before`);
    if (matches.some((match) => at > match && at - match <= BESIDE)) features.add(`${concept} after`);
  }
  const all = [...concepts].sort().slice(0, MOST_CONCEPTS);
  all.forEach((concept, at) => {
    features.add(`concept ${concept}`);
    for (const other of all.slice(at + 1)) features.add(`${concept} and ${other}`);
  });
  features.add(`concepts ${Math.min(4, all.length)}`);
}

function neighbour(character: string | undefined): string {
  return NEIGHBOURS.find(([, shape]) => shape.test(character ?? ''))?.[0] ?? 'other';
}
