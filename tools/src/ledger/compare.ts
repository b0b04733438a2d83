import type { Expected } from './ledger.js';
import { seenKeyOf } from './ledger.js';

/** What the program has in the end, read from its tables and its API. */
export interface Found {
  /** Keys of counted posts, see seenKeyOf. */
  readonly seen: ReadonlySet<string>;
  readonly counts: ReadonlyMap<string, number>;
  readonly hits: ReadonlyMap<string, number>;
  /** Post id → revision, of every hit that a search over the API gives; one entry per hit given. */
  readonly index: readonly { id: string; revision: number }[];
  /** Rule → how many alerts it has, and the hits that they name together. */
  readonly alerts: ReadonlyMap<string, { readonly alerts: number; readonly hits: number }>;
  readonly deadLetters: number;
  readonly outbox: number;
}

export interface Verdict {
  /** Posts released and never counted. */
  readonly posts_lost: number;
  /** Counts too many, all buckets together. */
  readonly posts_double: number;
  readonly hits_lost: number;
  readonly hits_double: number;
  /** Hits that a search does not find. */
  readonly index_lost: number;
  readonly index_double: number;
  /** Hits found in an older revision than the last one published. */
  readonly index_stale: number;
  readonly alerts_lost: number;
  readonly alerts_double: number;
  /** Hits that the alerts do not name, and that they name too many. */
  readonly alert_hits_lost: number;
  readonly alert_hits_double: number;
  readonly dead_letters: number;
  readonly unindexed: number;
  /** Sum of what was lost, and of what was counted or shown twice. */
  readonly lost: number;
  readonly double_counted: number;
}

/** Compares bucket by bucket: a loss in one and a double count in another do not make up for each other. */
export function compare(expected: Expected, found: Found, alertRules: readonly string[]): Verdict {
  const posts = difference(expected.counts, found.counts);
  const unseen = [...expected.posts.keys()].filter((post) => !found.seen.has(seenKeyOf(post))).length;
  const hits = difference(expected.hits, found.hits);
  const wanted = [...expected.posts].filter(([, post]) => post.rule !== null);
  const inIndex = new Map<string, { times: number; revision: number }>();
  for (const { id, revision } of found.index)
    inIndex.set(id, { times: (inIndex.get(id)?.times ?? 0) + 1, revision });
  const alerts = difference(
    new Map(alertRules.map((rule) => [rule, 1])),
    new Map([...found.alerts].map(([rule, has]) => [rule, has.alerts])),
  );
  const named = difference(
    hitsOfRules(expected, alertRules),
    new Map([...found.alerts].map(([rule, has]) => [rule, has.hits])),
  );
  const parts = {
    posts_lost: Math.max(posts.less, unseen),
    posts_double: posts.more,
    hits_lost: hits.less,
    hits_double: hits.more,
    index_lost: wanted.filter(([id]) => !inIndex.has(id)).length,
    index_double: found.index.length - wanted.filter(([id]) => inIndex.has(id)).length,
    index_stale: wanted.filter(([id, post]) => (inIndex.get(id)?.revision ?? post.revision) < post.revision)
      .length,
    alerts_lost: alerts.less,
    alerts_double: alerts.more,
    alert_hits_lost: named.less,
    alert_hits_double: named.more,
    dead_letters: found.deadLetters,
    unindexed: found.outbox,
  };
  return {
    ...parts,
    lost:
      parts.posts_lost +
      parts.hits_lost +
      parts.index_lost +
      parts.index_stale +
      parts.alerts_lost +
      parts.alert_hits_lost +
      parts.dead_letters +
      parts.unindexed,
    double_counted:
      parts.posts_double +
      parts.hits_double +
      parts.index_double +
      parts.alerts_double +
      parts.alert_hits_double,
  };
}

/** Hits of each of these rules, all sources and buckets together. */
export function hitsOfRules(expected: Pick<Expected, 'hits'>, rules: readonly string[]): Map<string, number> {
  const sums = new Map(rules.map((rule) => [rule, 0]));
  for (const [key, hits] of expected.hits) {
    const rule = key.split(' ')[0] ?? '';
    const before = sums.get(rule);
    if (before !== undefined) sums.set(rule, before + hits);
  }
  return sums;
}

function difference(
  expected: ReadonlyMap<string, number>,
  found: ReadonlyMap<string, number>,
): { less: number; more: number } {
  let less = 0;
  let more = 0;
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const by = (found.get(key) ?? 0) - (expected.get(key) ?? 0);
    if (by < 0) less -= by;
    else more += by;
  }
  return { less, more };
}
