import type { Batch } from '@vigil/bus';
import type { Hit, VerdictEvent } from '@vigil/contracts';
import { PostgresHitIndex } from '@vigil/hit-index';
import { eventually, TestClock, withTestDatabase } from '@vigil/testing';
import { anAlertsMetrics } from '../alerts-metrics.fixture.js';
import { aVerdict } from './a-verdict.fixture.js';
import { HitProjector } from './hit-projector.js';
import { hitOfPost } from './hit-records.js';
import { SeenDays } from './seen-days.js';
import { VerdictConsumer } from './verdict-consumer.js';

const { db } = withTestDatabase();
const clock = new TestClock();
const rejected: unknown[] = [];

function aBatch(events: readonly VerdictEvent[], first: bigint, partition = 0): Batch<VerdictEvent> {
  return {
    topic: 'verdicts',
    partition,
    messages: events.map((value, i) => ({ key: value.facts.sourceId, value, offset: first + BigInt(i) })),
    first,
    next: first + BigInt(events.length),
    signal: new AbortController().signal,
    reject: async (message) => void rejected.push(message),
  };
}

/** The real index, which can be told to fail. */
class FailingIndex extends PostgresHitIndex {
  failing = false;

  override put(hits: readonly Hit[]): Promise<void> {
    return this.failing ? Promise.reject(new Error('the index is down')) : super.put(hits);
  }
}

const running: HitProjector[] = [];

function aService({ unfenced = false } = {}) {
  const index = new FailingIndex(db());
  const failures: unknown[] = [];
  const projector = new HitProjector(db(), index, () => clock.now(), {
    onIndexed: () => undefined,
    onSetAside: () => undefined,
    onFailure: (error) => failures.push(error),
  });
  running.push(projector);
  const metrics = anAlertsMetrics();
  const consumer = new VerdictConsumer({
    db: db(),
    clock,
    seenDays: new SeenDays(db()),
    projector,
    metrics,
    onDue: () => undefined,
    commitEarly: false,
    unfenced,
  });
  return { index, failures, projector, consumer };
}

const found = async (index: FailingIndex, rules: string[]) =>
  (
    await index.search({ rules, states: ['current', 'superseded', 'deleted'], order: 'newest', size: 50 })
  ).hits.map((one) => one.hit);
const outbox = async () =>
  Number((await db().query<{ n: string }>('SELECT count(*) n FROM hit_outbox'))[0]?.n);
async function counted(slogan: string) {
  const [row] = await db().query<{ posts: string | null; hits: string | null }>(
    `SELECT sum(posts) posts, sum(hits) hits FROM count_bucket WHERE slogan = $1 AND basis = 'event'`,
    [slogan],
  );
  return { posts: Number(row?.posts), hits: Number(row?.hits) };
}

afterEach(async () => {
  for (const projector of running.splice(0)) await projector.stop();
  await db().query(
    'TRUNCATE alerts_offset, seen_post, count_bucket, slogan_count, hit, hit_rule, hit_outbox, spike_due, erased_post, hit_index, hit_index_text',
  );
});

describe('verdicts into counts, hits and the index', () => {
  test('a batch has its whole effect, and is searchable', async () => {
    const { consumer, index } = aService();
    await consumer.handle(
      aBatch(
        [aVerdict({ id: 'rss:1' }), aVerdict({ id: 'rss:2', rules: ['p/a'], text: 'some neutral words' })],
        0n,
      ),
    );
    expect(await counted('')).toEqual({ posts: 2, hits: 1 });
    expect(await counted('p/a')).toEqual({ posts: 0, hits: 1 });
    const hits = await eventually(
      async () => (await found(index, ['p/a'])).length === 1 && found(index, ['p/a']),
    );
    expect(hits[0]).toMatchObject({
      state: 'current',
      post: { id: 'rss:2', text: 'some neutral words' },
      region: 'sahel',
    });
    await eventually(async () => (await outbox()) === 0);
    expect(await consumer.resumeFrom([0, 1])).toEqual(new Map([[0, 2n]]));
  });

  test('a batch whose offset has moved on is fenced and changes nothing', async () => {
    const { consumer } = aService();
    const batch = aBatch([aVerdict({ rules: ['p/a'] })], 0n);
    await consumer.handle(batch);
    await expect(consumer.handle(batch)).rejects.toMatchObject({ code: 'fenced' });
    await expect(consumer.handle(aBatch([aVerdict({ id: 'rss:9' })], 7n))).rejects.toMatchObject({
      code: 'fenced',
    });
    expect(await counted('')).toEqual({ posts: 1, hits: 1 });
  });

  test('without the fence a batch that comes again is counted again, which the fault run must find', async () => {
    const { consumer } = aService({ unfenced: true });
    const batch = aBatch([aVerdict({ rules: ['p/a'] })], 0n);
    await consumer.handle(batch);
    await consumer.handle(batch);
    expect(await counted('')).toEqual({ posts: 2, hits: 2 });
    expect(await counted('p/a')).toEqual({ posts: 0, hits: 2 });
  });

  test('two consumers of one partition: one has its effect', async () => {
    const batch = aBatch(
      Array.from({ length: 50 }, (_, i) => aVerdict({ id: `rss:${i}`, rules: ['p/a'] })),
      0n,
    );
    const outcomes = await Promise.allSettled([
      aService().consumer.handle(batch),
      aService().consumer.handle(batch),
    ]);
    expect(outcomes.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await counted('p/a')).toEqual({ posts: 0, hits: 50 });
  });

  test('posts that come on several partitions at once count once', async () => {
    const { consumer } = aService();
    const before = await counted('p/claimed-by-two');
    const events = Array.from({ length: 50 }, (_, i) =>
      aVerdict({ id: `rss:twice-${i}`, rules: ['p/claimed-by-two'] }),
    );
    const partitions = [21, 22, 23, 24];
    await Promise.all(partitions.map((partition) => consumer.handle(aBatch(events, 0n, partition))));
    expect((await counted('p/claimed-by-two')).hits - before.hits).toBe(50);
    expect(await consumer.resumeFrom(partitions)).toEqual(
      new Map(partitions.map((partition) => [partition, 50n])),
    );
  });

  test('a redelivery in another batch counts nothing, also on another day', async () => {
    const { consumer } = aService();
    const events = [aVerdict({ id: 'rss:1' }), aVerdict({ id: 'rss:2', rules: ['p/a'] })];
    await consumer.handle(aBatch(events, 0n));
    clock.advance({ days: 3 });
    await consumer.handle(aBatch(events, 2n));
    expect(await counted('')).toEqual({ posts: 2, hits: 1 });
  });

  test('days past the window are dropped, and only those', async () => {
    const { consumer } = aService();
    const days = new SeenDays(db());
    await consumer.handle(aBatch([aVerdict({ id: 'rss:1' })], 0n));
    clock.advance({ days: 9 });
    await consumer.handle(aBatch([aVerdict({ id: 'rss:2' })], 1n));
    expect(await days.expire(clock.now(), 7)).toBeGreaterThanOrEqual(1);
    await consumer.handle(aBatch([aVerdict({ id: 'rss:1' }), aVerdict({ id: 'rss:2' })], 2n));
    expect(await counted('')).toEqual({ posts: 3, hits: 0 });
  });

  test('edits and deletions reach the index, also of a post of an earlier batch', async () => {
    const { consumer, index } = aService();
    await consumer.handle(
      aBatch([aVerdict({ id: 'rss:1', rules: ['p/a'] }), aVerdict({ id: 'rss:2', rules: ['p/a'] })], 0n),
    );
    await consumer.handle(
      aBatch(
        [aVerdict({ id: 'rss:1', type: 'edited', revision: 1 }), aVerdict({ id: 'rss:2', type: 'deleted' })],
        2n,
      ),
    );
    const states = () =>
      found(index, ['p/a']).then((hits) => Object.fromEntries(hits.map((hit) => [hit.post.id, hit.state])));
    await eventually(async () =>
      expect(await states()).toEqual({ 'rss:1': 'superseded', 'rss:2': 'deleted' }),
    );
    expect(await counted('p/a')).toEqual({ posts: 0, hits: 2 });
  });

  test('text that no PostgreSQL text can hold is kept to the letter', async () => {
    const { consumer } = aService();
    const text = `nul \u0000, half a pair \ud800, quote " \\ and\nnew line`;
    await consumer.handle(
      aBatch(
        [
          aVerdict({
            id: 'rss:odd\u0000\ud800',
            rules: ['p/a'],
            text,
            region: 'a\u0000b',
            author: 'x\u0000',
          }),
        ],
        0n,
      ),
    );
    expect((await hitOfPost(db(), 'rss:odd\u0000\ud800'))?.post.text).toBe(text);
  });

  test('while the index is down nothing is lost, and it catches up', async () => {
    const { consumer, index, failures } = aService();
    index.failing = true;
    await consumer.handle(aBatch([aVerdict({ id: 'rss:1', rules: ['p/a'] })], 0n));
    await eventually(() => failures.length > 0);
    await consumer.handle(aBatch([aVerdict({ id: 'rss:2', rules: ['p/a'] })], 1n));
    expect(await outbox()).toBe(2);
    index.failing = false;
    await eventually(async () => (await found(index, ['p/a'])).length === 2);
    await eventually(async () => (await outbox()) === 0);
  });

  test('a consumer that stops does not wait for an index that is down', async () => {
    const { consumer, index, failures } = aService();
    index.failing = true;
    const long = 'a long text '.repeat(10_000);
    const events = Array.from({ length: 180 }, (_, i) =>
      aVerdict({ id: `rss:${i}`, rules: ['p/a'], text: long }),
    );
    await consumer.handle(aBatch(events.slice(0, 1), 0n));
    await eventually(() => failures.length > 0);
    const stopping = new AbortController();
    let done = false;
    const handling = consumer
      .handle({ ...aBatch(events, 1n), signal: stopping.signal })
      .then(() => (done = true));
    await eventually(async () => (await counted('p/a')).hits === 180);
    expect(done).toBe(false);
    stopping.abort();
    await handling;
    expect(await outbox()).toBe(180);
  });

  test('what a killed process left in the outbox is brought into the index by the next', async () => {
    const dying = aService();
    await dying.projector.stop();
    await dying.consumer.handle(aBatch([aVerdict({ id: 'rss:1', rules: ['p/a'] })], 0n));
    const next = aService();
    expect(await next.projector.resume(0)).toBe(1);
    expect(await found(next.index, ['p/a'])).toHaveLength(1);
    expect(await outbox()).toBe(0);
  });
});
