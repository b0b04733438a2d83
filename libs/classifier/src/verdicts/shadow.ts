import type { Match } from '@vigil/contracts';
import type { NormalisedText } from '@vigil/text';
import type { Ruleset } from '../rules/ruleset.js';
import { ruleOf, type Judgement } from './exclude.js';
import { matchesOf } from './publish.js';
import type { Sighting } from './sightings.js';

/**
 * The sightings of rules that raise. These alone are judged for the verdict, so a rule in shadow changes nothing of it:
 * it vouches for no other rule, hides no marker, and is not left out of how a post reads.
 */
export function liveAmong(ruleset: Ruleset, sightings: readonly Sighting[]): readonly Sighting[] {
  return sightings.some((sighting) => ruleOf(ruleset, sighting).shadow)
    ? sightings.filter((sighting) => !ruleOf(ruleset, sighting).shadow)
    : sightings;
}

/** What rules in shadow match in a judgement of all sightings: as if every rule were live. Nothing where none stands. */
export function inShadow(
  ruleset: Ruleset,
  judgement: Judgement,
  normalised: NormalisedText,
): { shadow?: Match[] } {
  const standing = judgement.standing.filter((sighting) => ruleOf(ruleset, sighting).shadow);
  return standing.length > 0 ? { shadow: matchesOf(ruleset, standing, normalised) } : {};
}
