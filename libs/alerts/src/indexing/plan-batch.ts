import {
  type HitState,
  languageOfHit,
  type Match,
  type Post,
  sloganOf,
  type Verdict,
  type VerdictEvent,
} from '@vigil/contracts';
import { oneLine } from '../one-line.js';
import { LATE_MS } from './buckets.js';
import { postKey } from './post-key.js';
import { type Counted, type CountDelta, type DueSlogan, type SloganDelta, Tally } from './tally.js';

export interface KeyedEvent {
  /** See postKey. */
  readonly key: string;
  readonly event: VerdictEvent;
}

/** What the system of record knows of a hit. Its version is the newest seen, whether that still matched or not. */
export interface KnownHit {
  readonly revision: number;
  readonly ruleset: number;
  readonly state: HitState;
  /** Milliseconds since the epoch. */
  readonly eventTime: number;
  readonly firstSeenAt: number;
}

/** What stood in the database, for the keys of a batch, before it. */
export interface Known {
  readonly seen: ReadonlySet<string>;
  readonly hits: ReadonlyMap<string, KnownHit>;
  readonly erased: ReadonlySet<string>;
  /** Demo posts that were on their way when the demo was removed leave nothing. */
  readonly demoRemoved: boolean;
}

/** What of a post with its verdict is kept in `hit.doc`; state and times are columns. */
export interface HitDoc {
  readonly post: Post;
  readonly verdict: Verdict;
  readonly region: string;
}

/** A hit as it stands after the batch. */
export interface PlannedHit extends KnownHit {
  readonly key: string;
  readonly source: string;
  readonly demo: boolean;
  /** Null where the batch changed only its version or state. */
  readonly doc: HitDoc | null;
}

/** One row of `hit_rule`: a rule of a hit first seen in this batch. */
export interface CountedRule {
  readonly key: string;
  readonly at: number;
  readonly match: Match;
  readonly source: string;
  /** See postKey: a hash that is equal for the same author. */
  readonly author: string;
  readonly language: string;
  readonly region: string;
  readonly stance: Verdict['stance'];
  readonly demo: boolean;
  readonly backfill: boolean;
}

export interface BatchPlan {
  /** Keys of posts not seen before: all counted, but those that a hit remembers from before the dedupe's window. */
  readonly newPosts: readonly string[];
  readonly counts: readonly CountDelta[];
  readonly slogans: readonly SloganDelta[];
  readonly due: readonly DueSlogan[];
  readonly hits: readonly PlannedHit[];
  readonly rules: readonly CountedRule[];
}

/**
 * What a batch of verdicts does to counts and hits, given what stood before it. Pure: applying the plan and then
 * planning the same batch again gives a plan that changes nothing.
 *
 * - A post is counted once, when first seen, in the bucket of its event time.
 * - A hit comes into being with the first uncancelled match, is counted then, and never twice.
 * - Of a hit's versions (revision, ruleset) the higher wins; an older redelivery changes nothing. A newer version
 *   without match supersedes it, a deletion deletes it, and only a higher revision brings a deleted one back.
 * - An erased post stays erased; it is still counted, which needs nothing of it.
 *
 * `nowMs`: when a hit made here was first seen.
 */
export function planBatch(events: readonly KeyedEvent[], known: Known, nowMs: number): BatchPlan {
  const tally = new Tally();
  const newPosts = new Set<string>();
  const changed = new Map<string, PlannedHit>();
  const rules: CountedRule[] = [];

  for (const { key, event } of events) {
    if (known.demoRemoved && event.facts.demo) continue;
    const counted = whenAndWhere(event);
    // A deletion alone is no sighting: what was never seen is not counted for having gone.
    if (event.type !== 'deleted' && !known.seen.has(key) && !newPosts.has(key)) {
      newPosts.add(key);
      // A hit outlives the window of the dedupe, and was counted when it was first seen.
      if (!known.hits.has(key)) tally.post(counted);
    }
    if (known.erased.has(key)) continue;
    const before = changed.get(key) ?? known.hits.get(key);
    if (before === undefined) {
      const doc = docOf(event);
      if (doc === null) continue;
      changed.set(key, firstHit(key, event, doc, counted.at, nowMs));
      const matches = firstOfEachSlogan(event.verdict.matches);
      tally.hit(counted, [...matches.keys()]);
      for (const match of matches.values()) rules.push(countedRule(key, event, doc.post, match, counted));
    } else {
      const after = nextHit(key, event, before, changed.get(key)?.doc ?? null);
      if (after !== null) changed.set(key, after);
    }
  }
  return {
    // In the order of the index, so that neighbours share its pages.
    newPosts: [...newPosts].sort(),
    counts: tally.counts(),
    slogans: tally.slogans(),
    due: tally.due(),
    hits: [...changed.values()],
    rules,
  };
}

function whenAndWhere({ facts }: VerdictEvent): Counted {
  const collected = Date.parse(facts.collectedAt);
  // As eventTimeOf does, with each instant read once: this runs for every post.
  const at = facts.publishedAt === null ? collected : Math.min(collected, Date.parse(facts.publishedAt));
  return {
    at,
    backDatedUntil: !facts.backfill && collected - at > LATE_MS ? collected : null,
    source: facts.sourceId,
    region: oneLine(facts.region),
    demo: facts.demo,
    backfill: facts.backfill,
  };
}

function docOf(event: VerdictEvent): HitDoc | null {
  if (event.type === 'deleted' || event.post === null || event.verdict.matches.length === 0) return null;
  // A hit is what was raised: what is in shadow is counted elsewhere.
  const { shadow: _shadow, ...verdict } = event.verdict;
  return { post: event.post, verdict, region: event.facts.region };
}

function firstHit(
  key: string,
  event: VerdictEvent,
  doc: HitDoc,
  eventTime: number,
  firstSeenAt: number,
): PlannedHit {
  const { revision, ruleset } = event.verdict;
  const { sourceId, demo } = event.facts;
  return { key, revision, ruleset, state: 'current', eventTime, firstSeenAt, source: sourceId, demo, doc };
}

/** The hit after one more event, or null where the event changes nothing. */
function nextHit(
  key: string,
  event: VerdictEvent,
  before: KnownHit,
  docBefore: HitDoc | null,
): PlannedHit | null {
  const { revision, ruleset } = event.verdict;
  const same = {
    key,
    source: event.facts.sourceId,
    demo: event.facts.demo,
    eventTime: before.eventTime,
    firstSeenAt: before.firstSeenAt,
  };
  if (before.state === 'erased') return null;
  if (event.type === 'deleted') {
    if (revision < before.revision || before.state === 'deleted') return null;
    const newest = revision > before.revision ? ruleset : Math.max(ruleset, before.ruleset);
    return { ...same, revision, ruleset: newest, state: 'deleted', doc: docBefore };
  }
  const newer = revision > before.revision || (revision === before.revision && ruleset > before.ruleset);
  if (!newer || (before.state === 'deleted' && revision === before.revision)) return null;
  const doc = docOf(event);
  return doc === null
    ? { ...same, revision, ruleset, state: 'superseded', doc: docBefore }
    : { ...same, revision, ruleset, state: 'current', doc };
}

/** The first match of each slogan: two rules that word the same one count once. */
function firstOfEachSlogan(matches: readonly Match[]): Map<string, Match> {
  const first = new Map<string, Match>();
  for (const match of matches) {
    const { id } = sloganOf(match);
    if (!first.has(id)) first.set(id, match);
  }
  return first;
}

function countedRule(
  key: string,
  event: VerdictEvent,
  post: Post,
  match: Match,
  counted: Counted,
): CountedRule {
  const { nativeId, handle, displayName } = post.author;
  return {
    key,
    at: counted.backDatedUntil ?? counted.at,
    match,
    source: counted.source,
    // Who has no name is told apart by channel.
    author: postKey(`${post.sourceId}\n${nativeId ?? handle ?? displayName ?? post.channel}`),
    language: languageOfHit({ post, verdict: event.verdict }) ?? match.language,
    region: counted.region,
    stance: event.verdict.stance,
    demo: counted.demo,
    backfill: counted.backfill,
  };
}
