import { compileRuleset } from '../rules/ruleset.js';
import { classifyText } from '../verdicts/classify.js';
import type { Pack } from './schema.js';

/** An example of a pack that the engine reads otherwise than its author. */
export interface ExampleFailure {
  readonly rule: string;
  readonly expected: 'match' | 'noMatch';
  readonly example: string;
  /** For a person: what happened instead. */
  readonly message: string;
}

/** Runs every example of every rule through the engine, as a post of a source nobody labelled. Empty: all hold. */
export function checkExamples(pack: Pack): ExampleFailure[] {
  const ruleset = compileRuleset([{ content: pack, version: 0 }]);
  const failures: ExampleFailure[] = [];
  for (const rule of pack.rules) {
    const id = `${pack.name}/${rule.id}`;
    for (const example of rule.examples.match) {
      const verdict = classifyText(ruleset, { text: example, context: 'unknown' });
      if (verdict.matches.some((match) => match.rule === id)) continue;
      const why = verdict.exclusions.filter((e) => e.rule === id && e.cancels).map((e) => e.reason);
      const message = why.length > 0 ? `was cancelled: ${why.join('; ')}` : 'did not match';
      failures.push({ rule: id, expected: 'match', example, message });
    }
    for (const example of rule.examples.noMatch) {
      const verdict = classifyText(ruleset, { text: example, context: 'unknown' });
      const match = verdict.matches.find((one) => one.rule === id);
      if (match)
        failures.push({ rule: id, expected: 'noMatch', example, message: `matched “${match.normalised}”` });
    }
  }
  return failures;
}
