import type { NormalisedText } from '@vigil/text';
import type { Context } from '../packs/schema.js';
import { ANY_PACK, type CompiledMarkers, type CompiledRule, type Ruleset } from '../rules/ruleset.js';
import { isPartisan } from './partisan.js';
import type { Sighting, Sightings } from './sightings.js';

/** A marker set of which something was seen: the first place, and how many different phrases. */
export interface SeenMarkers {
  readonly set: CompiledMarkers;
  readonly first: Sighting;
  readonly different: number;
}

/** The marker sets seen in a post, what rules saw apart. */
export function markersSeen(ruleset: Ruleset, seen: Sightings): SeenMarkers[] {
  return [...Map.groupBy(outsideOf(seen.rules, seen.markers), (marker) => marker.of)].flatMap(
    ([number, list]) => {
      const set = ruleset.markers[number];
      const [first] = list;
      return set && first
        ? [{ set, first, different: new Set(list.map((marker) => marker.phrase)).size }]
        : [];
    },
  );
}

export interface MarkersFound {
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
export function isMentioned(text: string, normalised: NormalisedText, sighting: Sighting): boolean {
  const { start, end } = normalised.span(sighting.start, sighting.end);
  const before = text.slice(Math.max(0, start - 2), start);
  const after = text.slice(end, end + 3);
  return (
    (OPENED.test(before) && CLOSED.test(after)) ||
    (/[\p{L}\p{M}\p{N}] $/u.test(before) && /^ [\p{L}\p{N}]/u.test(after))
  );
}

/**
 * The marker sets of the rule's pack and contexts. A set with too few different markers only tells; in a set that asks
 * for several, a match that is only mentioned counts as one. Where the rule listens to voices, it is the voice that
 * decides (`heard`: it speaks against the match) and the markers only tell; religious teaching is no voice.
 */
export function markersAgainst(
  rule: CompiledRule,
  markers: readonly SeenMarkers[],
  context: string,
  mentioned: boolean,
  heard: boolean,
): MarkersFound[] {
  return markers
    .filter(
      ({ set }) => (rule.pack === ANY_PACK || set.pack === rule.pack) && rule.excludedBy.has(set.context),
    )
    .map(({ set, first, different }) => {
      const counted = different + (mentioned && set.atLeast > 1 ? 1 : 0);
      const decides = !rule.voice || heard || set.context === 'religious';
      const cancels = decides && counted >= set.atLeast && !isPartisan(context);
      return { context: set.context, reason: set.reason, first, cancels };
    });
}
