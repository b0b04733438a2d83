import type { Exclusion } from '@vigil/contracts';
import type { NormalisedText } from '@vigil/text';
import type { Context } from '../packs/schema.js';
import type { CompiledMarkers, CompiledRule, Ruleset } from '../rules/ruleset.js';
import { overlap, wordsOf, type Sighting, type Sightings } from './sightings.js';

/** What is judged: the text as published, and what kind of voice its source is (see SourceLabels). */
export interface Subject {
  readonly text: string;
  readonly context: string;
}

export interface Judgement {
  readonly standing: readonly Sighting[];
  readonly cancelled: readonly Sighting[];
  readonly exclusions: readonly Exclusion[];
  /** Seen, and no match because the second sign is missing. The test bench shows them; no verdict does. */
  readonly nearMisses: readonly Sighting[];
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

/** Sources that speak for the movement: they are a second sign themselves, and their "according to" excuses nothing. */
const PARTISAN: ReadonlySet<string> = new Set(['supporter', 'official']);

/**
 * Weighs what speaks against each sighting of a rule, in this order: a phrase of its `unless` that overlaps it; a
 * missing second sign (then it is a near miss and no match at all); the source's label; the pack's context markers.
 */
export function exclude(
  ruleset: Ruleset,
  seen: Sightings,
  subject: Subject,
  normalised: NormalisedText,
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
  for (const sighting of seen.rules) {
    const other = unless.get(sighting.of)?.find((one) => overlap(one, sighting));
    if (!other) {
      meant.push(sighting);
      continue;
    }
    cancelled.push(sighting);
    exclude(
      ruleOf(ruleset, sighting),
      'other',
      `part of “${wordsOf(subject.text, normalised, other)}”`,
      other,
      true,
    );
  }
  const markers = markersSeen(ruleset, outsideOf(seen.rules, seen.markers));
  const signed = withSecondSigns(ruleset, meant, seen.signs, subject.context);
  for (const sighting of signed) {
    const rule = ruleOf(ruleset, sighting);
    const byLabel = labelAgainst(rule, subject.context);
    if (byLabel) exclude(rule, byLabel.as, byLabel.reason, null, true);
    const mentioned = isMentioned(subject.text, normalised, sighting);
    const byMarkers = markersAgainst(rule, markers, subject.context, mentioned);
    for (const { context, reason, first, cancels } of byMarkers)
      exclude(rule, context, reason, first, cancels);
    if (byLabel || byMarkers.some((found) => found.cancels)) cancelled.push(sighting);
    else standing.push(sighting);
  }
  return {
    standing,
    cancelled,
    exclusions: [...exclusions.values()],
    nearMisses: meant.filter((s) => !signed.has(s)),
  };
}

export function ruleOf(ruleset: Ruleset, sighting: Sighting): CompiledRule {
  const rule = ruleset.rules[sighting.of];
  if (!rule) throw new Error(`rule ${sighting.of} is not in ruleset ${ruleset.number}`);
  return rule;
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
 * The sightings whose rule needs no second sign, or has one elsewhere in the text: a phrase of a sign set, or a rule of
 * a wanted category that stands by then. Two words of ordinary life do not vouch for each other.
 */
function withSecondSigns(
  ruleset: Ruleset,
  meant: readonly Sighting[],
  signs: readonly Sighting[],
  context: string,
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
    if (needs === null || PARTISAN.has(context) || hasSign()) accept(sighting);
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

interface MarkersFound {
  readonly context: Context;
  readonly reason: string;
  readonly first: Sighting;
  readonly cancels: boolean;
}

/** The markers that are no part of what a rule saw: the agency of “Amaq News Agency” reports nothing. */
function outsideOf(rules: readonly Sighting[], markers: readonly Sighting[]): readonly Sighting[] {
  const byStart = [...rules].sort((a, b) => a.start - b.start);
  // How far any sighting reaches that begins at or before the one at this place.
  let reach = 0;
  const reaches = byStart.map((sighting) => (reach = Math.max(reach, sighting.end)));
  const ordered = [...markers].sort((a, b) => a.start - b.start);
  let at = -1;
  return ordered.filter((marker) => {
    while (at + 1 < byStart.length && (byStart[at + 1]?.start ?? Infinity) <= marker.start) at++;
    return (reaches[at] ?? 0) < marker.end;
  });
}

const QUOTES =
  '"\u201c\u201d\u201e\u201f\u00ab\u00bb\u2018\u2019\u201a\u2039\u203a\'\u300c\u300d\u300e\u300f';
const OPENED = new RegExp(`[${QUOTES}]\\s?$`, 'u');
const CLOSED = new RegExp(`^[.,;:!?\u060c\u061b\u061f\u06d4\u2026]?\\s?[${QUOTES}]`, 'u');

/**
 * Whether the words are built into somebody's sentence rather than said: they stand in quotation marks by themselves, or
 * with a word on either side and nothing between. A slogan that is said stands alone: between stops, bars, emoji, lines.
 */
function isMentioned(text: string, normalised: NormalisedText, sighting: Sighting): boolean {
  const { start, end } = normalised.span(sighting.start, sighting.end);
  const before = text.slice(Math.max(0, start - 2), start);
  const after = text.slice(end, end + 3);
  return (
    (OPENED.test(before) && CLOSED.test(after)) ||
    (/[\p{L}\p{M}\p{N}] $/u.test(before) && /^ [\p{L}\p{N}]/u.test(after))
  );
}

/** A marker set of which something was seen: the first place, and how many different phrases. */
interface SeenMarkers {
  readonly set: CompiledMarkers;
  readonly first: Sighting;
  readonly different: number;
}

function markersSeen(ruleset: Ruleset, markers: readonly Sighting[]): SeenMarkers[] {
  return [...Map.groupBy(markers, (marker) => marker.of)].flatMap(([number, list]) => {
    const set = ruleset.markers[number];
    const [first] = list;
    return set && first ? [{ set, first, different: new Set(list.map((marker) => marker.phrase)).size }] : [];
  });
}

/**
 * The marker sets of the rule's pack and contexts. A set with too few different markers only tells; in a set that asks
 * for several, a match that is only mentioned counts as one.
 */
function markersAgainst(
  rule: CompiledRule,
  markers: readonly SeenMarkers[],
  context: string,
  mentioned: boolean,
): MarkersFound[] {
  return markers
    .filter(({ set }) => set.pack === rule.pack && rule.excludedBy.has(set.context))
    .map(({ set, first, different }) => {
      const counted = different + (mentioned && set.atLeast > 1 ? 1 : 0);
      const cancels = counted >= set.atLeast && !PARTISAN.has(context);
      return { context: set.context, reason: set.reason, first, cancels };
    });
}
