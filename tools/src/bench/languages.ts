import { fileURLToPath } from 'node:url';
import { identifyLanguage } from '@vigil/classifier/engine';
import {
  HALVES,
  generatePosts,
  loadLabelled,
  rateOf,
  type Half,
  type LabelledPost,
} from '@vigil/classifier/labelled';
import type { Result } from './table.js';

const PACK = fileURLToPath(new URL('../../../packs/isis-messaging', import.meta.url));
/** Every so many posts of a language: what a sentence is filled with changes little of its language. */
const EVERY = 4;
/** Unknown rather than wrong: the most wrong answers, of all posts and of any one language's. */
const BARS = { wrong: 0.02, wrongOfOne: 0.05 };

interface Told {
  readonly language: string;
  readonly answer: ReturnType<typeof identifyLanguage>;
}

/**
 * How often the language of a labelled post is told rightly, wrongly or not at all, by language, for either half of the
 * set, and whether answers are as often right as their confidence says. `--language fr` keeps to one and prints what was
 * told wrongly of the tuned half.
 */
export async function run(args: readonly string[]): Promise<Result> {
  const only = args[0] === '--language' ? args[1] : undefined;
  const result: Record<string, number | boolean> = {};
  let passed = true;
  for (const half of HALVES) {
    const posts = await postsOf(half, only);
    const before = process.threadCpuUsage();
    const told = posts.map(({ language, text }) => ({ language, answer: identifyLanguage(text) }));
    const { user, system } = process.threadCpuUsage(before);
    const languages = [...new Set(posts.map(({ language }) => language))].sort();
    process.stdout.write(`\n${half}: told rightly, wrongly (95% bounds), not at all\n`);
    for (const language of [...languages, 'all'])
      print(language, language === 'all' ? told : told.filter((one) => one.language === language));
    printConfidence(told);
    if (only !== undefined && half === 'tuned') printWrong(posts, told);
    const wrong = languages.map((language) => wrongOf(told.filter((one) => one.language === language)).rate);
    const name = half.replace('-', '_');
    result[`${name}_right`] = round(rateOf(told.filter(isRight).length, told.length).rate);
    result[`${name}_wrong`] = round(wrongOf(told).rate);
    result[`${name}_wrong_of_worst`] = round(Math.max(...wrong));
    result[`${name}_us_per_post`] = Math.round((user + system) / posts.length);
    if (half === 'held-out')
      passed = wrongOf(told).rate <= BARS.wrong && wrong.every((rate) => rate <= BARS.wrongOfOne);
  }
  return { ...result, passed };
}

async function postsOf(half: Half, only: string | undefined): Promise<LabelledPost[]> {
  const files = (await loadLabelled(PACK, half)).filter(
    ({ language }) => only === undefined || language === only,
  );
  return files.flatMap((file) => generatePosts(file, 1)).filter((_, at) => at % EVERY === 0);
}

function isRight({ language, answer }: Told): boolean {
  return answer?.tag === language;
}

function wrongOf(told: readonly Told[]) {
  return rateOf(told.filter((one) => one.answer !== null && !isRight(one)).length, told.length);
}

function print(language: string, told: readonly Told[]): void {
  const right = rateOf(told.filter(isRight).length, told.length);
  const wrong = wrongOf(told);
  const mistaken = Map.groupBy(
    told.filter((one) => one.answer !== null && !isRight(one)),
    ({ answer }) => answer?.tag ?? '',
  );
  const as = [...mistaken].map(([tag, { length }]) => `${tag} ${length}`).join(', ');
  process.stdout.write(
    `${language.padEnd(4)} ${percent(right.rate)}  ${percent(wrong.rate)} (${percent(wrong.low)}–${percent(wrong.high)})  ${percent(1 - right.rate - wrong.rate)}${as && language !== 'all' ? `   as ${as}` : ''}\n`,
  );
}

function printConfidence(told: readonly Told[]): void {
  const answered = told.filter(({ answer }) => answer !== null);
  for (const [confidence, of] of Map.groupBy(answered, ({ answer }) => answer?.confidence ?? 0)) {
    const { rate } = rateOf(of.filter(isRight).length, of.length);
    process.stdout.write(`said with confidence ${confidence}: ${of.length}, right ${percent(rate)}\n`);
  }
}

function printWrong(posts: readonly LabelledPost[], told: readonly Told[]): void {
  posts.forEach(({ text }, at) => {
    const one = told[at];
    if (one && !isRight(one))
      process.stdout.write(`  ${one.answer?.tag ?? 'unknown'}  ${text.replaceAll('\n', ' ⏎ ')}\n`);
  });
}

const percent = (share: number) => `${(share * 100).toFixed(1)}%`.padStart(6);
const round = (share: number) => Math.round(share * 1e4) / 1e4;
