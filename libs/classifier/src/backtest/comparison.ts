import type { Match } from '@vigil/contracts';
import type { Pack, SloganRule } from '../packs/schema.js';
import { compileRuleset, type PackVersion, type Ruleset } from '../rules/ruleset.js';
import { classifyText } from '../verdicts/classify.js';
import type { Subject } from '../verdicts/exclude.js';

/** What one post is under both rulesets: the first match of each rule that stands. */
export interface Compared {
  readonly live: readonly Match[];
  readonly draft: readonly Match[];
  /** Rules that stand under the draft alone, and under the live ruleset alone. */
  readonly added: readonly Match[];
  readonly dropped: readonly Match[];
}

export interface Comparison {
  readonly live: Ruleset;
  readonly draft: Ruleset;
}

/** Packs in force, and the same with the draft in place of the pack of its name or beside them. */
export function comparisonOf(inForce: readonly PackVersion[], draft: Pack): Comparison {
  return { live: compileRuleset(inForce), draft: draftRuleset(inForce, draft) };
}

/** A draft among the packs in force, as if all of its rules that are not retired were live: that is what is asked. */
export function draftRuleset(inForce: readonly PackVersion[], draft: Pack): Ruleset {
  const rules = draft.rules.map((rule): SloganRule =>
    rule.state === 'retired' ? rule : { ...rule, state: 'live' },
  );
  const others = inForce.filter(({ content }) => content.name !== draft.name);
  return compileRuleset([...others, { content: { ...draft, rules }, version: 0 }]);
}

/** Judges one text twice. */
export function compare({ live, draft }: Comparison, subject: Subject): Compared {
  const before = firstOfEachRule(classifyText(live, subject).matches);
  const after = firstOfEachRule(classifyText(draft, subject).matches);
  return {
    live: [...before.values()],
    draft: [...after.values()],
    added: [...after.values()].filter(({ rule }) => !before.has(rule)),
    dropped: [...before.values()].filter(({ rule }) => !after.has(rule)),
  };
}

function firstOfEachRule(matches: readonly Match[]): ReadonlyMap<string, Match> {
  const first = new Map<string, Match>();
  for (const match of matches) if (!first.has(match.rule)) first.set(match.rule, match);
  return first;
}
