import type { Entity, Exclusion } from '@vigil/contracts';
import type { NormalisedText } from '@vigil/text';
import { standsAlone } from '../banks/copies.js';
import type { Context } from '../packs/schema.js';
import type { CompiledRule, Ruleset } from '../rules/ruleset.js';
import { Neighbourhood } from './company.js';
import { holdingOf, missingOf, type Circumstances } from './conditions.js';
import { isMentioned, markersAgainst, markersSeen } from './markers.js';
import { isPartisan } from './partisan.js';
import { overlap, wordsOf, type Sighting, type Sightings } from './sightings.js';
import { isFollower, readOnce, seenBy, voiceAgainst } from './voice.js';
import type { Reading } from '../voice/voice-model.js';

/** What is judged: the text as published, and what is known of its post. */
export interface Subject extends Circumstances {
  readonly text: string;
}

export interface Judgement {
  readonly standing: readonly Sighting[];
  readonly cancelled: readonly Sighting[];
  readonly exclusions: readonly Exclusion[];
  /** The test bench shows them; no verdict does. */
  readonly nearMisses: readonly NearMiss[];
}

/** Seen, and no match because what its rule asks for is missing. */
export interface NearMiss {
  readonly sighting: Sighting;
  /** For a person: the condition, company or second sign that the post lacks. */
  readonly missing: string;
}

/** Source labels that cancel, the contexts of a rule that let them, and what a reviewer reads. */
const LABELS: Readonly<
  Record<string, { as: Exclusion['context']; any: readonly Context[]; reason: string }>
> = {
  news: { as: 'news', any: ['news'], reason: 'published by a news source' },
  research: { as: 'academic', any: ['academic'], reason: 'published by a research source' },
  government: {
    as: 'other',
    any: ['news', 'academic', 'counter-speech'],
    reason: 'published by a government source',
  },
  'counter-speech': {
    as: 'counter-speech',
    any: ['counter-speech'],
    reason: 'published by a source of counter-speech',
  },
  religious: { as: 'religious', any: ['religious'], reason: 'published by a source of religious teaching' },
};

/**
 * Weighs what speaks against each sighting of a rule, in this order: a phrase of its `unless` that overlaps it; what its
 * `only` and `with` ask for and the post lacks (then it is a near miss and no match at all); what its `never` and
 * `without` name and the post has; a missing second sign (a near miss again); the source's label; the pack's markers;
 * how the post reads.
 */
export function exclude(
  ruleset: Ruleset,
  seen: Sightings,
  subject: Subject,
  normalised: NormalisedText,
  entities: readonly Entity[] = [],
): Judgement {
  const exclusions = new Map<string, Exclusion>();
  const exclude = (
    rule: CompiledRule,
    context: Exclusion['context'],
    reason: string,
    by: Sighting | null,
    cancels: boolean,
  ) => {
    const key = `${rule.id} ${context} ${reason}`;
    if (exclusions.has(key)) return;
    exclusions.set(key, {
      rule: rule.id,
      context,
      reason,
      span: by && normalised.span(by.start, by.end),
      cancels,
    });
  };
  const standing: Sighting[] = [];
  const cancelled: Sighting[] = [];
  const meant: Sighting[] = [];
  const unless = Map.groupBy(seen.unless, (sighting) => sighting.of);
  const neighbourhood = new Neighbourhood(seen.signs, normalised);
  const lacking: NearMiss[] = [];
  for (const sighting of seen.rules) {
    const rule = ruleOf(ruleset, sighting);
    const against = (reason: string, by: Sighting | null) => {
      cancelled.push(sighting);
      exclude(rule, 'other', reason, by, true);
    };
    const other = unless.get(sighting.of)?.find((one) => overlap(one, sighting));
    if (other) {
      against(`part of “${wordsOf(subject.text, normalised, other)}”`, other);
      continue;
    }
    const missing =
      (rule.only && missingOf(rule.only, subject)) ??
      rule.with.find((company) => !neighbourhood.companionOf(sighting, company))?.says;
    if (missing !== undefined) {
      lacking.push({ sighting, missing });
      continue;
    }
    const never = rule.never && holdingOf(rule.never, subject);
    const beside = firstOf(rule.without, (company) => neighbourhood.companionOf(sighting, company));
    if (never) against(`in ${never}`, null);
    else if (beside) against(`beside “${wordsOf(subject.text, normalised, beside)}”`, beside);
    else meant.push(sighting);
  }
  const markers = markersSeen(ruleset, seen);
  const reading = readOnce(ruleset, () => seenBy(ruleset, subject.text, normalised, seen, markers));
  const ways = new Set(entities.map(({ kind }) => kind));
  const signed = withSecondSigns(ruleset, meant, seen.signs, subject.context, ways, reading);
  for (const sighting of signed) {
    const rule = ruleOf(ruleset, sighting);
    const byLabel = labelAgainst(rule, subject.context);
    if (byLabel) exclude(rule, byLabel.as, byLabel.reason, null, true);
    const mentioned = isMentioned(subject.text, normalised, sighting);
    const alone = standsAlone(sighting);
    const byVoice = alone ? null : voiceAgainst(rule, subject.context, reading);
    if (byVoice) exclude(rule, byVoice.context, byVoice.reason, null, true);
    const byMarkers = markersAgainst(rule, markers, subject.context, mentioned, alone || byVoice !== null);
    for (const { context, reason, first, cancels } of byMarkers)
      exclude(rule, context, reason, first, cancels);
    if (byLabel || byVoice || byMarkers.some((found) => found.cancels)) cancelled.push(sighting);
    else standing.push(sighting);
  }
  return {
    standing,
    cancelled,
    exclusions: [...exclusions.values()],
    nearMisses: [
      ...lacking,
      ...meant
        .filter((sighting) => !signed.has(sighting))
        .map((sighting) => ({ sighting, missing: ruleOf(ruleset, sighting).needs?.says ?? '' })),
    ],
  };
}

export function ruleOf(ruleset: Ruleset, sighting: Sighting): CompiledRule {
  const rule = ruleset.rules[sighting.of];
  if (!rule) throw new Error(`rule ${sighting.of} is not in ruleset ${ruleset.number}`);
  return rule;
}

function firstOf<T, R>(list: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of list) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** How far a set of sightings reaches: whether any of them lies outside of a match is told by these two alone. */
interface Reach {
  firstEnd: number;
  lastStart: number;
}

function extend(reaches: Map<number, Reach>, sighting: Sighting): void {
  const reach = reaches.get(sighting.of);
  if (reach) {
    reach.firstEnd = Math.min(reach.firstEnd, sighting.end);
    reach.lastStart = Math.max(reach.lastStart, sighting.start);
  } else reaches.set(sighting.of, { firstEnd: sighting.end, lastStart: sighting.start });
}

function liesOutside(reach: Reach | undefined, match: Sighting): boolean {
  return reach !== undefined && (reach.firstEnd <= match.start || reach.lastStart >= match.end);
}

/**
 * The sightings whose rule needs no second sign, or has one elsewhere in the text: a phrase of a sign set, a way of
 * payment or contact, a rule of a wanted category that stands by then, or a follower's voice. Two words of ordinary life
 * do not vouch for each other.
 */
function withSecondSigns(
  ruleset: Ruleset,
  meant: readonly Sighting[],
  signs: readonly Sighting[],
  context: string,
  ways: ReadonlySet<Entity['kind']>,
  reading: () => Reading,
): ReadonlySet<Sighting> {
  const signed = new Set<Sighting>();
  const bySet = new Map<number, Reach>();
  const byRule = new Map<number, Reach>();
  for (const sign of signs) extend(bySet, sign);
  const accept = (sighting: Sighting) => {
    signed.add(sighting);
    extend(byRule, sighting);
  };
  let waiting: Sighting[] = [];
  for (const sighting of meant) {
    const { needs } = ruleOf(ruleset, sighting);
    const hasSign = () => [...(needs?.signs ?? [])].some((set) => liesOutside(bySet.get(set), sighting));
    const hasWay = () => [...(needs?.entities ?? [])].some((kind) => ways.has(kind));
    const hasVoice = () => needs?.voice === true && isFollower(reading());
    if (needs === null || isPartisan(context) || hasSign() || hasWay() || hasVoice()) accept(sighting);
    else waiting.push(sighting);
  }
  // Each round needs one more to stand: it ends.
  for (let before = -1; before !== signed.size && waiting.length > 0;) {
    before = signed.size;
    const vouching = [...byRule].map(([rule, reach]) => ({ rule, reach: { ...reach } }));
    waiting = waiting.filter((sighting) => {
      const categories = ruleOf(ruleset, sighting).needs?.categories;
      const found = vouching.some(({ rule, reach }) => {
        const category = ruleset.rules[rule]?.category;
        return (
          rule !== sighting.of &&
          category !== undefined &&
          category !== 'known-text' &&
          categories?.has(category) === true &&
          liesOutside(reach, sighting)
        );
      });
      if (found) accept(sighting);
      return !found;
    });
  }
  return signed;
}

function labelAgainst(rule: CompiledRule, context: string): (typeof LABELS)[string] | null {
  const label = Object.hasOwn(LABELS, context) ? LABELS[context] : undefined;
  return label?.any.some((one) => rule.excludedBy.has(one)) ? label : null;
}
