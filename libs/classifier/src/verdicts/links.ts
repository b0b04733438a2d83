import type { NormalisedText } from '@vigil/text';
import { addressesOf, type Linking } from '../links/of-post.js';
import type { Ruleset } from '../rules/ruleset.js';
import { unitsWithin } from './patterns.js';
import { MAX_PLACES, type Sighting } from './sightings.js';

/** A sighting of no phrase. */
export const NO_PHRASE = -1;

/**
 * Where a post names an address of a rule's links. What stands in the text has its place there; other links have none,
 * and are told once. Of one rule the first MAX_PLACES. Most rulesets list no links, and their posts cost nothing.
 */
export function linksSeen({ links }: Ruleset, post: Linking, normalised: NormalisedText): Sighting[] {
  if (!links) return [];
  const seen = new Map<string, Sighting>();
  const told = new Set<string>();
  const places = new Map<number, number>();
  for (const { address, in: where, shown, span } of addressesOf(post)) {
    for (const { of, name } of links.find(address)) {
      const whose = `${of} ${name}`;
      // A link of the text often stands among the post's links too, or beside where it leads.
      if (where !== 'text' && told.has(whose)) continue;
      told.add(whose);
      const place = span ? unitsWithin(normalised, span.start, span.end) : { start: 0, end: 0 };
      const key = `${whose} ${place.start} ${place.end}`;
      const count = places.get(of) ?? 0;
      if (seen.has(key) || count === MAX_PLACES) continue;
      places.set(of, count + 1);
      seen.set(key, { phrase: NO_PHRASE, of, ...place, reads: name, link: { address: shown, in: where } });
    }
  }
  return [...seen.values()];
}
