import type { Because, Indicator, Severity, Stance } from '@vigil/contracts';
import type { Ruleset } from '../rules/ruleset.js';
import { ruleOf, type Judgement } from './exclude.js';

/** What one standing rule says by itself of how likely the post is what the rules look for. */
export const WEIGHT: Readonly<Record<Severity, number>> = {
  low: 0.2,
  medium: 0.45,
  high: 0.7,
  critical: 0.9,
};
/** Applied once where a context was seen that did not suffice to cancel. */
export const DOUBT = 0.75;

const SEVERITY: readonly Severity[] = ['low', 'medium', 'high', 'critical'];
const STANCE: readonly Stance[] = ['unclear', 'inspired', 'claimed', 'directed'];

export interface Score {
  readonly score: number;
  readonly severity: Severity | null;
  readonly indicator: Indicator | null;
  readonly stance: Stance;
  /** The rules that say so: the first in the text with that indicator, and with that stance. */
  readonly because?: Because;
}

/**
 * Score: 1 − Π (1 − weight) over the different rules that stand (a rule's own weight, or its severity's), as if each were an independent sign, times DOUBT where
 * an exclusion was seen that did not cancel; three decimals. Severity: the highest that stands; indicator: that of the
 * most severe rule, the earliest of them in the text, one that says more than `other` first; stance: the most specific.
 */
export function score(ruleset: Ruleset, judgement: Judgement): Score {
  const rules = [...judgement.standing]
    .sort((a, b) => a.start - b.start)
    .map((sighting) => ruleOf(ruleset, sighting));
  if (rules.length === 0) return { score: 0, severity: null, indicator: null, stance: 'unclear' };
  const doubt = judgement.exclusions.some((exclusion) => !exclusion.cancels) ? DOUBT : 1;
  const innocent = [...new Set(rules)].reduce(
    (product, rule) => product * (1 - (rule.weight ?? WEIGHT[rule.severity])),
    1,
  );
  const severity = highest(
    SEVERITY,
    rules.map((rule) => rule.severity),
  );
  const severe = rules.filter((rule) => rule.severity === severity);
  const telling = severe.find((rule) => rule.indicator !== 'other') ?? severe[0];
  const stance = highest(
    STANCE,
    rules.map((rule) => rule.stance),
  );
  const stanceRule = stance === 'unclear' ? undefined : rules.find((rule) => rule.stance === stance);
  return {
    score: Math.round((1 - innocent) * doubt * 1_000) / 1_000,
    severity,
    indicator: telling?.indicator ?? 'other',
    stance,
    because: {
      ...(telling && { indicator: telling.id }),
      ...(telling?.region !== undefined && { region: telling.region }),
      ...(stanceRule && { stance: stanceRule.id }),
    },
  };
}

function highest<T>(order: readonly T[], values: readonly T[]): T {
  return values.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a));
}
