import type { LabelledPost } from '../labelled/schema.js';
import type { Pack } from '../packs/schema.js';
import type { Ruleset } from '../rules/ruleset.js';
import { Found, normalise } from '@vigil/text';
import { markersSeen } from '../verdicts/markers.js';
import { sightingsOf } from '../verdicts/sightings.js';
import { seenBy } from '../verdicts/voice.js';
import type { Seen } from './features.js';
import type { Example } from './train.js';
import { VOICES, type Voice } from './voice-model.js';

/** A follower taken for a reporter weighs this many reporters taken for followers: reviewers never see the first. */
const FOLLOWER_WEIGHT = 3;

const VOICE_OF: Partial<Record<LabelledPost['label'], Voice>> = {
  plain: 'follower',
  news: 'news',
  academic: 'academic',
  'counter-speech': 'counter-speech',
};

/**
 * What the voice model learns from: the labelled posts in which a rule saw something, as only those are ever read.
 * With a pack, what its rules' authors gave as matches besides. Each voice weighs the same in each language, but for the follower's, which weighs more.
 */
export function examplesOf(ruleset: Ruleset, posts: readonly LabelledPost[], pack?: Pack): Example[] {
  const own = (pack?.rules ?? []).flatMap((rule) => rule.examples.match);
  const followers = own.map((text) => ({ language: 'pack', label: 'plain' as const, text }));
  const seen = [...posts, ...followers].flatMap((post) => {
    const voice = VOICE_OF[post.label];
    if (!voice) return [];
    const read = seenInText(ruleset, post.text);
    return read ? [{ ...read, voice, group: `${post.language} ${voice}` }] : [];
  });
  const groups = Map.groupBy(seen, ({ group }) => group);
  const usual = seen.length / Math.max(1, groups.size);
  return seen.map(({ group, ...example }) => ({
    ...example,
    weight: (usual / (groups.get(group)?.length ?? 1)) * (example.voice === VOICES[0] ? FOLLOWER_WEIGHT : 1),
  }));
}

/** A text as the voice model reads it, or null where no rule saw anything. */
function seenInText(ruleset: Ruleset, text: string): Seen | null {
  const normalised = normalise(text);
  const found = new Found();
  ruleset.automaton.find(normalised, found);
  const seen = sightingsOf(ruleset, found, text, normalised);
  return seen && seenBy(ruleset, text, normalised, seen.rules, markersSeen(ruleset, seen));
}
