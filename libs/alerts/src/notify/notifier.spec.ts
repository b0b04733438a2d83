import { randomUUID } from 'node:crypto';
import { VigilError } from '@vigil/contracts';
import { BullJobs } from '@vigil/jobs';
import { eventually, recordingTelemetry, TestClock, withTestDatabase } from '@vigil/testing';
import { anAlertsMetrics } from '../alerts-metrics.fixture.js';
import { deliveryId, queueDeliveries, RETRY_AFTER_MS } from './deliveries.js';
import type { Notification, NotificationChannel } from './notification.js';
import { Notifier } from './notifier.js';

const { db } = withTestDatabase();
const clock = new TestClock();
const { telemetry } = recordingTelemetry();
let jobs: BullJobs;

/** Takes what it is given, after the failures it is told of. */
class ScriptedChannel implements NotificationChannel {
  readonly kind = 'webhook';
  readonly off = null;
  readonly sent: Notification[] = [];
  attempts = 0;
  failures: VigilError[] = [];

  send(notification: Notification): Promise<void> {
    this.attempts++;
    const failure = this.failures.shift();
    if (failure) return Promise.reject(failure);
    this.sent.push(notification);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

let channel: ScriptedChannel;
let notifier: Notifier;
let channelId: string;
let alertId: string;

beforeAll(async () => {
  jobs = await BullJobs.open(db(), telemetry);
});
afterAll(() => jobs.close());

beforeEach(async () => {
  await db().query('TRUNCATE notification_channel, delivery, alert CASCADE');
  channel = new ScriptedChannel();
  const metrics = anAlertsMetrics();
  notifier = new Notifier({
    db: db(),
    jobs,
    clock,
    channels: [channel],
    metrics,
    log: telemetry.log,
    consoleUrl: 'http://console.test',
  });
  channelId = randomUUID();
  alertId = randomUUID();
  await db().query(
    `INSERT INTO notification_channel (id, kind, name, target, secret, created_at, created_by) VALUES ($1, 'webhook', 'x', '{"url": "http://example.org"}', 'whsec_x', now(), 'me')`,
    [channelId],
  );
  await db().query(
    `INSERT INTO alert (id, key_kind, key_value, label, demo, headline, severity, severity_rank, indicator, stance, observed, expected, probability,
       window_minutes, opened_at, started_at, peak_at, last_hit_at, risen_until, found_late, hits, sources, languages, regions, due_at)
     VALUES ($1, 'slogan', 'p/a', 'A', false, 'a headline', 'high', 2, 'other', 'unclear', 9, 1, 0.00001, 30, now(), now(), now(), now(), now(), false, 9, '[]', '[]', '[]', now())`,
    [alertId],
  );
  await db().transaction((tx) => queueDeliveries(tx, alertId, clock.now()));
});
afterEach(() => notifier.stop());

const delivery = async () =>
  (
    await db().query<{ state: string; attempts: number; reason: string | null; due_at: Date }>(
      'SELECT state, attempts, reason, due_at FROM delivery',
    )
  )[0];
const temporary = () => new VigilError('fetch-failed', 'it answered 503', { retriable: true });

test('the same alert and channel make one delivery, whose id is always the same', async () => {
  await db().transaction((tx) => queueDeliveries(tx, alertId, clock.now()));
  expect(await db().query('SELECT id FROM delivery')).toEqual([{ id: deliveryId(alertId, channelId) }]);
});

test('what is due is delivered by a job, once', async () => {
  notifier.start();
  notifier.wake();
  await eventually(async () => (await delivery())?.state === 'sent');
  await Promise.all([
    notifier.deliver(deliveryId(alertId, channelId)),
    notifier.deliver(deliveryId(alertId, channelId)),
  ]);
  expect(channel.attempts).toBe(1);
  expect(channel.sent[0]).toMatchObject({
    kind: 'alert.opened',
    headline: 'a headline',
    alert: { url: `http://console.test/alerts/${alertId}` },
  });
});

test('a failure that may pass is tried again when due, and not before', async () => {
  channel.failures = [temporary()];
  const id = deliveryId(alertId, channelId);
  await notifier.deliver(id);
  expect(await delivery()).toMatchObject({ state: 'pending', attempts: 1, reason: 'it answered 503' });
  await notifier.deliver(id);
  expect(channel.attempts).toBe(1);
  clock.advance({ ms: RETRY_AFTER_MS[0] });
  await notifier.deliver(id);
  expect(await delivery()).toMatchObject({ state: 'sent', attempts: 2, reason: null });
});

test('after its last attempt, or a refusal for good, it has failed with the reason', async () => {
  const id = deliveryId(alertId, channelId);
  for (let attempt = 0; attempt <= RETRY_AFTER_MS.length; attempt++) {
    channel.failures = [temporary()];
    await notifier.deliver(id);
    clock.advance({ hours: 8 });
  }
  expect(await delivery()).toMatchObject({ state: 'failed', attempts: RETRY_AFTER_MS.length + 1 });
  await db().query(`UPDATE delivery SET state = 'pending', attempts = 0, due_at = $1`, [
    new Date(clock.now()),
  ]);
  channel.failures = [new VigilError('refused-address', 'a private address')];
  await notifier.deliver(id);
  expect(await delivery()).toMatchObject({ state: 'failed', attempts: 1, reason: 'a private address' });
});

test('an attempt whose process died is made again', async () => {
  const id = deliveryId(alertId, channelId);
  // As after a kill between the attempt's beginning and its end.
  await db().query('UPDATE delivery SET attempts = 1, due_at = $2 WHERE id = $1', [
    id,
    new Date(clock.now() + 120_000),
  ]);
  await notifier.deliver(id);
  expect(channel.attempts).toBe(0);
  clock.advance({ minutes: 3 });
  notifier.start();
  await eventually(async () => (await delivery())?.state === 'sent');
  expect(await delivery()).toMatchObject({ attempts: 2 });
});
