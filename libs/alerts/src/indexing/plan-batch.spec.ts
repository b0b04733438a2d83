import fc from 'fast-check';
import type { VerdictEvent } from '@vigil/contracts';
import { aVerdict } from './a-verdict.fixture.js';
import { type BatchPlan, type Known, type KnownHit, planBatch } from './plan-batch.js';
import { postKey } from './post-key.js';

const NOW = Date.parse('2026-11-21T12:00:00Z');
const NOTHING: Known = { seen: new Set(), hits: new Map(), erased: new Set(), demoRemoved: false };
const keyed = (events: readonly VerdictEvent[]) =>
  events.map((event) => ({ key: postKey(event.facts.id), event }));
const plan = (events: readonly VerdictEvent[], known: Known = NOTHING) =>
  planBatch(keyed(events), known, NOW);
const total = (counts: BatchPlan['counts'], slogan: string) =>
  counts
    .filter((c) => c.slogan === slogan && c.basis === 'event')
    .reduce((sum, c) => ({ posts: sum.posts + c.posts, hits: sum.hits + c.hits }), { posts: 0, hits: 0 });

describe('planBatch', () => {
  test('counts every post and each rule of a hit, in the bucket of its event time', () => {
    const { counts, newPosts } = plan([
      aVerdict({ id: 'rss:1' }),
      aVerdict({ id: 'rss:2', rules: ['p/a', 'p/b', 'p/a'] }),
      aVerdict({ id: 'rss:3', publishedAt: '2026-11-21T11:54:59Z' }),
    ]);
    expect(newPosts).toHaveLength(3);
    expect(total(counts, '')).toEqual({ posts: 3, hits: 1 });
    expect(total(counts, 'p/a')).toEqual({ posts: 0, hits: 1 });
    expect(new Set(counts.map((c) => new Date(c.bucket).toISOString().slice(11, 16)))).toEqual(
      new Set(['11:55', '11:50']),
    );
  });

  test('counts two rules that word the same slogan as one', () => {
    const event = aVerdict({ id: 'rss:1', rules: ['p/a', 'p/a-translated'] });
    const [first, second] = event.verdict.matches;
    if (!first || !second) throw new Error('the verdict has two matches');
    const slogan = { id: first.rule, title: first.title };
    const translated: VerdictEvent = {
      ...event,
      verdict: { ...event.verdict, matches: [{ ...second, slogan }, first] },
    };
    const { counts, rules } = plan([translated]);
    expect(total(counts, 'p/a')).toEqual({ posts: 0, hits: 1 });
    expect(total(counts, 'p/a-translated')).toEqual({ posts: 0, hits: 0 });
    expect(rules).toHaveLength(1);
  });

  test('a post from the future counts when it was collected', () => {
    const { counts } = plan([
      aVerdict({ publishedAt: '2027-01-01T00:00:00Z', collectedAt: '2026-11-21T11:59:00Z' }),
    ]);
    expect(counts.map((c) => new Date(c.bucket).toISOString())).toEqual(['2026-11-21T11:55:00.000Z']);
  });

  test('a back-dated post counts by event time and by arrival, and is live on arrival', () => {
    const { counts, slogans, due, rules } = plan([
      aVerdict({ rules: ['p/a'], publishedAt: '2026-11-01T00:00:00Z', collectedAt: '2026-11-21T11:59:00Z' }),
    ]);
    expect(
      counts.filter((c) => c.slogan === 'p/a').map((c) => [c.basis, new Date(c.bucket).toISOString()]),
    ).toEqual([
      ['event', '2026-11-01T00:00:00.000Z'],
      ['arrival', '2026-11-21T11:55:00.000Z'],
    ]);
    expect(slogans.map((s) => [s.hits, s.live])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    expect(due).toHaveLength(1);
    expect(rules[0]?.at).toBe(Date.parse('2026-11-21T11:59:00Z'));
  });

  test('a backfill is history: neither live nor due', () => {
    const { slogans, due, counts } = plan([
      aVerdict({ rules: ['p/a'], backfill: true, publishedAt: '2026-11-01T00:00:00Z' }),
    ]);
    expect(slogans.map((s) => [s.hits, s.live])).toEqual([[1, 0]]);
    expect(due).toEqual([]);
    expect(counts.every((c) => c.backfill && c.basis === 'event')).toBe(true);
  });

  test('an edit that takes the match away supersedes the hit and keeps its text', () => {
    const { hits } = plan([aVerdict({ rules: ['p/a'] }), aVerdict({ type: 'edited', revision: 1 })]);
    expect(hits).toHaveLength(1);
    expect(hits[0]).toMatchObject({ state: 'superseded', revision: 1, doc: { verdict: { revision: 0 } } });
  });

  test('a deleted hit comes back with a higher revision only', () => {
    const first = [aVerdict({ rules: ['p/a'] }), aVerdict({ type: 'deleted', revision: 0, ruleset: 1 })];
    expect(plan([...first, aVerdict({ rules: ['p/a'], ruleset: 9 })]).hits[0]?.state).toBe('deleted');
    expect(plan([...first, aVerdict({ rules: ['p/a'], revision: 1 })]).hits[0]?.state).toBe('current');
  });

  test('an erased post leaves no hit, and is counted', () => {
    const erased = { ...NOTHING, erased: new Set([postKey('rss:1')]) };
    const { hits, rules, counts } = plan([aVerdict({ rules: ['p/a'] })], erased);
    expect([hits, rules]).toEqual([[], []]);
    expect(total(counts, '')).toEqual({ posts: 1, hits: 0 });
  });

  test('once the demo was removed, demo posts leave nothing', () => {
    const result = plan([aVerdict({ rules: ['p/a'], demo: true }), aVerdict({ id: 'rss:2' })], {
      ...NOTHING,
      demoRemoved: true,
    });
    expect([result.newPosts.length, result.hits.length, result.counts.length]).toEqual([1, 0, 1]);
  });

  test('the dedupe’s window does not matter to a hit', () => {
    const known = { ...NOTHING, hits: new Map([[postKey('rss:1'), knownHit()]]) };
    expect(plan([aVerdict({ rules: ['p/a'] })], known).counts).toEqual([]);
  });
});

function knownHit(): KnownHit {
  return { revision: 0, ruleset: 1, state: 'current', eventTime: NOW, firstSeenAt: NOW };
}

/** The naive model: one event at a time, over plain sets, no batches. */
class Model {
  readonly seen = new Set<string>();
  readonly versions = new Map<string, { version: [number, number]; state: string }>();
  posts = 0;
  hits = 0;
  perRule = new Map<string, number>();

  apply(event: VerdictEvent): void {
    const { id } = event.facts;
    if (event.type !== 'deleted' && !this.seen.has(id)) {
      this.seen.add(id);
      this.posts++;
    }
    const { revision, ruleset, matches } = event.verdict;
    const stored = this.versions.get(id);
    if (!stored) {
      if (matches.length === 0) return;
      this.versions.set(id, { version: [revision, ruleset], state: 'current' });
      this.hits++;
      for (const rule of new Set(matches.map((m) => m.rule)))
        this.perRule.set(rule, (this.perRule.get(rule) ?? 0) + 1);
      return;
    }
    const [oldRevision, oldRuleset] = stored.version;
    if (event.type === 'deleted') {
      if (revision < oldRevision || stored.state === 'deleted') return;
      stored.version = [revision, revision > oldRevision ? ruleset : Math.max(ruleset, oldRuleset)];
      stored.state = 'deleted';
      return;
    }
    const newer =
      revision !== oldRevision ? revision > oldRevision : ruleset > oldRuleset && stored.state !== 'deleted';
    if (!newer) return;
    stored.version = [revision, ruleset];
    stored.state = matches.length > 0 ? 'current' : 'superseded';
  }
}

/** Applies plans as the database does. */
class Store {
  readonly seen = new Set<string>();
  readonly hits = new Map<string, KnownHit>();
  readonly docs = new Map<string, unknown>();
  readonly counts = { posts: 0, hits: 0 };
  readonly perRule = new Map<string, number>();

  apply(events: readonly VerdictEvent[]): BatchPlan {
    const result = planBatch(
      keyed(events),
      { seen: this.seen, hits: this.hits, erased: new Set(), demoRemoved: false },
      NOW,
    );
    for (const key of result.newPosts) this.seen.add(key);
    for (const hit of result.hits) {
      this.hits.set(hit.key, hit);
      if (hit.doc) this.docs.set(hit.key, hit.doc);
    }
    const sum = total(result.counts, '');
    this.counts.posts += sum.posts;
    this.counts.hits += sum.hits;
    for (const slogan of result.slogans)
      this.perRule.set(slogan.slogan, (this.perRule.get(slogan.slogan) ?? 0) + slogan.hits);
    return result;
  }
}

const sketch = fc.record({
  id: fc.constantFrom('rss:1', 'rss:2', 'rss:3', 'rss:4'),
  type: fc.constantFrom('observed', 'edited', 'deleted') as fc.Arbitrary<VerdictEvent['type']>,
  revision: fc.integer({ min: 0, max: 3 }),
  ruleset: fc.integer({ min: 1, max: 3 }),
  rules: fc.subarray(['p/a', 'p/b', 'p/c']),
});

/** A log with redeliveries: every event may come again later, any number of times, whole stretches included. */
const log = fc
  .tuple(
    fc.array(sketch, { minLength: 1, maxLength: 25 }),
    fc.array(fc.tuple(fc.nat(), fc.nat(), fc.integer({ min: 1, max: 6 })), { maxLength: 8 }),
  )
  .map(([sketches, repeats]) => {
    const events = sketches.map((one) => aVerdict(one));
    for (const [from, at, length] of repeats) {
      const start = from % events.length;
      const place = start + length + (at % Math.max(1, events.length - start));
      events.splice(place, 0, ...events.slice(start, start + length));
    }
    return events;
  });

describe('planBatch, however the log is cut and repeated', () => {
  test('agrees with a model that takes one event at a time', () => {
    fc.assert(
      fc.property(log, fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), (events, sizes) => {
        const model = new Model();
        const store = new Store();
        for (const event of events) model.apply(event);
        for (let at = 0, i = 0; at < events.length; i++) {
          const size = sizes[i % sizes.length] ?? 1;
          store.apply(events.slice(at, at + size));
          at += size;
        }
        expect(store.counts).toEqual({ posts: model.posts, hits: model.hits });
        expect(store.perRule).toEqual(model.perRule);
        expect(store.hits.size).toBe(model.versions.size);
        for (const [id, { version, state }] of model.versions) {
          const hit = store.hits.get(postKey(id));
          expect([hit?.revision, hit?.ruleset, hit?.state]).toEqual([...version, state]);
          expect(store.docs.has(postKey(id))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a batch delivered again counts nothing', () => {
    fc.assert(
      fc.property(log, (events) => {
        const store = new Store();
        store.apply(events);
        const again = store.apply(events);
        expect([again.newPosts, again.counts, again.slogans, again.rules, again.due]).toEqual([
          [],
          [],
          [],
          [],
          [],
        ]);
      }),
      { numRuns: 300 },
    );
  });
});
