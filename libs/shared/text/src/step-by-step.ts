import { normalise, readWithout, type Span } from './normalise.js';
import { Readings } from './readings.js';
import {
  ALL_STEPS,
  NO_STEPS,
  READING_STEPS,
  STEP,
  STEPS,
  stepsIn,
  type Step,
  type StepSet,
} from './steps.js';

/** What one step made of what the steps before had left. `words`: separators are spaces, before any step. */
export interface StepOutput {
  readonly step: Step | 'words';
  readonly text: string;
  readonly changed: boolean;
}

/** A reading beyond the plain one, and what in it differs: where that stands in the text as published, in UTF-16 units. */
export interface FurtherReading {
  readonly text: string;
  readonly changes: readonly {
    readonly reads: string;
    readonly published: string;
    readonly span: Span;
    readonly steps: readonly Step[];
  }[];
}

export interface StepByStep {
  readonly steps: readonly StepOutput[];
  /** The plain reading: what the last step left. */
  readonly text: string;
  readonly readings: readonly FurtherReading[];
}

const readings = new Readings();

/** A text as rules read it, step by step, for a person; without the steps in `off`. Linear in the text, once a step. */
export function readStepByStep(text: string, off: StepSet = NO_STEPS): StepByStep {
  const steps = stepOutputs(text, off);
  return { steps, text: steps.at(-1)?.text ?? '', readings: furtherReadings(text, off) };
}

/** The plain reading's steps in their order, each with all before it. */
function stepOutputs(text: string, off: StepSet): StepOutput[] {
  const plain = STEPS.filter(({ name }) => (STEP[name] & (READING_STEPS | off)) === 0);
  let without = ALL_STEPS;
  let before = readWithout(without, text);
  const outputs: StepOutput[] = [{ step: 'words', text: before, changed: before !== text }];
  for (const { name } of plain) {
    without &= ~STEP[name];
    const after = readWithout(without, text);
    outputs.push({ step: name, text: after, changed: after !== before });
    before = after;
  }
  return outputs;
}

function furtherReadings(text: string, off: StepSet): FurtherReading[] {
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
