import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { classifyText, compileRuleset, loadPack, type Ruleset } from '@vigil/classifier/engine';
import {
  HALVES,
  LABELS,
  generatePosts,
  loadLabelled,
  rateOf,
  type Half,
  type Label,
  type LabelledPost,
  type Rate,
} from '@vigil/classifier/labelled';
import type { Result } from './table.js';

const PACK = fileURLToPath(new URL('../../../packs/isis-messaging', import.meta.url));
/** Labels whose posts are to be hits. */
const WANTED: ReadonlySet<Label> = new Set(['plain', 'obfuscated']);
/** What the pack promises of each label, for the half it was not tuned on: least recall, or most false positives. */
const BARS: Readonly<Record<Label, number>> = {
  religious: 0.005,
  news: 0.02,
  academic: 0.02,
  'counter-speech': 0.02,
  plain: 0.9,
  obfuscated: 0.8,
};
const percent = (share: number) => `${(share * 100).toFixed(share < 0.1 ? 2 : 1)}%`;

/**
 * Precision, recall and false-positive rates of the pack over the labelled set, with 95% bounds, by language and label,
 * for the half it was tuned on and the half it was not. `--misses N` prints N posts of each label judged wrongly (of the
 * tuned half alone: whoever reads the others tunes on them); `--language fr` keeps to one.
 */
export async function run(args: readonly string[]): Promise<Result> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      misses: { type: 'string', default: '0' },
      language: { type: 'string' },
      seed: { type: 'string', default: '1' },
    },
  });
  const ruleset = compileRuleset([{ content: await loadPack(PACK), version: 0 }]);
  const result: Record<string, number | boolean> = {};
  let passed = true;
  for (const half of HALVES) {
    const files = (await loadLabelled(PACK, half)).filter(
      ({ language }) => values.language === undefined || language === values.language,
    );
    const posts = files.flatMap((file) => generatePosts(file, Number(values.seed)));
    const judged = posts.map((post) => ({ post, hit: isHit(ruleset, post) }));
    print(half, judged);
    if (half === 'tuned') printMisses(judged, Number(values.misses));
    for (const label of LABELS) {
      const rate = share(judged, label);
      const held = WANTED.has(label) ? rate.rate >= BARS[label] : rate.rate <= BARS[label];
      if (half === 'held-out') passed &&= held;
      result[`${name(half)}_${name(label)}`] = round(rate.rate);
      result[`${name(half)}_${name(label)}_${WANTED.has(label) ? 'low' : 'high'}`] = round(
        WANTED.has(label) ? rate.low : rate.high,
      );
    }
    result[`${name(half)}_precision`] = round(precision(judged));
    result[`${name(half)}_posts`] = posts.length;
  }
  return { ...result, passed };
}

interface Judged {
  readonly post: LabelledPost;
  readonly hit: boolean;
}

function isHit(ruleset: Ruleset, { text }: LabelledPost): boolean {
  return classifyText(ruleset, { text, context: 'unknown' }).matches.length > 0;
}

function share(judged: readonly Judged[], label: Label): Rate {
  const of = judged.filter(({ post }) => post.label === label);
  return rateOf(of.filter(({ hit }) => hit).length, of.length);
}

/** Of the hits, those that were to be. */
function precision(judged: readonly Judged[]): number {
  const hits = judged.filter(({ hit }) => hit);
  return hits.length === 0 ? 1 : hits.filter(({ post }) => WANTED.has(post.label)).length / hits.length;
}

/** A line a language: the share of hits of each label, with its bounds. */
function print(half: Half, judged: readonly Judged[]): void {
  const languages = [...new Set(judged.map(({ post }) => post.language))].sort();
  const cell = (rate: Rate) => `${percent(rate.rate)} (${percent(rate.low)}–${percent(rate.high)})`;
  const rows = [...languages, 'all'].map((language) => {
    const of = language === 'all' ? judged : judged.filter(({ post }) => post.language === language);
    return [language, ...LABELS.map((label) => cell(share(of, label))), percent(precision(of))];
  });
  const heads = ['', ...LABELS, 'precision'];
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((text, at) => text.padEnd(widths[at] ?? 0)).join('  ');
  process.stdout.write(`\n${half}: share of posts that became hits (95% bounds)\n`);
  for (const row of [heads, ...rows]) process.stdout.write(`${line(row).trimEnd()}\n`);
}

function printMisses(judged: readonly Judged[], most: number): void {
  if (most === 0) return;
  for (const label of LABELS) {
    const wrong = judged.filter(({ post, hit }) => post.label === label && hit !== WANTED.has(label));
    const step = Math.max(1, Math.floor(wrong.length / most));
    process.stdout.write(`\n${label}: ${wrong.length} judged wrongly\n`);
    for (const { post } of wrong.filter((_, at) => at % step === 0).slice(0, most))
      process.stdout.write(
        `  ${post.language} ${post.alteration ?? ''} ${post.text.replaceAll('\n', ' ⏎ ')}\n`,
      );
  }
}

const name = (text: string) => text.replaceAll('-', '_');
const round = (share: number) => Math.round(share * 1e4) / 1e4;
