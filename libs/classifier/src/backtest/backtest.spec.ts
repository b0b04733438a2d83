import { PostgresAuditLog } from '@vigil/auth';
import { PostgresBus, type RetainedLog } from '@vigil/bus';
import { POSTS, channelKey, type Backtest } from '@vigil/contracts';
import {
  TestClock,
  aPost,
  aPostEvent,
  eventually,
  recordingTelemetry,
  withTestDatabase,
} from '@vigil/testing';
import { LABELLED_PACK, loadLabelled } from '../labelled/load.js';
import type { LabelledFile } from '../labelled/schema.js';
import { GREEN_BANNER, greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import type { Pack } from '../packs/schema.js';
import { PackStore } from '../publishing/pack-store.js';
import { BacktestStore } from './backtest-store.js';
import { Backtests } from './backtests.js';
import { runBacktest } from './run-backtest.js';

/** Posts of the labelled set: two halves of twelve languages. */
const LABELLED = 2 * 12 * 1_600;

function packOf(yaml: string): Pack {
  const { pack } = parsePack(new Map([['pack.yaml', yaml]]));
  if (!pack) throw new Error('the fixture is at fault');
  return pack;
}

/** The pack in force finds `forest office`; the draft `timber office` in its place. */
const DRAFT = packOf(GREEN_BANNER.replace('[forest office]', '[timber office]'));

describe('a backtest', () => {
  const { db } = withTestDatabase();
  const clock = new TestClock();
  const { telemetry } = recordingTelemetry();
  let packs: PackStore;
  let store: BacktestStore;
  let bus: PostgresBus;

  beforeEach(async () => {
    await db().query('TRUNCATE ruleset, ruleset_pack, pack_version, backtest, erased_post CASCADE');
    await db().query('TRUNCATE bus_log, bus_partition, bus_topic CASCADE');
    const audit = new PostgresAuditLog(db(), clock);
    packs = new PackStore(db(), clock, audit);
    store = new BacktestStore(db(), clock, audit);
    bus = new PostgresBus(db(), telemetry, { partitions: 3, transitDays: 7, transitMaxBytes: 1e9 });
    await packs.publish(packOf([...greenBanner().values()].join('')), 'admin');
  });
  afterEach(() => bus.close());

  async function publish(texts: readonly string[], source = 'source-1'): Promise<string[]> {
    const events = texts.map((text, n) =>
      aPostEvent(
        aPost()
          .of(source)
          .saying(text)
          .at(`2026-01-0${1 + (n % 2)}T12:00:00.000Z`),
      ),
    );
    await bus.publish(
      POSTS,
      events.map((value) => ({ key: channelKey(value.post), value })),
    );
    return events.map(({ post }) => post.id);
  }

  const ask = (draft = DRAFT, examples = 2): Promise<Backtest> => store.ask(draft, 1, examples, 'ana');

  /** Runs what was asked for in this process, as fast as it can. */
  async function run(log: RetainedLog = bus.retained, files: readonly LabelledFile[] = []): Promise<boolean> {
    const held = await store.take();
    if (!held) throw new Error('nothing was asked for');
    const labelled = files.map((file) => ({ half: 'tuned' as const, file }));
    const { signal } = new AbortController();
    return runBacktest({ held, store, packs, log, signal, labelled, share: 1, checkpointEveryMs: 0 });
  }

  it('tells what a draft adds and drops, by rule, source and day, with examples', async () => {
    const ids = await publish([
      'a forest office',
      'a timber office',
      'forest office and timber office',
      'rain',
    ]);
    await publish(['our forest office'], 'source-2');
    const { id } = await ask();
    expect(await run()).toBe(true);
    const { result, ...about } = await store.one(id);
    expect(about).toMatchObject({ state: 'done', done: 5, of: 5, createdBy: 'ana' });
    expect(result).toMatchObject({
      total: { posts: 5, live: 3, draft: 2, added: 1, dropped: 2 },
      rules: [{ rule: 'green-banner/office', live: 3, draft: 2, added: 1, dropped: 2 }],
      sources: [
        { source: 'source-1', posts: 4, added: 1, dropped: 1 },
        { source: 'source-2', posts: 1, added: 0, dropped: 1 },
      ],
      unlisted: { rules: 0, sources: 0 },
    });
    expect(result?.days.reduce((sum, { posts }) => sum + posts, 0)).toBe(5);
    const examples = await store.examples(id, 'green-banner/office', 10);
    expect(examples.map(({ change }) => change).sort()).toEqual(['added', 'dropped', 'dropped']);
    const [added] = examples.filter(({ change }) => change === 'added');
    expect(added).toMatchObject({ postId: ids[1], excerpt: 'a timber office' });
    expect(added?.excerpt.slice(added.match.span.start, added.match.span.end)).toBe('timber office');
  }, 60_000);

  it('goes on where it stood after its process was lost, and counts no post twice', async () => {
    await publish(Array.from({ length: 50 }, (_, n) => `timber office ${n}`));
    await publish(
      Array.from({ length: 50 }, (_, n) => `forest office ${n}`),
      'source-2',
    );
    const { id } = await ask(DRAFT, 0);
    let runs = 0;
    const broken: RetainedLog = {
      stretches: (topic) => bus.retained.stretches(topic),
      read: (topic, stretches, take, signal) =>
        bus.retained.read(
          topic,
          stretches,
          async (past) => {
            if (++runs > 1) throw new Error('the process ends');
            await take(past);
          },
          signal,
        ),
    };
    const labelled = (await loadLabelled(LABELLED_PACK, 'tuned')).slice(0, 2);
    await expect(run(broken, labelled)).rejects.toThrow('the process ends');
    expect((await store.one(id)).result?.total.posts).toBe(50);
    expect(await store.take()).toBeNull();
    await db().query(`UPDATE backtest SET leased_until = now() - interval '1 second'`);
    expect(await run(bus.retained, labelled)).toBe(true);
    const { result, done, of } = await store.one(id);
    expect({ done, of }).toEqual({ done: 3_300, of: 3_300 });
    expect(result?.labelled.reduce((sum, { posts }) => sum + posts, 0)).toBe(3_200);
    expect(result?.total).toEqual({
      posts: 100,
      live: 50,
      draft: 50,
      added: 50,
      dropped: 50,
    });
  }, 60_000);

  it('ends where it is cancelled, and for a holder whom another has followed', async () => {
    await publish(['a timber office']);
    const { id } = await ask();
    const held = await store.take();
    if (!held) throw new Error('nothing was asked for');
    expect(await store.cancel(id, 'ana')).toMatchObject({ state: 'cancelled', endedAt: expect.any(String) });
    const signal = new AbortController().signal;
    expect(await runBacktest({ held, store, packs, log: bus.retained, signal, labelled: [] })).toBe(false);
    expect((await store.one(id)).state).toBe('cancelled');
    const again = await ask();
    await db().query('UPDATE backtest SET run = 20 WHERE id = $1', [again.id]);
    expect(await store.take()).toBeNull();
    expect(await store.one(again.id)).toMatchObject({
      state: 'failed',
      failure: expect.stringContaining('begun 20 times'),
    });
    await store.remove(id, 'ana');
    await expect(store.one(id)).rejects.toMatchObject({ code: 'not-found' });
    await expect(store.cancel(id, 'ana')).rejects.toMatchObject({ code: 'not-found' });
  });

  it('keeps no example of an erased post, and takes five at a time', async () => {
    const [erased] = await publish(['a timber office', 'another timber office']);
    await db().query(
      `INSERT INTO erased_post (key, erased_at) VALUES (left(encode(sha256(convert_to($1, 'UTF8')), 'hex'), 32)::uuid, now())`,
      [erased],
    );
    const { id } = await ask();
    await run();
    expect(await store.examples(id, null, 10)).toHaveLength(1);
    for (let n = 0; n < 5; n++) await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'too-many-requests' });
    expect(await store.list()).toHaveLength(6);
  }, 60_000);

  it('is run by the service on the labelled set too, which tells of a failure by its cause', async () => {
    await publish(['a timber office']);
    const draft = packOf(
      GREEN_BANNER.replace('[forest office]', '[timber office]').replace('hep yeşil kalır', 'Eid mubarak'),
    );
    const service = new Backtests(db(), store, packs, bus.retained, telemetry);
    await service.onApplicationBootstrap();
    try {
      const { id } = await ask(draft);
      const lost = await store.ask(DRAFT, 99, 0, 'ana');
      await eventually(
        async () =>
          expect(await store.one(lost.id)).toMatchObject({
            state: 'failed',
            failure: 'there is no ruleset 99',
          }),
        { timeoutMs: 90_000 },
      );
      const { result, ...about } = await store.one(id);
      expect(about).toMatchObject({ state: 'done', done: LABELLED + 1, of: LABELLED + 1 });
      expect(result?.total).toMatchObject({ posts: 1, added: 1 });
      expect(result?.labelled.reduce((sum, { posts }) => sum + posts, 0)).toBe(LABELLED);
      const english = result?.labelled.find(
        (one) => one.half === 'tuned' && one.language === 'en' && one.label === 'religious',
      );
      expect(english).toMatchObject({ posts: 600, live: 0, dropped: 0 });
      expect(english?.added).toBeGreaterThan(0);
    } finally {
      await service.beforeApplicationShutdown();
    }
  }, 120_000);
});
