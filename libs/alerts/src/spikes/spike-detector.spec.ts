import { recordingTelemetry, TestClock, withTestDatabase } from '@vigil/testing';
import { anAlertsMetrics } from '../alerts-metrics.fixture.js';
import { aVerdict, type VerdictSketch } from '../indexing/a-verdict.fixture.js';
import { planBatch } from '../indexing/plan-batch.js';
import { postKey } from '../indexing/post-key.js';
import { dayOf, SeenDays } from '../indexing/seen-days.js';
import { readKnown } from '../indexing/write-batch.js';
import { writePlan } from '../indexing/write-plan.js';
import { SpikeDetector } from './spike-detector.js';

const { db } = withTestDatabase();
const clock = new TestClock('2026-11-21T12:00:30Z');
const detector = () =>
  new SpikeDetector({
    db: db(),
    clock,
    metrics: anAlertsMetrics(),
    log: recordingTelemetry().telemetry.log,
  });

let posts = 0;

/** Writes verdicts as the consumer does. */
async function write(sketches: readonly VerdictSketch[]): Promise<void> {
  await new SeenDays(db()).ensure(clock.now());
  const events = sketches
    .map((sketch) => aVerdict(sketch))
    .map((event) => ({ key: postKey(event.facts.id), event }));
  await db().transaction(async (tx) => {
    const known = await readKnown(
      tx,
      events.map((one) => one.key),
    );
    const at = { part: 0, day: dayOf(clock.now()), nowMs: clock.now() };
    await writePlan(tx, planBatch(events, known, clock.now()), at);
  });
}

const hits = (rule: string, count: number, over: VerdictSketch = {}): VerdictSketch[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `rss:${++posts}`,
    rules: [rule],
    author: `author-${i}`,
    publishedAt: new Date(clock.now() - i * 1_000).toISOString(),
    collectedAt: clock.instant(),
    ...over,
  }));

interface AlertRow extends Record<string, unknown> {
  key_value: string;
  hits: number;
  observed: number;
  version: number;
  closed_at: Date | null;
  found_late: boolean;
  peak_at: Date;
  started_at: Date;
}
const alerts = () => db().query<AlertRow>('SELECT * FROM alert ORDER BY started_at');

beforeEach(async () => {
  await db().query(
    'TRUNCATE alert, decision, delivery, hit, hit_rule, hit_outbox, spike_due, count_bucket, slogan_count, seen_post CASCADE',
  );
  clock.set('2026-11-21T12:00:30Z');
  // Watched for two weeks, and quiet.
  await write([{ id: `rss:${++posts}`, publishedAt: '2026-11-07T12:00:00Z', backfill: true }]);
});

test('an episode opens once, grows, goes quiet and closes', async () => {
  await write(hits('p/a', 8));
  expect((await detector().look(false)).opened).toHaveLength(1);
  expect((await detector().look(true)).opened).toEqual([]);

  clock.advance({ minutes: 10 });
  await write(hits('p/a', 20));
  expect((await detector().look(false)).opened).toEqual([]);
  expect(await alerts()).toMatchObject([{ hits: 28, observed: 28, closed_at: null, version: 1 }]);

  clock.advance({ minutes: 50 });
  await detector().look(true);
  expect(await alerts()).toMatchObject([{ closed_at: null }]);
  clock.advance({ minutes: 61 });
  await detector().look(true);
  expect(await alerts()).toMatchObject([{ closed_at: new Date(clock.now()), hits: 28 }]);

  clock.advance({ hours: 3 });
  await write(hits('p/a', 12));
  expect((await detector().look(false)).opened).toHaveLength(1);
  expect(await alerts()).toHaveLength(2);
});

test('hits of the same rise that come late continue its closed episode', async () => {
  await write(hits('p/a', 10));
  await detector().look(false);
  clock.advance({ hours: 2 });
  await detector().look(true);
  await write(hits('p/a', 10, { publishedAt: '2026-11-21T12:03:00Z' }));
  expect((await detector().look(false)).opened).toEqual([]);
  expect(await alerts()).toMatchObject([{ hits: 20, observed: 20 }]);
});

test('what an outage held up is found late, closed at once, and told', async () => {
  await db().query(
    `INSERT INTO notification_channel (id, kind, name, target, created_at, created_by) VALUES (gen_random_uuid(), 'mail', 'x', '{"to": []}', now(), 'me')`,
  );
  await write(hits('p/a', 10, { publishedAt: '2026-11-21T04:00:00Z' }));
  expect((await detector().look(false)).opened).toHaveLength(1);
  const [alert] = await alerts();
  expect(alert).toMatchObject({ found_late: true, closed_at: new Date(clock.now()) });
  expect(alert?.started_at.toISOString()).toBe('2026-11-21T04:00:00.000Z');
  expect(await db().query('SELECT state FROM delivery')).toEqual([{ state: 'pending' }]);
});

test('a found-late rise does not disturb the open episode of now', async () => {
  await write(hits('p/a', 10));
  await detector().look(false);
  await write(hits('p/a', 30, { publishedAt: '2026-11-21T02:00:00Z' }));
  expect((await detector().look(false)).opened).toHaveLength(1);
  expect((await alerts()).map((alert) => [alert.found_late, alert.closed_at === null, alert.hits])).toEqual([
    [true, false, 30],
    [false, true, 10],
  ]);
});

test('a backfill opens nothing, demo and real are apart', async () => {
  await write(hits('p/a', 50, { backfill: true }));
  await write(hits('p/a', 4));
  await write(hits('p/a', 5, { demo: true }));
  expect((await detector().look(true)).opened).toEqual([]);
});

test('one detector at a time: the second looks at nothing, and nothing is lost', async () => {
  await write(hits('p/a', 10));
  const looks = await Promise.all([detector().look(false), detector().look(false), detector().look(false)]);
  const opened = looks.flatMap((look) => look.opened);
  expect(opened).toHaveLength(1);
  expect(await alerts()).toHaveLength(1);
  expect(await db().query('SELECT 1 FROM spike_due')).toEqual([]);
});

test('more slogans than one look takes are looked at in the next', async () => {
  await write(Array.from({ length: 150 }, (_, i) => hits(`p/rule-${i}`, 1)).flat());
  expect((await detector().look(false)).more).toBe(true);
  expect((await detector().look(false)).more).toBe(false);
});
