import { ALL_STEPS, STEP, STEPS, readStepByStep, type StepByStep } from '@vigil/text';
import { CommandFailure, EXIT } from '../failure.js';
import { chunksOf } from '../input.js';
import { list } from '../options.js';
import type { Cli } from '../program.js';
import { table } from '../table.js';

interface Options {
  readonly file?: string;
  readonly steps?: readonly string[];
  readonly json?: boolean;
}

/** `vigil normalise`: a text as the rules read it, step by step. */
export function addNormalise({ program, terminal }: Cli): void {
  program
    .command('normalise')
    .summary('show how rules read a text, step by step')
    .description(
      'Shows what each step of the normaliser makes of a text: first the plain reading, then the further readings\n' +
        'of what may evade it. Rules are matched in all of them; a rule may do without steps (docs/rule-language.md).',
    )
    .argument('[TEXT...]', 'the text; without one, the file or standard input is read')
    .option('--file <FILE>', 'read the text from a file; - is standard input')
    .option('--steps <STEPS>', 'do only these steps, separated by commas', list)
    .option('--json', 'one JSON object: steps, text, readings with spans in UTF-16 units')
    .addHelpText(
      'after',
      `\nSteps:\n${STEPS.map(({ name, does }) => `  ${name.padEnd(14)} ${does}`).join('\n')}`,
    )
    .action(async (words: string[], { file, steps, json }: Options) => {
      const off = ALL_STEPS & ~chosen(steps);
      const text = words.length > 0 ? words.join(' ') : await readText(file ?? '-', terminal);
      const read = readStepByStep(text, off);
      await terminal.out(json ? `${JSON.stringify(read)}\n` : shown(read));
    });
}

function chosen(names: readonly string[] | undefined): number {
  if (!names) return ALL_STEPS;
  return names.reduce((set, name) => {
    const step = STEPS.find((one) => one.name === name);
    if (step) return set | STEP[step.name];
    const known = STEPS.map((one) => one.name).join(', ');
    throw new CommandFailure(`--steps takes ${known}; and got ${name}`, EXIT.badUse);
  }, 0);
}

async function readText(file: string, terminal: Cli['terminal']): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunksOf(file, terminal)) text += decoder.decode(chunk, { stream: true });
  return (text + decoder.decode()).replace(/\r?\n$/, '');
}

function shown({ steps, text: plain, readings }: StepByStep): string {
  const rows = steps.map(({ step, text, changed }) => [
    step,
    changed ? '→' : '',
    changed ? printable(text) : '',
  ]);
  let out = `${table(['STEP', '', 'MAKES OF IT'], rows)}\nplain reading: ${printable(plain)}\n`;
  if (readings.length === 0) out += 'no further readings\n';
  for (const { text, changes } of readings) {
    out += `\nfurther reading: ${printable(text)}\n`;
    out += table(
      ['', 'READS', 'AS PUBLISHED', 'AT', 'BY'],
      changes.map(({ reads, published, span, steps }) => [
        '',
        printable(reads),
        printable(published),
        `${span.start}–${span.end}`,
        steps.join(', '),
      ]),
    );
  }
  return out;
}

/** Control and format characters by their numbers: a terminal would obey them, and a reader should see them. */
function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\p{Cs}]/gu,
    (character) => `‹${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`,
  );
}
