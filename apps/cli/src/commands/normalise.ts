import {
  ALL_STEPS,
  READING_STEPS,
  Readings,
  STEP,
  STEPS,
  normalise,
  readWithout,
  stepsIn,
} from '@vigil/text';
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

/** What one step made of what the steps before had left. */
interface StepOutput {
  readonly step: string;
  readonly text: string;
  readonly changed: boolean;
}

interface FurtherReading {
  readonly text: string;
  readonly changes: readonly {
    readonly reads: string;
    readonly published: string;
    readonly span: { readonly start: number; readonly end: number };
    readonly steps: readonly string[];
  }[];
}

const readings = new Readings();

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
      const text = words.length > 0 ? words.join(' ') : await read(file ?? '-', terminal);
      const outputs = stepOutputs(text, off);
      const further = readingsOf(text, off);
      const plain = outputs.at(-1)?.text ?? '';
      if (json) await terminal.out(`${JSON.stringify({ steps: outputs, text: plain, readings: further })}\n`);
      else await terminal.out(shown(outputs, plain, further));
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

async function read(file: string, terminal: Cli['terminal']): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunksOf(file, terminal)) text += decoder.decode(chunk, { stream: true });
  return (text + decoder.decode()).replace(/\r?\n$/, '');
}

/** The plain reading's steps in their order, each with all before it. Separators count as read from the start. */
function stepOutputs(text: string, off: number): StepOutput[] {
  const plain = STEPS.filter(({ name }) => (STEP[name] & (READING_STEPS | off)) === 0);
  let without = ALL_STEPS;
  let before = readWithout(without, text);
  const outputs = [{ step: 'words', text: before, changed: before !== text }];
  for (const { name } of plain) {
    without &= ~STEP[name];
    const after = readWithout(without, text);
    outputs.push({ step: name, text: after, changed: after !== before });
    before = after;
  }
  return outputs;
}

function readingsOf(text: string, off: number): FurtherReading[] {
  const found = new Map<string, FurtherReading>();
  for (const reading of readings.of(text, normalise(text), off)) {
    if (found.has(reading.text())) continue;
    const changes = reading.changes.map(({ from, to, steps }) => {
      const span = reading.span(from, to);
      const published = text.slice(span.start, span.end);
      return { reads: reading.text(from, to), published, span, steps: stepsIn(steps) };
    });
    found.set(reading.text(), { text: reading.text(), changes });
  }
  return [...found.values()];
}

function shown(outputs: readonly StepOutput[], plain: string, further: readonly FurtherReading[]): string {
  const rows = outputs.map(({ step, text, changed }) => [
    step,
    changed ? '→' : '',
    changed ? printable(text) : '',
  ]);
  let out = `${table(['STEP', '', 'MAKES OF IT'], rows)}\nplain reading: ${printable(plain)}\n`;
  if (further.length === 0) out += 'no further readings\n';
  for (const { text, changes } of further) {
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
