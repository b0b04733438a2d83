import type { Found, NormalisedText } from '@vigil/text';
import type { Ruleset } from '../rules/ruleset.js';

/** A phrase seen in a text: its number in the ruleset, and the normalised range. */
export interface Sighting {
  readonly phrase: number;
  /** Number of the rule, sign set or marker set it belongs to. */
  readonly of: number;
  readonly start: number;
  readonly end: number;
}

/** Everything seen in one text, by what it is for. */
export interface Sightings {
  readonly rules: readonly Sighting[];
  readonly unless: readonly Sighting[];
  readonly signs: readonly Sighting[];
  readonly markers: readonly Sighting[];
}

/** Places of one rule that are judged in one post: a reviewer reads no more, and repetition costs nothing. */
export const MAX_PLACES = 20;

/** Reads what the automaton found. Null where no rule was seen, whatever else was: most posts. */
export function sightingsOf(ruleset: Ruleset, found: Found): Sightings | null {
  const seen: Record<'rule' | 'unless' | 'sign' | 'marker', Sighting[]> = {
    rule: [],
    unless: [],
    sign: [],
    marker: [],
  };
  for (let at = 0; at < found.count; at++) {
    const phrase = found.phrases[at] as number;
    const use = ruleset.uses[phrase];
    if (use)
      seen[use.role].push({
        phrase,
        of: use.of,
        start: found.starts[at] as number,
        end: found.ends[at] as number,
      });
  }
  if (seen.rule.length === 0) return null;
  return { rules: longest(seen.rule), unless: seen.unless, signs: seen.sign, markers: seen.marker };
}

/** Of one rule's sightings those within another one are the same match, seen shorter. At most MAX_PLACES a rule. */
function longest(sightings: readonly Sighting[]): Sighting[] {
  const ordered = [...sightings].sort((a, b) => a.of - b.of || a.start - b.start || b.end - a.end);
  const kept: Sighting[] = [];
  let places = 0;
  let reach = 0;
  let rule = -1;
  for (const sighting of ordered) {
    if (sighting.of !== rule) [rule, places, reach] = [sighting.of, 0, -1];
    if (sighting.end <= reach || places === MAX_PLACES) continue;
    kept.push(sighting);
    reach = sighting.end;
    places++;
  }
  return kept;
}

export function overlap(a: Sighting, b: Sighting): boolean {
  return a.start < b.end && b.start < a.end;
}

/** The words of a sighting as published, for a reason: short by nature of phrases. */
export function wordsOf(text: string, normalised: NormalisedText, sighting: Sighting): string {
  const { start, end } = normalised.span(sighting.start, sighting.end);
  return text.slice(start, Math.min(end, start + 200));
}
