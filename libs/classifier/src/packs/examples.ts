import type { Exclusion } from '@vigil/contracts';
import type { Ruleset } from '../rules/ruleset.js';
import { inspect } from '../verdicts/classify.js';
import { matchesOf, nearMissesOf, type MatchMissed } from '../verdicts/publish.js';
import type { Pack } from './schema.js';
import { tryingRuleset } from './trying.js';

/** An example of a pack that the engine reads otherwise than its author. */
export interface ExampleFailure {
  readonly rule: string;
  readonly expected: 'match' | 'noMatch';
  readonly example: string;
  /** For a person: what happened instead. */
  readonly message: string;
  /** The example as rules read it. */
  readonly normalised: string;
  /** Where the rule was seen and lacked what it asks for, and what spoke against it where it had that. */
  readonly nearMisses: readonly MatchMissed[];
  readonly exclusions: readonly Exclusion[];
}

/** Runs every example of every rule through the engine, as a post of a source nobody labelled. Empty: all hold. */
export function checkExamples(pack: Pack, ruleset: Ruleset = tryingRuleset(pack)): ExampleFailure[] {
  return pack.rules
    .filter(({ state }) => state !== 'retired')
    .flatMap(({ id, examples, state }) => {
      const rule = { id: `${pack.name}/${id}`, live: state === 'live' };
      return [
        ...examples.match.flatMap((example) => tryExample(ruleset, rule, 'match', example)),
        ...examples.noMatch.flatMap((example) => tryExample(ruleset, rule, 'noMatch', example)),
      ];
    });
}

function tryExample(
  ruleset: Ruleset,
  { id: rule, live }: { readonly id: string; readonly live: boolean },
  expected: ExampleFailure['expected'],
  example: string,
): ExampleFailure[] {
  const { judgement: liveAlone, whole, normalised } = inspect(ruleset, { text: example, context: 'unknown' });
  const judgement = live ? liveAlone : whole;
  const match = matchesOf(ruleset, judgement?.standing ?? [], normalised).find((one) => one.rule === rule);
  if ((match !== undefined) === (expected === 'match')) return [];
  const nearMisses = nearMissesOf(ruleset, judgement?.nearMisses ?? [], normalised).filter(
    (one) => one.rule === rule,
  );
  const exclusions = (judgement?.exclusions ?? []).filter((one) => one.rule === rule);
  const reasons = exclusions.filter((one) => one.cancels).map((one) => one.reason);
  const [near] = nearMisses;
  let message = 'did not match';
  if (match) message = `matched “${match.normalised}”`;
  else if (reasons.length > 0) message = `was cancelled: ${reasons.join('; ')}`;
  else if (near) message = `did not match: “${near.normalised}” lacks ${near.missing}`;
  return [{ rule, expected, example, message, normalised: normalised.text(), nearMisses, exclusions }];
}
