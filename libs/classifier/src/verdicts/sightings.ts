import type { Match } from '@vigil/contracts';
import {
  Found,
  NO_STEPS,
  Readings,
  readWithout,
  type Copy,
  type NormalisedText,
  type StepSet,
} from '@vigil/text';
import type { Ruleset } from '../rules/ruleset.js';

/** A phrase seen in a text: its number in the ruleset, and the normalised range. */
export interface Sighting {
  readonly phrase: number;
  /** Number of the rule, sign set or marker set it belongs to. */
  readonly of: number;
  readonly start: number;
  readonly end: number;
  /** What a further reading made of that range, and the steps it took; absent for the plain one. */
  readonly reads?: string;
  readonly steps?: StepSet;
  /** The known text that is copied there; `of` is its rule then. */
  readonly copy?: Copy;
  /** Of an address: as the post has it, and where. What does not stand in the text begins and ends at 0. */
  readonly link?: NonNullable<Match['link']>;
}

/** Whether it has a place in the text: links beside it have none. */
export function isPlaced({ start, end }: Sighting): boolean {
  return end > start;
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

const readings = new Readings();
const more = new Found();

/**
 * What the further readings of a text have beyond the plain one, placed in that. A word of symbols alone has no place
 * there and is not told. At most MAX_READINGS passes, and none for most texts.
 */
export function readFurther(ruleset: Ruleset, text: string, plain: NormalisedText): Sighting[] {
  const seen = new Map<string, Sighting>();
  const mayMatter = (changed: NormalisedText) => ruleset.automaton.mayHoldAny(changed);
  for (const reading of readings.of(text, plain, NO_STEPS, mayMatter)) {
    ruleset.automaton.find(reading, more);
    for (let at = 0; at < more.count; at++) {
      const [phrase, from, to] = [
        more.phrases[at] as number,
        more.starts[at] as number,
        more.ends[at] as number,
      ];
      const steps = reading.steps(from, to);
      const use = ruleset.uses[phrase];
      if (steps === 0 || !use) continue;
      const place = plain.covering(reading.span(from, to));
      const key = `${phrase} ${place.from} ${place.to}`;
      if (place.from === place.to || seen.has(key)) continue;
      seen.set(key, {
        phrase,
        of: use.of,
        start: place.from,
        end: place.to,
        reads: reading.text(from, to),
        steps,
      });
    }
  }
  return [...seen.values()];
}

/** Whether a rule that does without some steps sees its phrase there all the same. */
function holdsWithout(ruleset: Ruleset, sighting: Sighting, text: string, plain: NormalisedText): boolean {
  const off = ruleset.rules[sighting.of]?.skipSteps ?? 0;
  if (off === 0) return true;
  if (((sighting.steps ?? 0) & off) !== 0) return false;
  // What a further reading changed is not as the phrase is written; what it used was asked above.
  if (sighting.reads !== undefined) return true;
  const { start, end } = plain.span(sighting.start, sighting.end);
  const phrase = ruleset.uses[sighting.phrase]?.text ?? '';
  return readWithout(off, text.slice(start, end)) === readWithout(off, phrase);
}

/** Copies of known texts and addresses, which are no phrases. */
export interface FoundBeside {
  readonly copies: readonly Sighting[];
  readonly links: readonly Sighting[];
}
const NOTHING_BESIDE: FoundBeside = { copies: [], links: [] };

/**
 * What the automaton found in the plain reading, what further ones have beyond it, and what was found beside it.
 * Null where no rule was seen, whatever else was: most posts.
 */
export function sightingsOf(
  ruleset: Ruleset,
  found: Found,
  text: string,
  plain: NormalisedText,
  { copies, links }: FoundBeside = NOTHING_BESIDE,
): Sightings | null {
  const further = readFurther(ruleset, text, plain);
  if (found.count + further.length + copies.length + links.length === 0) return null;
  const seen = sorted(ruleset, found, further, text, plain, { copies, links });
  return seen.rules.length === 0 ? null : seen;
}

/** Everything seen by what it is for, also where no rule was. */
export function sorted(
  ruleset: Ruleset,
  found: Found,
  further: readonly Sighting[],
  text: string,
  plain: NormalisedText,
  { copies, links }: FoundBeside = NOTHING_BESIDE,
): Sightings {
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
  for (const sighting of further) {
    const use = ruleset.uses[sighting.phrase];
    if (use) seen[use.role].push(sighting);
  }
  const rules = seen.rule.filter((sighting) => holdsWithout(ruleset, sighting, text, plain));
  const { unless, sign: signs, marker: markers } = seen;
  return { rules: [...longest([...rules, ...copies]), ...links], unless, signs, markers };
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
