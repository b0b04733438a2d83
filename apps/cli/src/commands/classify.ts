import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClassifier, packFoldersIn } from '@vigil/classifier/engine';
import { LineSplitter, type Line, type Problem } from '@vigil/collector/reading';
import { SourceLabels } from '@vigil/contracts';
import { inOrder } from '../classify/in-order.js';
import { judgeLines, type Judged, type RefusedLine } from '../classify/judge-lines.js';
import { Judges, type Judging } from '../classify/judges.js';
import { CommandFailure, EXIT } from '../failure.js';
import { chunksOf } from '../input.js';
import type { Cli } from '../program.js';
import { readingProgress, type ReadingProgress } from '../reading-progress.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly packs?: string[];
  readonly context: string;
  readonly matchesOnly?: boolean;
  readonly threads?: string;
}

export const BUILT_IN_PACKS = fileURLToPath(new URL('../../../../packs', import.meta.url));
const Context = SourceLabels.shape.context.unwrap();
/** Chunks of 256 KiB judged before threads start unasked: each takes two seconds to load rules and become fast. */
const CHUNKS_ALONE = 128;
/** Chunks under way for each thread: one that is judged, one that waits. */
const CHUNKS_A_THREAD = 2;
const MOST_THREADS = 64;

/** `vigil classify`: posts in, verdicts out, one for one and in order; nothing is stored and no server is asked. */
export function addClassify({ program, terminal, setExit }: Cli): void {
  program
    .command('classify')
    .summary('judge posts: NDJSON in, NDJSON verdicts out')
    .description(
      'Judges posts by the rule packs: one JSON object a line in, one verdict a line out, in the same order.\n' +
        'The least a line needs is {"text": "…"}. A line that is no post gives an error object on standard error,\n' +
        'with file, line and field; the others are judged all the same, and the exit code is 1.',
    )
    .argument('[FILE...]', 'files to read; none or - reads standard input')
    .option('--packs <DIR...>', 'rule packs, or folders of packs, instead of the ones that come with Vigil')
    .option(
      '--context <CONTEXT>',
      `what kind of voice the posts are: ${Context.options.join(', ')}`,
      'unknown',
    )
    .option('--matches-only', 'print only verdicts with a match')
    .option('--json', 'as in other commands; here the output is JSON anyway')
    .option('--threads <NUMBER>', 'threads that judge; by itself one a core, once more than 32 MB came')
    .addHelpText(
      'after',
      `
Examples:
  echo '{"text": "…"}' | vigil classify
  vigil classify --packs packs/mine --matches-only archive.ndjson > hits.ndjson`,
    )
    .action(async (files: string[], options: Options) => {
      const judging: Judging = {
        packs: await packsIn(options.packs ?? [BUILT_IN_PACKS]),
        context: contextOf(options.context),
        matchesOnly: options.matchesOnly ?? false,
      };
      const threads = threadsOf(options.threads);
      const alone = threads === 1 ? Infinity : options.threads === undefined ? CHUNKS_ALONE : 0;
      const judge = await judgeFor(judging, threads, alone);
      const inputs = files.length > 0 ? files : ['-'];
      const progress = await readingProgress(inputs, terminal);
      let refused = 0;
      try {
        for (const file of inputs) {
          const judged = inOrder(batchesOf(file, terminal, progress), threads * CHUNKS_A_THREAD, judge);
          for await (const { verdicts, refused: lines } of judged) {
            refused += lines.length;
            // Both may go to the same screen: the bar gives way.
            progress.end();
            for (const line of lines)
              terminal.err(`${JSON.stringify({ error: 'bad-input', file, ...line })}\n`);
            await terminal.out(verdicts);
          }
        }
      } finally {
        await judge.close();
      }
      if (refused > 0) setExit(EXIT.failed);
    });
}

/** A folder is a pack or holds packs. */
export async function packsIn(folders: readonly string[]): Promise<string[]> {
  const packs = new Set<string>();
  for (const folder of folders) {
    const inside = existsSync(join(folder, 'pack.yaml')) ? [] : await packFoldersIn(folder);
    for (const pack of inside.length > 0 ? inside : [folder]) packs.add(pack);
  }
  return [...packs];
}

function contextOf(given: string): SourceLabels['context'] {
  const context = Context.safeParse(given);
  if (context.success) return context.data;
  throw new CommandFailure(
    `--context takes one of ${Context.options.join(', ')}, and got ${given}`,
    EXIT.badUse,
  );
}

function threadsOf(given: string | undefined): number {
  const threads = given === undefined ? Math.min(MOST_THREADS, availableParallelism()) : Number(given);
  if (Number.isInteger(threads) && threads >= 1 && threads <= MOST_THREADS) return threads;
  throw new CommandFailure(
    `--threads takes a whole number from 1 to ${MOST_THREADS}, and got ${given}`,
    EXIT.badUse,
  );
}

/** The lines of one chunk, and what in it is no line. */
interface Batch {
  readonly lines: readonly Line[];
  readonly refused: readonly RefusedLine[];
}

async function* batchesOf(
  file: string,
  terminal: Terminal,
  progress: ReadingProgress,
): AsyncGenerator<Batch, void, undefined> {
  let refused: RefusedLine[] = [];
  const splitter = new LineSplitter(0, 0, ({ place, message }: Problem) =>
    refused.push({ line: lineIn(place), message, fields: [] }),
  );
  const batchOf = (lines: readonly Line[]) => {
    const batch = { lines, refused };
    refused = [];
    return batch;
  };
  for await (const chunk of chunksOf(file, terminal)) {
    const lines = splitter.push(chunk);
    progress.read(chunk.length, lines.length);
    yield batchOf(lines);
  }
  yield batchOf(splitter.end());
}

/** Judges batches: `alone` of them here, as most inputs end before threads are of use, the others in threads. */
async function judgeFor(judging: Judging, threads: number, alone: number) {
  const classifier = await createClassifier(judging.packs, judging.context);
  let begun = 0;
  let judges: Judges | null = null;
  const judge = async ({ lines, refused }: Batch): Promise<Judged> => {
    const judged =
      begun++ < alone
        ? judgeLines(classifier, lines, judging.matchesOnly)
        : await (judges ??= new Judges(judging, threads)).judge(lines);
    return { verdicts: judged.verdicts, refused: [...refused, ...judged.refused] };
  };
  return Object.assign(judge, { close: async () => judges?.close() });
}

function lineIn(place: string): number {
  return Number(/^line (\d+)/.exec(place)?.[1] ?? 0);
}
