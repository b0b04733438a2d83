import type { Entity, Match, Verdict } from '@vigil/contracts';
import type { NormalisedText } from '@vigil/text';
import type { Ruleset } from '../rules/ruleset.js';
import { reuseOf, rounded } from '../banks/copies.js';
import { ruleOf, type Judgement, type NearMiss } from './exclude.js';
import type { Score } from './score.js';
import { isPlaced, type Sighting } from './sightings.js';

/** What a verdict says of a text; a Verdict adds which post and revision it was. */
export type Findings = Omit<Verdict, 'postId' | 'revision'>;

/** Entries of each list of a verdict: what is beyond changes no severity, only the page's length. */
export const MAX_LISTED = 200;

const NONE: never[] = [];

/** The verdict on a text in which no rule was seen. */
export function nothingFound(ruleset: Ruleset): Findings {
  return {
    ruleset: ruleset.number,
    matches: NONE,
    cancelled: NONE,
    exclusions: NONE,
    score: 0,
    severity: null,
    indicator: null,
    stance: 'unclear',
  };
}

/** The judgement in the shape of the contract, spans in the text as published, in its order. */
export function publish(
  ruleset: Ruleset,
  judgement: Judgement,
  scored: Score,
  normalised: NormalisedText,
  entities: readonly Entity[],
): Findings {
  return {
    ruleset: ruleset.number,
    matches: matchesOf(ruleset, judgement.standing, normalised),
    cancelled: matchesOf(ruleset, judgement.cancelled, normalised),
    exclusions: judgement.exclusions.slice(0, MAX_LISTED),
    ...scored,
    ...reuseOf(ruleset, [...judgement.standing, ...judgement.cancelled]),
    ...(entities.length > 0 && { entities: [...entities] }),
  };
}

/** What would have been a match, and what the post lacks for it, for a person. */
export type MatchMissed = Match & { readonly missing: string };

/** Near misses as matches that were not: the first MAX_LISTED of them. */
export function nearMissesOf(
  ruleset: Ruleset,
  nearMisses: readonly NearMiss[],
  normalised: NormalisedText,
): MatchMissed[] {
  return nearMisses
    .slice(0, MAX_LISTED)
    .flatMap(({ sighting, missing }) =>
      matchesOf(ruleset, [sighting], normalised).map((match) => ({ ...match, missing })),
    );
}

/** Sightings as matches. Every rule's first place comes before any rule's second, where there are too many to list. */
export function matchesOf(
  ruleset: Ruleset,
  sightings: readonly Sighting[],
  normalised: NormalisedText,
): Match[] {
  let listed = sightings;
  if (sightings.length > MAX_LISTED) {
    const seen = new Set<number>();
    const firsts = sightings.filter((s) => !seen.has(s.of) && seen.add(s.of));
    const kept = new Set(firsts);
    listed = [...firsts, ...sightings.filter((s) => !kept.has(s))].slice(0, MAX_LISTED);
  }
  return [...listed]
    .sort((a, b) => a.start - b.start || b.end - a.end)
    .map((sighting) => {
      const { id, title, slogan, packVersion, severity, indicator, region, kind } = ruleOf(ruleset, sighting);
      return {
        rule: id,
        kind,
        title,
        ...(slogan && { slogan }),
        packVersion,
        span: isPlaced(sighting) ? normalised.span(sighting.start, sighting.end) : { start: 0, end: 0 },
        ...(sighting.link && { link: sighting.link }),
        normalised: sighting.reads ?? normalised.text(sighting.start, shownEnd(sighting)),
        language: languageOf(ruleset, sighting),
        severity,
        indicator,
        ...(region !== undefined && { region }),
        ...(sighting.copy && { copy: { how: sighting.copy.how, share: rounded(sighting.copy.share) } }),
      };
    });
}

/** Of a copied statement its beginning is enough: the span says the rest. */
const MAX_SHOWN = 400;

function shownEnd({ start, end, copy }: Sighting): number {
  return copy ? Math.min(end, start + MAX_SHOWN) : end;
}

function languageOf({ bank, uses }: Ruleset, { phrase, of, copy }: Sighting): string {
  return (copy ? bank?.languages[of - bank.firstRule] : uses[phrase]?.language) ?? 'und';
}
