import type { NormalisedText } from '@vigil/text';
import type { Context } from '../packs/schema.js';
import type { CompiledRule, Ruleset } from '../rules/ruleset.js';
import type { Seen } from '../voice/features.js';
import { VOICES, voiceModel, type Reading } from '../voice/voice-model.js';
import type { SeenMarkers } from './markers.js';
import { isPartisan } from './partisan.js';
import type { Sighting } from './sightings.js';
import { joinedSpans } from './spans.js';

/** More different markers of a set than this say no more. */
const MOST_MARKERS = 4;

const VOICE_NAMES = { news: 'a report', academic: 'a study', 'counter-speech': 'opposition' } as const;

/**
 * Below this probability of a follower's voice a match is cancelled. Under a half, because a follower taken for a
 * reporter is lost to the reviewers, and a reporter taken for a follower costs them a look.
 */
export const LEAST_FOLLOWER = 0.35;

/** What the voice of a post holds against a match of the rule, if anything. */
export function voiceAgainst(
  rule: CompiledRule,
  context: string,
  reading: () => Reading,
): { context: Context; reason: string } | null {
  if (!rule.voice || isPartisan(context)) return null;
  const { probabilities, telling } = reading();
  if (probabilities.follower >= LEAST_FOLLOWER) return null;
  const against = VOICES.filter((voice) => voice !== 'follower' && rule.excludedBy.has(voice)).sort(
    (a, b) => probabilities[b] - probabilities[a],
  )[0];
  if (against === undefined || against === 'follower') return null;
  const words = telling.map((word) => `“${word}”`).join(', ');
  return { context: against, reason: `reads like ${VOICE_NAMES[against]}${words && `: ${words}`}` };
}

/** Reads the voice of a post at the first call, and never twice. */
export function readOnce(read: () => Seen): () => Reading {
  let reading: Reading | undefined;
  return () => (reading ??= voiceModel().read(read()));
}

/** What the voice model reads of a post: its text, where rules matched, and what the pack's lists saw in it. */
export function seenBy(
  ruleset: Ruleset,
  text: string,
  normalised: NormalisedText,
  rules: readonly Sighting[],
  markers: readonly SeenMarkers[],
): Seen {
  const signs = new Set<string>();
  for (const sighting of rules) {
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
    spans: joinedSpans(rules.map(({ start, end }) => normalised.span(start, end))),
    signs: [...signs],
  };
}
