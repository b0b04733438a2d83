import { randomBytes } from 'node:crypto';
import { PostgresAuditLog } from '@vigil/auth';
import type { Batch } from '@vigil/bus';
import { HitQuery, type VerdictEvent } from '@vigil/contracts';
import { type HitIndex, PostgresHitIndex } from '@vigil/hit-index';
import { openElasticsearch } from '@vigil/hit-index/elasticsearch';
import {
  describeWithEngine,
  eventually,
  recordingTelemetry,
  TestClock,
  withTestDatabase,
} from '@vigil/testing';
import { anAlertsMetrics } from '../alerts-metrics.fixture.js';
import { aVerdict } from './a-verdict.fixture.js';
import { outboxState } from './hit-records.js';
import { HitProjector } from './hit-projector.js';
import { IndexRebuilder } from './index-rebuild.js';
import { postKey } from './post-key.js';
import { SeenDays } from './seen-days.js';
import { countSetAside, readSetAside, replaySetAside } from './set-aside.js';
import { VerdictConsumer } from './verdict-consumer.js';

const { db } = withTestDatabase();
const clock = new TestClock();
const ENGINE = { name: 'elasticsearch', variable: 'VIGIL_TEST_ELASTICSEARCH_URL' };

describe('hits that the index refuses, on PostgreSQL', () =>
  settingAside(async () => new PostgresHitIndex(db())));

describeWithEngine('hits that the index refuses, on Elasticsearch', ENGINE, (url) => {
  const elasticsearchPrefix = `vigil-test-${randomBytes(5).toString('hex')}`;
  settingAside(() =>
    openElasticsearch(
      {
        elasticsearchUrls: [url],
        elasticsearchApiKey: null,
        elasticsearchCa: null,
        elasticsearchFingerprint: null,
        elasticsearchPrefix,
      },
      recordingTelemetry().telemetry,
    ),
  );
  afterAll(async () => {
    const found = (await (await fetch(`${url}/${elasticsearchPrefix}-*`)).json()) as object;
    for (const index of Object.keys(found)) await fetch(`${url}/${index}`, { method: 'DELETE' });
    await fetch(`${url}/_index_template/${elasticsearchPrefix}-*`, { method: 'DELETE' });
  });
});

function settingAside(open: () => Promise<HitIndex>): void {
  let index: HitIndex;
  let projector: HitProjector;
  let refusals: number;
  let offset = 0n;

  beforeAll(async () => (index = await open()));
  afterAll(() => index.close());
  beforeEach(() => {
    refusals = 0;
    projector = new HitProjector(db(), index, () => clock.now(), {
      onIndexed: () => undefined,
      onSetAside: ({ refused }) => (refusals += refused.length),
      onFailure: (error) => {
        throw error;
      },
    });
  });
  afterEach(async () => {
    await projector.stop();
    await index.erase({ before: '2999-01-01T00:00:00Z' });
    await db().query(
      'TRUNCATE alerts_offset, seen_post, count_bucket, slogan_count, hit_rule, hit_outbox, spike_due, index_rebuild, hit_set_aside, hit, hit_index_erased',
    );
    offset = 0n;
  });

  /** Commits hits whose way from memory into the index is cut, so that the outbox alone brings them. */
  async function commit(...events: VerdictEvent[]): Promise<void> {
    const cut = new HitProjector(db(), index, () => clock.now(), {
      onIndexed: () => undefined,
      onSetAside: () => undefined,
      onFailure: () => undefined,
    });
    await cut.stop();
    const consumer = new VerdictConsumer({
      db: db(),
      clock,
      seenDays: new SeenDays(db()),
      projector: cut,
      metrics: anAlertsMetrics(),
      onDue: () => undefined,
      commitEarly: false,
    });
    await consumer.handle(aBatch(events, offset));
    offset += BigInt(events.length);
  }

  /** Makes what is kept of a hit something that no index takes: a revision beyond every index's counting. */
  async function spoil(id: string, revision = 2 ** 40): Promise<void> {
    await db().query(
      `UPDATE hit SET doc = jsonb_set(doc::jsonb, '{verdict,revision}', to_jsonb($2::bigint))::json WHERE key = $1::uuid`,
      [postKey(id), revision],
    );
  }

  const found = async () =>
    (await index.search(HitQuery.parse({ size: 50 }))).hits.map(({ hit }) => hit.post.id).sort();
  const waiting = async () => (await outboxState(db())).waiting;

  test('are set aside with the reason; what comes behind them is not held up', async () => {
    await commit(...['x/1', 'x/2', 'x/3'].map((id) => aVerdict({ id: `rss:${id}`, rules: ['p/a'] })));
    await spoil('rss:x/2');
    await projector.resume(0);
    await commit(aVerdict({ id: 'rss:x/4', rules: ['p/a'] }));
    await projector.resume(0);
    expect(await found()).toEqual(['rss:x/1', 'rss:x/3', 'rss:x/4']);
    expect(await waiting()).toBe(0);
    expect(refusals).toBe(1);
    expect(await readSetAside(db())).toEqual([
      expect.objectContaining({ postId: 'rss:x/2', attempts: 1, reason: expect.stringMatching(/\w{5}/) }),
    ]);
  });

  test('go in when they are replayed after a fix, and stay set aside before it', async () => {
    await commit(aVerdict({ id: 'rss:y/1', rules: ['p/a'] }));
    await spoil('rss:y/1');
    await projector.resume(0);
    expect(await replaySetAside(db(), new Date(clock.now()))).toBe(1);
    await projector.resume(0);
    expect(await readSetAside(db())).toMatchObject([{ postId: 'rss:y/1', attempts: 2 }]);
    await spoil('rss:y/1', 0);
    await replaySetAside(db(), new Date(clock.now()));
    await projector.resume(0);
    expect(await found()).toEqual(['rss:y/1']);
    expect(await countSetAside(db())).toBe(0);
  });

  test('are set aside no longer once a newer version of theirs is taken, which an old replay does not undo', async () => {
    await commit(aVerdict({ id: 'rss:z/1', rules: ['p/a'] }));
    await spoil('rss:z/1');
    await projector.resume(0);
    await replaySetAside(db(), new Date(clock.now()));
    await commit(
      aVerdict({
        id: 'rss:z/1',
        rules: ['p/a'],
        type: 'edited',
        revision: 1,
        text: 'words of the second revision',
      }),
    );
    await projector.resume(0);
    expect(await countSetAside(db())).toBe(0);
    const [hit] = (await index.search(HitQuery.parse({}))).hits;
    expect(hit?.hit.post.text).toBe('words of the second revision');
  });

  describe('a rebuild', () => {
    const audit = () => new PostgresAuditLog(db(), clock);
    const aRebuilder = () => new IndexRebuilder({ db: db(), clock, projector, audit: audit() });

    test('fills an index that was lost, sets aside what it refuses, and says how far it is', async () => {
      await commit(
        ...Array.from({ length: 1_200 }, (_, i) => aVerdict({ id: `rss:r/${i}`, rules: ['p/a'] })),
      );
      await spoil('rss:r/7');
      await db().query('TRUNCATE hit_outbox');
      const rebuilder = aRebuilder();
      expect(await rebuilder.ask({}, 'tester')).toMatchObject({ state: 'running', total: 1_200, queued: 0 });
      await expect(rebuilder.ask({}, 'tester')).rejects.toMatchObject({ code: 'conflict' });
      await rebuilder.work();
      expect(await rebuilder.state()).toMatchObject({ state: 'done', total: 1_200, queued: 1_200 });
      expect((await index.search(HitQuery.parse({}))).total).toBe(1_199);
      expect(await countSetAside(db())).toBe(1);
    });

    test('is gone on with by another process, where one was killed', async () => {
      await commit(...Array.from({ length: 700 }, (_, i) => aVerdict({ id: `rss:k/${i}`, rules: ['p/a'] })));
      await db().query('TRUNCATE hit_outbox');
      await aRebuilder().ask({}, 'tester');
      const dying = aRebuilder();
      const first = dying.work();
      await eventually(async () => ((await dying.state())?.queued ?? 0) > 0);
      await dying.stop();
      await first;
      await aRebuilder().work();
      expect(await aRebuilder().state()).toMatchObject({ state: 'done' });
      expect((await index.search(HitQuery.parse({}))).total).toBe(700);
    });

    test('takes a stretch of event time, and can be stopped', async () => {
      const at = (day: string) => `2026-11-${day}T12:00:00.000Z`;
      await commit(
        ...['01', '02', '03'].map((day) =>
          aVerdict({ id: `rss:t/${day}`, rules: ['p/a'], publishedAt: at(day), collectedAt: at(day) }),
        ),
      );
      await db().query('TRUNCATE hit_outbox');
      const rebuilder = aRebuilder();
      await rebuilder.ask({ from: '2026-11-02T00:00:00Z', to: '2026-11-03T00:00:00Z' }, 'tester');
      await rebuilder.work();
      expect(await found()).toEqual(['rss:t/02']);
      await rebuilder.ask({}, 'tester');
      expect(await rebuilder.cancel('tester')).toMatchObject({ state: 'stopped' });
      await rebuilder.work();
      expect(await found()).toEqual(['rss:t/02']);
    });
  });
}

function aBatch(events: readonly VerdictEvent[], first: bigint): Batch<VerdictEvent> {
  return {
    topic: 'verdicts',
    partition: 0,
    messages: events.map((value, i) => ({ key: value.facts.sourceId, value, offset: first + BigInt(i) })),
    first,
    next: first + BigInt(events.length),
    signal: new AbortController().signal,
    reject: async () => undefined,
  };
}
