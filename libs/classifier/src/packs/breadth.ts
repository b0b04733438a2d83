import { VigilError } from '@vigil/contracts';
import { postsOf } from '../labelled/generate.js';
import { LABELLED_PACK, loadLabelled } from '../labelled/load.js';
import { seeded } from '../labelled/random.js';
import type { LabelledPost } from '../labelled/schema.js';
import type { Ruleset } from '../rules/ruleset.js';
import { inspect } from '../verdicts/classify.js';
import type { Sighting } from '../verdicts/sightings.js';

/** A rule that finds this share of one language's everyday posts finds the language, not a movement. */
export const MOST_EVERYDAY = 1 / 3;

/** Of each language: a share of a third is known to within 12 points (95%), in a moment; the pack's own rules stay below 5%. */
const POSTS_PER_LANGUAGE = 60;
const SEED = 1;

let everyday: Promise<readonly LabelledPost[]> | null = null;

/**
 * Everyday posts of the labelled set, in which no movement is meant; read at the first call, in some tenths of a second.
 * Of the tuned half: nothing is decided by the half that is kept aside. Throws `engine-misconfigured` where it is missing.
 */
export function everydayPosts(): Promise<readonly LabelledPost[]> {
  everyday ??= loadLabelled(LABELLED_PACK, 'tuned').then(
    (files) => files.flatMap((file) => postsOf(file, 'religious', seeded(SEED), POSTS_PER_LANGUAGE)),
    (error: unknown) => {
      everyday = null;
      throw new VigilError(
        'engine-misconfigured',
        `the labelled set in ${LABELLED_PACK}/labelled cannot be read, and without it no pack can be tried: restore it from the release`,
        { cause: error },
      );
    },
  );
  return everyday;
}

/** A rule that is found in too many everyday posts of a language. */
export interface BroadRule {
  readonly rule: string;
  /** Of its phrases the one found most often, and the language it is listed under. */
  readonly phrase: string;
  readonly listedUnder: string;
  /** Language of the posts, their number, and in how many of them it was found. */
  readonly language: string;
  readonly posts: number;
  readonly found: number;
  readonly example: string;
  /** For a person: the reason and the remedy. */
  readonly message: string;
}

/**
 * The rules of a ruleset that match more than MOST_EVERYDAY of the posts of one language, also where a context would
 * cancel it; what lacks its second sign or company is no match. One entry a rule: the language it is worst in.
 */
export function broadRules(ruleset: Ruleset, posts: readonly LabelledPost[]): BroadRule[] {
  const found = new Map<string, { language: string; phrases: number[]; example: string }>();
  const broad = new Map<number, BroadRule>();
  const perLanguage = new Map<string, number>();
  for (const { language, text } of posts) {
    perLanguage.set(language, (perLanguage.get(language) ?? 0) + 1);
    for (const [rule, sighting] of firstOfEachRule(ruleset, text)) {
      const key = `${rule} ${language}`;
      const entry = found.get(key) ?? { language, phrases: [], example: text };
      entry.phrases.push(sighting.phrase);
      found.set(key, entry);
    }
  }
  for (const [key, { language, phrases, example }] of found) {
    const [number, of] = [parseInt(key, 10), perLanguage.get(language) ?? 0];
    if (phrases.length <= of * MOST_EVERYDAY || phrases.length <= (broad.get(number)?.found ?? 0)) continue;
    const use = ruleset.uses[commonest(phrases)];
    const rule = ruleset.rules[number];
    if (!use || !rule) continue;
    const percent = Math.round((100 * phrases.length) / of);
    broad.set(number, {
      rule: rule.id,
      phrase: use.text,
      listedUnder: use.language,
      language,
      posts: of,
      found: phrases.length,
      example,
      message: `above all by this phrase the rule matches ${percent}% of everyday posts in ${language}, such as “${example}”: beyond a third it finds the language itself. Make it longer, or ask for company or a second sign (with, needs)`,
    });
  }
  return [...broad.values()];
}

function firstOfEachRule(ruleset: Ruleset, text: string): ReadonlyMap<number, Sighting> {
  const { whole } = inspect(ruleset, { text, context: 'unknown' });
  const first = new Map<number, Sighting>();
  for (const sighting of [...(whole?.standing ?? []), ...(whole?.cancelled ?? [])])
    if (!first.has(sighting.of)) first.set(sighting.of, sighting);
  return first;
}

function commonest(phrases: readonly number[]): number {
  const groups = [...Map.groupBy(phrases, (phrase) => phrase).values()];
  return groups.reduce((most, group) => (group.length > most.length ? group : most), [])[0] ?? -1;
}
