import { sampleOf, type Match, type ShadowSample } from '@vigil/contracts';
import type { KeyedEvent } from '../indexing/plan-batch.js';

/** Posts kept of a rule, a day and a bus partition: what somebody reads through before making a rule live. */
export const SAMPLES = 20;

/** What is added to one row of `shadow_count`. */
export interface ShadowDelta {
  readonly rule: string;
  readonly packVersion: number;
  readonly demo: boolean;
  posts: number;
}

export interface SampledPost {
  readonly rule: string;
  readonly key: string;
  readonly demo: boolean;
  readonly doc: ShadowSample;
}

export interface ShadowPlan {
  readonly counts: readonly ShadowDelta[];
  readonly samples: readonly SampledPost[];
}

/**
 * What a batch leaves of rules in shadow. A post counts once for each rule, by the verdict with which it was first seen:
 * `newPosts` are the keys that planBatch counts, so a redelivery adds nothing. Of an erased post nothing is sampled.
 */
export function planShadow(
  events: readonly KeyedEvent[],
  newPosts: readonly string[],
  erased: ReadonlySet<string>,
): ShadowPlan {
  if (!events.some(({ event }) => event.verdict.shadow)) return NOTHING;
  const counts = new Map<string, ShadowDelta>();
  const samples = new Map<string, SampledPost[]>();
  const waiting = new Set(newPosts);
  for (const { key, event } of events) {
    if (event.type === 'deleted' || !waiting.delete(key)) continue;
    for (const [rule, match] of firstOfEachRule(event.verdict.shadow ?? [])) {
      const { demo } = event.facts;
      const of = `${rule} ${match.packVersion} ${demo}`;
      const count = counts.get(of) ?? { rule, packVersion: match.packVersion, demo, posts: 0 };
      count.posts++;
      counts.set(of, count);
      if (event.post === null || erased.has(key)) continue;
      const drawn = samples.get(rule) ?? [];
      drawn.push({ rule, key, demo, doc: sampleOf(event.post, match) });
      if (drawn.length > 2 * SAMPLES) drawn.sort(byKey).length = SAMPLES;
      samples.set(rule, drawn);
    }
  }
  return {
    counts: [...counts.values()],
    samples: [...samples.values()].flatMap((list) => list.sort(byKey).slice(0, SAMPLES)),
  };
}

const NOTHING: ShadowPlan = { counts: [], samples: [] };

function firstOfEachRule(matches: readonly Match[]): Map<string, Match> {
  const first = new Map<string, Match>();
  for (const match of matches) if (!first.has(match.rule)) first.set(match.rule, match);
  return first;
}

function byKey(a: SampledPost, b: SampledPost): number {
  return a.key < b.key ? -1 : 1;
}
