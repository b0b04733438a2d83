import { Found, normalise } from '@vigil/text';
import { seeded, type Draw } from '../labelled/random.js';
import type { LabelledPost } from '../labelled/schema.js';
import type { Pack } from '../packs/schema.js';
import type { Ruleset } from '../rules/ruleset.js';
import { sightingsOf, sorted } from '../verdicts/sightings.js';
import { seenBy } from '../verdicts/voice.js';
import type { Seen } from './features.js';
import type { Example } from './train.js';
import type { Voice } from './voice-model.js';

/** A follower taken for a reporter weighs this many reporters taken for followers: reviewers never see the first. */
const FOLLOWER_WEIGHT = 2;
/** Everyday speech weighs less: of posts in which a rule sees something, few are that. */
const EVERYDAY_WEIGHT = 0.25;
/** Words at most that stand for the match in everyday speech without one. */
const MOST_MASKED = 3;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

const WEIGHTS: Partial<Record<Voice, number>> = { follower: FOLLOWER_WEIGHT, everyday: EVERYDAY_WEIGHT };

const VOICE_OF: Readonly<Record<LabelledPost['label'], Voice | null>> = {
  plain: 'follower',
  obfuscated: null,
  news: 'news',
  academic: 'academic',
  'counter-speech': 'counter-speech',
  religious: 'everyday',
};

/**
 * What the voice model learns from: the labelled posts in which a rule saw something, as only those are ever read.
 * Everyday speech seldom names what rules look for, so some words of it, drawn at random, stand for a match. With a pack,
 * what its rules' authors gave as matches besides, and as none where a rule saw something and no marker spoke. Each voice
 * weighs the same in each language, but for the follower's, which weighs more, and everyday speech, which weighs less.
 */
export function examplesOf(ruleset: Ruleset, posts: readonly LabelledPost[], pack?: Pack): Example[] {
  const draw = seeded(posts.length);
  const ambiguous = ruleset.rules.flatMap(({ needs }, at) => (needs ? [at] : []));
  const labelled = posts.flatMap(({ text, language, label }) => {
    const voice = VOICE_OF[label];
    if (!voice) return [];
    const read =
      seenInText(ruleset, text) ?? (voice === 'everyday' ? masked(ruleset, text, ambiguous, draw) : null);
    return read ? [{ ...read, voice, group: `${language} ${voice}` }] : [];
  });
  const seen = [
    ...labelled,
    ...(pack?.rules ?? []).flatMap(({ examples }) => ownExamples(ruleset, examples)),
  ];
  const groups = Map.groupBy(seen, ({ group }) => group);
  const usual = seen.length / Math.max(1, groups.size);
  return seen.map(({ group, ...example }) => ({
    ...example,
    weight: (usual / (groups.get(group)?.length ?? 1)) * (WEIGHTS[example.voice] ?? 1),
  }));
}

function ownExamples(ruleset: Ruleset, { match, noMatch }: Pack['rules'][number]['examples']) {
  const read = (texts: readonly string[], voice: Voice) =>
    texts.flatMap((text) => {
      const seen = seenInText(ruleset, text);
      return seen ? [{ ...seen, voice, group: `pack ${voice}` }] : [];
    });
  return [
    ...read(match, 'follower'),
    ...read(noMatch, 'everyday').filter(({ signs }) => signs.includes('no markers')),
  ];
}

/** A text as the voice model reads it, or null where no rule saw anything. */
function seenInText(ruleset: Ruleset, text: string): Seen | null {
  const normalised = normalise(text);
  const found = new Found();
  ruleset.automaton.find(normalised, found);
  const seen = sightingsOf(ruleset, found, text, normalised);
  return seen && seenBy(ruleset, text, normalised, seen);
}

/** A text as the voice model would read it if an ambiguous rule had matched some of its words. */
function masked(ruleset: Ruleset, text: string, ambiguous: readonly number[], draw: Draw): Seen | null {
  const normalised = normalise(text);
  const found = new Found();
  ruleset.automaton.find(normalised, found);
  const words = [...text.matchAll(WORD)];
  const first = words[draw(words.length)];
  const rule = ambiguous[draw(ambiguous.length)];
  if (!first || rule === undefined) return null;
  const last = words[Math.min(words.length - 1, words.indexOf(first) + draw(MOST_MASKED))] ?? first;
  const place = normalised.covering({ start: first.index, end: last.index + last[0].length });
  const match = { phrase: 0, of: rule, start: place.from, end: place.to };
  const seen = { ...sorted(ruleset, found, [], text, normalised), rules: [match] };
  return seenBy(ruleset, text, normalised, seen);
}
