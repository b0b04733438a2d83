import type { Match } from '@vigil/contracts';
import { compileRuleset } from '../rules/ruleset.js';
import { classifyText } from '../verdicts/classify.js';
import type { Findings } from '../verdicts/publish.js';
import type { Pack, SloganRule } from './schema.js';

/** An example of a pack that the engine reads otherwise than its author. */
export interface ExampleFailure {
  readonly rule: string;
  readonly expected: 'match' | 'noMatch';
  readonly example: string;
  /** For a person: what happened instead. */
  readonly message: string;
}

/**
 * Runs every example of every rule through the engine, as a post of a source nobody labelled. Empty: all hold. Drafts
 * are tried as if in shadow, beside rules that do not hear of them; retired rules have nothing left to hold.
 */
export function checkExamples(pack: Pack): ExampleFailure[] {
  const tried = pack.rules
    .filter((rule) => rule.state !== 'retired')
    .map((rule): SloganRule => (rule.state === 'draft' ? { ...rule, state: 'shadow' } : rule));
  const ruleset = compileRuleset([{ content: { ...pack, rules: tried }, version: 0 }]);
  const failures: ExampleFailure[] = [];
  for (const rule of tried) {
    const id = `${pack.name}/${rule.id}`;
    for (const example of rule.examples.match) {
      const verdict = classifyText(ruleset, { text: example, context: 'unknown' });
      if (matchesOf(verdict).some((match) => match.rule === id)) continue;
      const why = verdict.exclusions.filter((e) => e.rule === id && e.cancels).map((e) => e.reason);
      const message = why.length > 0 ? `was cancelled: ${why.join('; ')}` : 'did not match';
      failures.push({ rule: id, expected: 'match', example, message });
    }
    for (const example of rule.examples.noMatch) {
      const verdict = classifyText(ruleset, { text: example, context: 'unknown' });
      const match = matchesOf(verdict).find((one) => one.rule === id);
      if (match)
        failures.push({ rule: id, expected: 'noMatch', example, message: `matched “${match.normalised}”` });
    }
  }
  return failures;
}

/** Of a live rule its matches stand in `matches`, of one in shadow in `shadow`: never in both. */
function matchesOf({ matches, shadow = [] }: Findings): readonly Match[] {
  return [...matches, ...shadow];
}
