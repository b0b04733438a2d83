import type { NormalisedText } from '@vigil/text';
import type { Context } from '../packs/schema.js';
import type { CompiledRule, Ruleset } from '../rules/ruleset.js';
import type { Seen } from '../voice/features.js';
import { VOICES, type Reading } from '../voice/voice-model.js';
import { markersSeen, type SeenMarkers } from './markers.js';
import { isPartisan } from './partisan.js';
import { isPlaced, type Sightings } from './sightings.js';
import { joinedSpans } from './spans.js';

/** More different markers of a set than this say no more. */
const MOST_MARKERS = 4;

const VOICE_NAMES = {
  news: 'a report',
  academic: 'a study',
  'counter-speech': 'opposition',
} as const;

/**
 * Below this probability of a follower's voice, everyday speech apart, a match is cancelled. What followers lose and
 * reporters gain around it is in docs/measurements.md, by leaving sentences of the tuned half out.
 */
export const LEAST_FOLLOWER = 0.5;

/**
 * From this probability on, among all voices, a follower's is the second sign that ambiguous words ask for: likelier
 * than everything else, as the words themselves say little.
 */
export const SURE_FOLLOWER = 0.5;

export function isFollower({ probabilities }: Reading): boolean {
  return probabilities.follower >= SURE_FOLLOWER;
}

/** What the voice of a post holds against a match of the rule, if anything. */
export function voiceAgainst(
  rule: CompiledRule,
  context: string,
  reading: () => Reading,
): { context: Context; reason: string } | null {
  if (!rule.voice || isPartisan(context)) return null;
  const { voice: likeliest, probabilities, telling } = reading();
  // Whether the words mean something else is not asked here: a rule of such words asked for a second sign.
  if (probabilities.follower >= LEAST_FOLLOWER * (1 - probabilities.everyday)) return null;
  const [against] = VOICES.filter(
    (voice) => voice !== 'follower' && voice !== 'everyday' && rule.excludedBy.has(voice),
  ).sort((a, b) => probabilities[b] - probabilities[a]);
  if (against === undefined || against === 'follower' || against === 'everyday') return null;
  const words = likeliest === against ? telling.map((word) => `“${word}”`).join(', ') : '';
  const reason = `reads like ${VOICE_NAMES[against]}${words && `: ${words}`}`;
  return { context: against, reason };
}

/** Reads the voice of a post at the first call, and never twice. */
export function readOnce({ voices }: Ruleset, read: () => Seen): () => Reading {
  let reading: Reading | undefined;
  return () => (reading ??= voices().read(read()));
}

/** What the voice model reads of a post: its text, where rules matched, and what the pack's lists saw in it. */
export function seenBy(
  ruleset: Ruleset,
  text: string,
  normalised: NormalisedText,
  seen: Sightings,
  markers: readonly SeenMarkers[] = markersSeen(ruleset, seen),
): Seen {
  const signs = new Set<string>();
  for (const { of } of seen.signs) signs.add(`set ${ruleset.signs[of] ?? ''}`);
  for (const sighting of seen.rules) {
    const category = ruleset.rules[sighting.of]?.category;
    if (category) signs.add(category);
  }
  if (signs.size > 1) signs.add('several categories');
  for (const { set, different } of markers) {
    const { context, atLeast } = set;
    const kind = `${context} ${atLeast > 1 ? 'plain' : 'telling'}`;
    signs.add(kind);
    for (let count = 2; count <= Math.min(MOST_MARKERS, different); count++) signs.add(`${kind} ${count}`);
  }
  if (markers.length === 0) signs.add('no markers');
  return {
    text,
    spans: joinedSpans(seen.rules.filter(isPlaced).map(({ start, end }) => normalised.span(start, end))),
    signs: [...signs],
  };
}
