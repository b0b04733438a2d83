import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClassifier, packFoldersIn, type LineClassifier } from '@vigil/classifier/engine';
import { LineSplitter, type Line, type Problem } from '@vigil/collector/reading';
import { ImportLine, isVigilError, parse, SourceLabels, VigilError, type FieldError } from '@vigil/contracts';
import { CommandFailure, EXIT } from '../failure.js';
import { chunksOf } from '../input.js';
import type { Cli } from '../program.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly packs?: string[];
  readonly context: string;
  readonly matchesOnly?: boolean;
}

/** A line that is no post. Never holds the line itself. */
type Refuse = (line: number, message: string, fields: readonly FieldError[]) => void;

export const BUILT_IN_PACKS = fileURLToPath(new URL('../../../../packs', import.meta.url));
const Context = SourceLabels.shape.context.unwrap();

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
    .action(async (files: string[], options: Options) => {
      const classifier = await createClassifier(
        await packsIn(options.packs ?? [BUILT_IN_PACKS]),
        contextOf(options.context),
      );
      let refused = 0;
      for (const file of files.length > 0 ? files : ['-']) {
        const refuse: Refuse = (line, message, fields) => {
          refused += 1;
          terminal.err(`${JSON.stringify({ error: 'bad-input', file, line, message, fields })}\n`);
        };
        await classifyFile(
          file,
          (lines) => verdictsOf(classifier, lines, options.matchesOnly ?? false, refuse),
          refuse,
          terminal,
        );
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

/** Holds one chunk of the file and its verdicts at a time, and reads on when they are taken. */
async function classifyFile(
  file: string,
  judge: (lines: readonly Line[]) => string,
  refuse: Refuse,
  terminal: Terminal,
): Promise<void> {
  const splitter = new LineSplitter(0, 0, ({ place, message }: Problem) =>
    refuse(lineIn(place), message, []),
  );
  for await (const chunk of chunksOf(file, terminal)) await terminal.out(judge(splitter.push(chunk)));
  await terminal.out(judge(splitter.end()));
}

function verdictsOf(
  classifier: LineClassifier,
  lines: readonly Line[],
  matchesOnly: boolean,
  refuse: Refuse,
): string {
  let out = '';
  for (const { text, number } of lines) {
    try {
      const line = parse(ImportLine, jsonOf(text), 'post');
      const verdict = classifier.classifyLine(line);
      if (matchesOnly && verdict.matches.length === 0) continue;
      out += `${JSON.stringify({ id: line.id ?? verdict.postId, line: number, verdict })}\n`;
    } catch (error) {
      if (!isVigilError(error)) throw error;
      refuse(number, error.message, error.fields);
    }
  }
  return out;
}

/** V8's own message repeats the text, which does not belong into logs. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const position = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const at = position === undefined ? '' : ` at character ${Number(position) + 1}`;
    throw new VigilError('bad-input', `not JSON${at}: one object a line is expected, such as {"text": "…"}`);
  }
}

function lineIn(place: string): number {
  return Number(/^line (\d+)/.exec(place)?.[1] ?? 0);
}
