import { setTimeout as pause } from 'node:timers/promises';
import {
  Tally,
  compare,
  comparisonOf,
  lineSubject,
  loadPack,
  readPackFolder,
} from '@vigil/classifier/engine';
import { LineSplitter, type Line } from '@vigil/collector/reading';
import {
  Backtest,
  BacktestExample,
  ImportLine,
  excerptOf,
  isVigilError,
  parse,
  type BacktestCounts,
  type BacktestResult,
} from '@vigil/contracts';
import { z } from 'zod';
import { Api } from '../api.js';
import { jsonOf } from '../classify/judge-lines.js';
import { CommandFailure, EXIT } from '../failure.js';
import { chunksOf } from '../input.js';
import { wholeNumber } from '../options.js';
import type { Cli } from '../program.js';
import { readingProgress } from '../reading-progress.js';
import { table } from '../table.js';
import type { Terminal } from '../terminal.js';
import { BUILT_IN_PACKS, packsIn } from './classify.js';

interface Options {
  readonly json?: boolean;
  readonly url?: string;
  readonly examples: number;
  readonly archive?: string[];
  readonly against?: string[];
}

/** An example of either way: where the post is, and the words around the match. */
interface Shown {
  readonly change: 'added' | 'dropped';
  readonly rule: string;
  readonly where: string;
  readonly excerpt: string;
}

/** Between two looks at a backtest of the server: it saves how far it is every two seconds. */
const LOOK_EVERY_MS = 1_000;
/** Examples that are asked for of all rules together. */
const MOST_EXAMPLES = 200;
/** Rows of each table for a person; --json has all. */
const MOST_ROWS = 20;

/** `backtest`, below `rules`. */
export function addBacktest({ terminal, setExit }: Cli, rules: Cli['program']): void {
  rules
    .command('backtest')
    .summary('what a pack would add and drop against the rules in force')
    .description(
      'Tries a pack that is not published on every post the running server still has in its log, and on the labelled\n' +
        'set: what would become a hit, what would no longer be one, by rule, source, day and label, with examples.\n' +
        'Ctrl-C cancels it on the server. With --archive NDJSON files are judged here, and no server is asked.',
    )
    .argument('<DIR>', 'the pack to try')
    .option('--archive <FILE...>', 'judge these NDJSON posts instead; - reads standard input')
    .option('--against <DIR...>', 'with --archive: packs in force, instead of the ones that come with Vigil')
    .option('--examples <N>', 'posts shown of each rule, at most 20', wholeNumber, 3)
    .option('--json', 'one JSON object: pack, result, examples')
    .option('--url <URL>', 'where the server answers')
    .action(async (folder: string, options: Options) => {
      if (options.examples > 20) throw new CommandFailure('--examples takes 0 to 20', EXIT.badUse);
      const { pack, result, examples, refused } = options.archive
        ? await onArchive(folder, options.archive, options, terminal)
        : await onServer(folder, options, terminal);
      await terminal.out(
        options.json ? `${JSON.stringify({ pack, result, examples })}\n` : shown(pack, result, examples),
      );
      if (refused > 0) setExit(EXIT.failed);
    });
}

interface Ended {
  readonly pack: string;
  readonly result: BacktestResult;
  readonly examples: readonly Shown[];
  /** Lines of an archive that are no posts. */
  readonly refused: number;
}

async function onServer(folder: string, { url, examples }: Options, terminal: Terminal): Promise<Ended> {
  const files = Object.fromEntries(await readPackFolder(folder));
  const api = await Api.open(terminal, url);
  const body = { draft: { files }, examples };
  const asked = await api.ask('POST', '/backtests', Backtest, { body });
  const path = `/backtests/${asked.id}`;
  const { ProgressBar } = await import('../progress-bar.js');
  const bar = new ProgressBar(terminal);
  let now = asked;
  try {
    while (now.state === 'queued' || now.state === 'running') {
      bar.show({
        step: now.state === 'queued' ? 'waiting for its turn' : 'trying posts',
        done: now.done,
        of: now.of,
      });
      await pause(LOOK_EVERY_MS, undefined, { signal: terminal.signal });
      now = await api.ask('GET', path, Backtest);
    }
  } catch (error) {
    if (!terminal.signal.aborted) throw error;
    // The terminal's own signal would end this request too.
    const last = await Api.open({ ...terminal, signal: new AbortController().signal }, url);
    await last.ask('POST', `${path}/cancel`, Backtest);
    throw new CommandFailure('cancelled, here and on the server', EXIT.failed, { cause: error });
  } finally {
    bar.end();
  }
  if (now.state !== 'done' || !now.result)
    throw new CommandFailure(`the backtest ${now.state}${now.failure === null ? '' : `: ${now.failure}`}`);
  const found = await api.ask('GET', `${path}/examples`, z.array(BacktestExample), {
    query: { size: MOST_EXAMPLES },
  });
  return {
    pack: now.pack,
    result: now.result,
    examples: found.map(({ change, match, postId, excerpt }) => ({
      change,
      rule: match.rule,
      where: postId,
      excerpt,
    })),
    refused: 0,
  };
}

async function onArchive(
  folder: string,
  archive: readonly string[],
  { against, examples: each }: Options,
  terminal: Terminal,
): Promise<Ended> {
  const draft = await loadPack(folder);
  const inForce = [];
  for (const one of await packsIn(against ?? [BUILT_IN_PACKS]))
    inForce.push({ content: await loadPack(one), version: 0 });
  const comparison = comparisonOf(inForce, draft);
  const tally = new Tally();
  const examples: Shown[] = [];
  const kept = new Map<string, number>();
  let refused = 0;
  const take = (file: string, { text, number }: Line): void => {
    try {
      const line = parse(ImportLine, jsonOf(text), 'post');
      const subject = lineSubject(line);
      const compared = compare(comparison, subject);
      tally.count({ source: line.channel ?? file, day: line.publishedAt?.slice(0, 10) ?? null }, compared);
      for (const change of ['added', 'dropped'] as const) {
        for (const match of compared[change]) {
          const count = kept.get(`${change} ${match.rule}`) ?? 0;
          if (count >= each || examples.length >= MOST_EXAMPLES) continue;
          kept.set(`${change} ${match.rule}`, count + 1);
          const { excerpt } = excerptOf(subject.text, match);
          examples.push({ change, rule: match.rule, where: `${file}:${number}`, excerpt });
        }
      }
    } catch (error) {
      if (!isVigilError(error)) throw error;
      refused += 1;
      const { message, fields } = error;
      terminal.err(`${JSON.stringify({ error: 'bad-input', file, line: number, message, fields })}\n`);
    }
  };
  const progress = await readingProgress(archive, terminal);
  for (const file of archive) {
    const splitter = new LineSplitter(0, 0, ({ place, message }) => {
      refused += 1;
      terminal.err(`${JSON.stringify({ error: 'bad-input', file, place, message })}\n`);
    });
    for await (const chunk of chunksOf(file, terminal)) {
      terminal.signal.throwIfAborted();
      const lines = splitter.push(chunk);
      for (const line of lines) take(file, line);
      progress.read(chunk.length, lines.length);
    }
    for (const line of splitter.end()) take(file, line);
  }
  progress.end();
  return { pack: draft.name, result: tally.result(), examples, refused };
}

function shown(pack: string, result: BacktestResult, examples: readonly Shown[]): string {
  const { total, rules, sources, days, labelled } = result;
  const changed = rules.filter(({ added, dropped }) => added + dropped > 0);
  const parts = [
    `${pack}: of ${total.posts} posts ${total.live} are hits now and ${total.draft} would be: ${total.added} added, ${total.dropped} dropped\n`,
  ];
  const list = (heads: readonly string[], rows: readonly (readonly string[])[]) => {
    if (rows.length === 0) return;
    parts.push(`\n${table(heads, rows.slice(0, MOST_ROWS))}`);
    if (rows.length > MOST_ROWS) parts.push(`and ${rows.length - MOST_ROWS} more (--json)\n`);
  };
  const counts = ({ live, draft, added, dropped }: Omit<BacktestCounts, 'posts'>) =>
    [live, draft, added, dropped].map(String);
  const HEADS = ['NOW', 'THEN', 'ADDED', 'DROPPED'];
  list(
    ['RULE', ...HEADS],
    changed.map((one) => [one.rule, ...counts(one)]),
  );
  list(
    ['SOURCE', 'POSTS', ...HEADS],
    sources.map((one) => [one.source, String(one.posts), ...counts(one)]),
  );
  list(
    ['DAY', 'POSTS', ...HEADS],
    days.map((one) => [one.day, String(one.posts), ...counts(one)]),
  );
  list(
    ['LABELLED SET', 'POSTS', ...HEADS],
    byLabel(labelled).map((one) => [one.name, String(one.posts), ...counts(one)]),
  );
  if (examples.length > 0) parts.push('\n');
  for (const { change, rule, where, excerpt } of examples)
    parts.push(
      `${change === 'added' ? '+' : '-'} ${rule}  ${where}\n    ${excerpt.replace(/\p{Cc}+/gu, ' ')}\n`,
    );
  return parts.join('');
}

/** All languages of a label and half together. */
function byLabel(labelled: BacktestResult['labelled']): (BacktestCounts & { name: string })[] {
  return [...Map.groupBy(labelled, ({ half, label }) => `${label} (${half})`)].map(([name, ones]) => ({
    name,
    ...ones.reduce(
      (sum, one) => ({
        posts: sum.posts + one.posts,
        live: sum.live + one.live,
        draft: sum.draft + one.draft,
        added: sum.added + one.added,
        dropped: sum.dropped + one.dropped,
      }),
      { posts: 0, live: 0, draft: 0, added: 0, dropped: 0 },
    ),
  }));
}
