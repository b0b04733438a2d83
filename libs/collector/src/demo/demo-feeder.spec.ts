import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { PostEvent } from '@vigil/contracts';
import { TestClock, withTestDatabase } from '@vigil/testing';
import { DemoFeeder, type DemoSurroundings } from './demo-feeder.js';
import { demoRecord, type DemoProgress, type DemoRecord } from './demo-record.js';
import { BURST_AFTER_MS, BURST_MS, demoBurst } from './live.js';
import { loadDemoScript } from './script.js';

const script = await loadDemoScript();

function inMemory(): DemoRecord {
  let progress: DemoProgress | null = null;
  return {
    read: () => Promise.resolve(progress),
    begin: (startedMs) => Promise.resolve((progress ??= { startedMs, liveFromMs: null, removed: false })),
    historyLoaded: (liveFromMs) => {
      if (progress) progress = { ...progress, liveFromMs: progress.liveFromMs ?? liveFromMs };
      return Promise.resolve();
    },
    remove: (atMs) => {
      progress = {
        startedMs: progress?.startedMs ?? atMs,
        liveFromMs: progress?.liveFromMs ?? null,
        removed: true,
      };
      return Promise.resolve();
    },
  };
}

/** A place to feed into that remembers what it got, and a clock that the fake timers follow. */
function aPlace(record = inMemory()) {
  const clock = new TestClock();
  const published: PostEvent[] = [];
  const said: string[] = [];
  const place = {
    clock,
    record,
    published,
    said,
    ownSources: 0,
    sources: new Set<string>(),
    ids: () => published.map((event) => event.post.id),
    fails: null as Error | null,
    /** Time goes by: half a second at a time, as the feeder looks. */
    async pass(ms: number): Promise<void> {
      for (let left = ms; left > 0; left -= 500) {
        clock.advance({ ms: Math.min(left, 500) });
        await jest.advanceTimersByTimeAsync(500);
      }
    },
    around: {} as DemoSurroundings,
  };
  place.around = {
    script,
    clock,
    record,
    countOwnSources: () => Promise.resolve(place.ownSources),
    insertSources: (drafts) => {
      for (const draft of drafts) place.sources.add(draft.id);
      return Promise.resolve();
    },
    publish: (events) => {
      if (place.fails) return Promise.reject(place.fails);
      published.push(...events);
      return Promise.resolve();
    },
    say: (event) => void said.push(event),
  };
  return place;
}

describe('DemoFeeder', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('loads sources and history, then bursts, then trickles', async () => {
    const place = aPlace();
    const feeder = new DemoFeeder(place.around);
    expect(await feeder.start()).toBe(true);
    expect(place.sources.size).toBe(script.sources.length);
    const loaded = place.published.length;
    expect(loaded).toBeGreaterThan(6_000);
    await place.pass(BURST_AFTER_MS + 60_000);
    const live = place.published.slice(loaded);
    expect(live.filter((event) => event.post.id.startsWith('demo:burst-')).length).toBeGreaterThanOrEqual(40);
    expect(live.every((event) => !event.post.backfill && event.post.demo)).toBe(true);
    await place.pass(BURST_MS);
    expect(place.said).toEqual(['demo loading', 'demo loaded', 'demo burst over']);
    const after = place.published.length;
    await place.pass(60_000);
    expect(place.published.length - after).toBe(12);
    expect(new Set(place.ids()).size).toBe(place.published.length);
    await feeder.stop();
  });

  it('leaves an organisation with sources of its own alone', async () => {
    const place = aPlace();
    place.ownSources = 1;
    expect(await new DemoFeeder(place.around).start()).toBe(false);
    expect(place.published).toEqual([]);
  });

  it('goes on after a kill in the middle of the history with the same posts', async () => {
    const record = inMemory();
    const first = aPlace(record);
    let batches = 0;
    const publish = first.around.publish;
    const killed = new DemoFeeder({
      ...first.around,
      publish: (events) => (++batches > 4 ? Promise.reject(new Error('killed')) : publish(events)),
    });
    await expect(killed.start()).rejects.toThrow('killed');
    const second = aPlace(record);
    second.clock.advance({ minutes: 3 });
    const feeder = new DemoFeeder(second.around);
    expect(await feeder.start()).toBe(true);
    expect(second.published.slice(0, first.published.length)).toEqual(first.published);
    await feeder.stop();
  });

  it('loses no post of the burst to a restart, and repeats no history', async () => {
    const record = inMemory();
    const before = aPlace(record);
    const killed = new DemoFeeder(before.around);
    await killed.start();
    await before.pass(BURST_AFTER_MS + 20_000);
    await killed.stop();
    const after = aPlace(record);
    after.clock.advance({ hours: 2 });
    const feeder = new DemoFeeder(after.around);
    await feeder.start();
    await after.pass(1_000);
    const progress = await record.read();
    const expected = demoBurst(script, progress?.liveFromMs ?? 0).map(({ event }) => event.post.id);
    const seen = new Set([...before.ids(), ...after.ids()]);
    expect(expected.filter((id) => !seen.has(id))).toEqual([]);
    expect(after.ids().some((id) => id.startsWith('demo:history-'))).toBe(false);
    await feeder.stop();
  });

  it('tries again what the bus did not take', async () => {
    const place = aPlace();
    const feeder = new DemoFeeder(place.around);
    await feeder.start();
    place.fails = new Error('the bus is away');
    await place.pass(30_000);
    place.fails = null;
    await place.pass(1_000);
    const progress = await place.record.read();
    const due = demoBurst(script, progress?.liveFromMs ?? 0).filter(
      ({ dueMs }) => dueMs <= place.clock.now() - 500,
    );
    expect(due.length).toBeGreaterThan(5);
    const seen = new Set(place.ids());
    expect(due.filter(({ event }) => !seen.has(event.post.id))).toEqual([]);
    expect(place.said.filter((event) => event === 'demo paused')).toHaveLength(1);
    await feeder.stop();
  });

  it('ends for good when it is removed, here and in other processes, and says so', async () => {
    const place = aPlace();
    const feeder = new DemoFeeder(place.around);
    await feeder.start();
    const elsewhere = new DemoFeeder({
      ...place.around,
      say: (event) => void place.said.push(`elsewhere: ${event}`),
    });
    await elsewhere.start();
    await feeder.remove();
    await place.pass(6_000);
    const left = place.published.length;
    await place.pass(120_000);
    expect(place.published.length).toBe(left);
    expect(place.said).toEqual(expect.arrayContaining(['demo removed', 'elsewhere: demo removed']));
    expect(await new DemoFeeder(place.around).start()).toBe(false);
  });
});

describe('the record in the database', () => {
  const { db } = withTestDatabase();

  it('begins once, remembers when the live part began, and stays removed', async () => {
    const record = demoRecord(db());
    expect(await record.read()).toBeNull();
    const startedMs = Date.parse('2026-11-21T12:00:00.123Z');
    expect(await record.begin(startedMs)).toEqual({ startedMs, liveFromMs: null, removed: false });
    expect(await record.begin(startedMs + 5_000)).toEqual({ startedMs, liveFromMs: null, removed: false });
    await record.historyLoaded(startedMs + 900);
    await record.historyLoaded(startedMs + 999_900);
    expect(await record.read()).toEqual({ startedMs, liveFromMs: startedMs + 900, removed: false });
    await record.remove(startedMs + 10_000);
    expect(await record.read()).toMatchObject({ removed: true });
  });
});
