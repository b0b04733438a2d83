import type { NormalisedText } from '@vigil/text';
import type { Ruleset } from '../rules/ruleset.js';
import type { Sighting } from './sightings.js';

/** How far from a phrase its rule's pattern sees, in characters on either side: a sentence or two. */
export const PATTERN_REACH = 256;
/** Phrases of one rule around which its pattern is tried in one post, and places it may find around each. */
const MAX_WINDOWS = 5;
const MAX_FOUND = 5;

/**
 * In place of the phrases of rules with a pattern, what the pattern finds around them in the text as published. The
 * others stay as they are.
 */
export function readPatterns(
  ruleset: Ruleset,
  sightings: readonly Sighting[],
  text: string,
  normalised: NormalisedText,
): readonly Sighting[] {
  if (!sightings.some((sighting) => ruleset.rules[sighting.of]?.pattern)) return sightings;
  const windows = new Map<number, number>();
  const found = new Map<string, Sighting>();
  for (const sighting of sightings) {
    const pattern = ruleset.rules[sighting.of]?.pattern;
    if (!pattern) {
      found.set(keyOf(sighting), sighting);
      continue;
    }
    const tried = windows.get(sighting.of) ?? 0;
    if (tried === MAX_WINDOWS) continue;
    windows.set(sighting.of, tried + 1);
    const around = normalised.span(sighting.start, sighting.end);
    const from = Math.max(0, around.start - PATTERN_REACH);
    const to = Math.min(text.length, around.end + PATTERN_REACH);
    for (const { start, end } of pattern.find(text, from, to, MAX_FOUND)) {
      const read = { phrase: sighting.phrase, of: sighting.of, ...unitsWithin(normalised, start, end) };
      if (read.end > read.start) found.set(keyOf(read), read);
    }
  }
  return [...found.values()];
}

function keyOf({ of, start, end, reads }: Sighting): string {
  return `${of} ${start} ${end} ${reads ?? ''}`;
}

/** The normalised range of what was published at [start, end). */
export function unitsWithin(
  normalised: NormalisedText,
  start: number,
  end: number,
): { start: number; end: number } {
  return { start: firstFrom(normalised, start), end: firstFrom(normalised, end) };
}

/** The first unit that was published at `offset` or later. */
function firstFrom({ starts, length }: NormalisedText, offset: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) >= offset) high = middle;
    else low = middle + 1;
  }
  return low;
}
