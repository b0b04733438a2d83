import path from 'node:path';
import { MAX_TEXT, type PostEvent } from '@vigil/contracts';
import { classifyText, compileRuleset, loadPack, verdictEvent, type Ruleset } from '@vigil/classifier';
import { HOSTILE_TEXTS, hostileText } from '@vigil/testing';
import { NormalisedText, PhraseAutomaton, Readings, normalise } from '@vigil/text';
import type { Result } from './table.js';
import { monyone, searched, vigil, type Contender, type Searched } from './text/contenders.js';
import { POST, corpusOf, eventOf, packOf, withBeginnings, type Corpus } from './text/corpus.js';

/** The pack that comes with the program: its rules ask for company, second signs, and who speaks. */
const PACK = path.resolve(import.meta.dirname, '../../../packs/isis-messaging');

/** Characters of the corpus, and the two sizes of pattern sets. */
const CORPUS = 20_000_000;
const SIZES = { small: 5_000, large: 100_000 };
/** Times each contender runs, in turn with the others, so that what else the machine does falls on all. */
const ROUNDS = 3;
/** The plain variant is slow: it takes every so many posts. */
const PLAIN_EVERY = 20;
/** Posts that are judged whole. */
const JUDGED = 20_000;
/** A text that no connector gives: its length alone must not hold a classifier up for long. */
const TEN_MB = 10_000_000;
/** Posts, and as many of near misses, in which all contenders must find the same. */
const COMPARED = 5_000;

/** Seconds of this thread's processor time. */
function secondsOf(work: () => void): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** The median seconds of each, run in turn. */
function inTurn<K extends string>(work: Readonly<Record<K, () => void>>): Record<K, number> {
  const names = Object.keys(work) as K[];
  const seconds = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const name of names) seconds.get(name)?.push(secondsOf(work[name]));
  return Object.fromEntries(names.map((name) => [name, median(seconds.get(name) ?? [])])) as Record<
    K,
    number
  >;
}

/**
 * How fast texts are normalised, matched and judged on one thread, beside @monyone/aho-corasick and its fast variant:
 * the same normalised texts and phrases in one run, and whether all find the same. Rates are millions of characters a
 * second.
 */
export async function run(): Promise<Result> {
  const small = measure(SIZES.small);
  const large = measure(SIZES.large);
  process.stderr.write('the pack isis-messaging\n');
  const pack = await judgingPack();
  return {
    patterns: SIZES.small,
    characters: CORPUS,
    normalise_mchar_per_s: small.normalise,
    mchar_per_s: small.match,
    mchar_per_s_100k: large.match,
    ratio_to_fast: small.toFast,
    ratio_to_fast_100k: large.toFast,
    ratio_to_aho_corasick: small.toPlain,
    ratio_to_aho_corasick_100k: large.toPlain,
    near_miss_ratio: small.near,
    near_miss_ratio_100k: large.near,
    agree: small.agree && large.agree,
    judged_posts_per_s: small.judged,
    judged_posts_per_s_100k: large.judged,
    posts_per_s: small.posts,
    posts_per_s_100k: large.posts,
    posts_per_s_pack: pack.posts,
    hits: small.hits,
    hits_pack: pack.hits,
    posts_with_readings: pack.withReadings,
    build_ms: small.buildMs,
    build_ms_100k: large.buildMs,
    automaton_mb: small.megabytes,
    automaton_mb_100k: large.megabytes,
    worst_kind: pack.worst,
    worst_post_ms: pack.longestMs,
    worst_10mb_s: pack.tenMbSeconds,
  };
}

function measure(patterns: number) {
  process.stderr.write(`${patterns} patterns: corpus\n`);
  const corpus = corpusOf(patterns, CORPUS);
  const build = inTurn({ build: () => void PhraseAutomaton.build(corpus.phrases) }).build;
  const automaton = PhraseAutomaton.build(corpus.phrases);
  return {
    ...matching(corpus, automaton),
    ...judging(compileRuleset([{ content: packOf(corpus.phrases), version: 1 }], 1), corpus.posts),
    buildMs: Math.round(build * 1_000),
    megabytes: round(automaton.bytes / 1e6),
  };
}

function matching({ posts, nearPosts, phrases }: Corpus, automaton: PhraseAutomaton) {
  const texts = posts.map(searched);
  const some = texts.filter((_, at) => at % PLAIN_EVERY === 0);
  const near = nearPosts.map(searched);
  process.stderr.write(`${phrases.length} patterns: building the others\n`);
  const [ours, fast, plain] = [vigil(automaton), monyone('fast', phrases), monyone('plain', phrases)];
  process.stderr.write(`${phrases.length} patterns: ${ROUNDS} rounds of matching\n`);
  const into = new NormalisedText();
  const seconds = inTurn({
    normalise: () => posts.forEach((post) => normalise(post, into)),
    ours: () => void ours.search(texts),
    fast: () => void fast.search(texts),
    plain: () => void plain.search(some),
    near: () => void ours.search(near),
  });
  const rate = (searched: readonly Searched[], took: number) =>
    searched.reduce((sum, { text }) => sum + text.length, 0) / took / 1e6;
  const match = rate(texts, seconds.ours);
  return {
    normalise: Math.round((posts.length * POST) / seconds.normalise / 1e6),
    match: Math.round(match),
    toFast: round(match / rate(texts, seconds.fast)),
    toPlain: round(match / rate(some, seconds.plain)),
    near: round(rate(near, seconds.near) / match),
    agree: agree(ours, [fast, plain], [...texts.slice(0, COMPARED), ...near.slice(0, COMPARED)]),
  };
}

/** Whether all find the same places, and any. */
function agree(one: Contender, others: readonly Contender[], texts: readonly Searched[]): boolean {
  let places = 0;
  const same = texts.every((text) => {
    const found = one.places(text);
    places += found.length;
    return others.every((other) => other.places(text).join() === found.join());
  });
  return same && places > 0;
}

/** The real rules over posts, a twentieth of which begins with an example of a rule. */
async function judgingPack() {
  const content = await loadPack(PACK);
  const { posts } = corpusOf(SIZES.small, JUDGED * POST);
  const examples = content.rules.flatMap((rule) => rule.examples.match);
  const ruleset = compileRuleset([{ content, version: 1 }], 1);
  return {
    ...judging(ruleset, withBeginnings(posts, examples)),
    ...worstOf(ruleset, examples[0] ?? ''),
  };
}

/** The dearest of the hostile texts as long as the longest post, and a text of its kind of 10 MB. */
function worstOf(ruleset: Ruleset, match: string) {
  const took = (kind: (typeof HOSTILE_TEXTS)[number], length: number) => {
    const text = hostileText(kind, length, match);
    return secondsOf(() => void classifyText(ruleset, { text, context: 'unknown' }));
  };
  const all = HOSTILE_TEXTS.map((kind) => ({ kind, seconds: took(kind, MAX_TEXT) }));
  const worst = all.reduce((one, other) => (other.seconds > one.seconds ? other : one));
  return {
    worst: worst.kind,
    longestMs: Math.round(worst.seconds * 1_000),
    tenMbSeconds: round(took(worst.kind, TEN_MB)),
  };
}

/**
 * Posts a second: judged from the decoded event on, and whole from its bytes to the verdict's. Shares of posts that are
 * hits, and that have further readings.
 */
function judging(ruleset: Ruleset, posts: readonly string[]) {
  const texts = posts.slice(0, JUDGED);
  const events = texts.map((text, at) => Buffer.from(JSON.stringify(eventOf(text, at))));
  const decode = (event: Buffer) => JSON.parse(event.toString()) as PostEvent;
  const decoded = events.map(decode);
  const { judged, whole } = inTurn({
    judged: () => decoded.forEach((event) => verdictEvent(ruleset, event)),
    whole: () => events.forEach((event) => Buffer.from(JSON.stringify(verdictEvent(ruleset, decode(event))))),
  });
  const share = (of: number) => round(of / events.length);
  const readings = new Readings();
  return {
    judged: Math.round(events.length / judged),
    posts: Math.round(events.length / whole),
    hits: share(decoded.filter((event) => verdictEvent(ruleset, event).post !== null).length),
    withReadings: share(texts.filter((text) => !readings.of(text, normalise(text)).next().done).length),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
