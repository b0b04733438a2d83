import { randomUUID } from 'node:crypto';
import { type Identity, PostgresAuditLog } from '@vigil/auth';
import { readSettings } from '@vigil/config';
import { TestClock, withTestDatabase } from '@vigil/testing';
import { readAlert, readAlerts } from './alert-records.js';
import { Reviews } from './reviews.js';

const { db } = withTestDatabase();
const clock = new TestClock();
const settings = readSettings({ VIGIL_UNDO_SECONDS: '120', VIGIL_CLAIM_MINUTES: '30' });
const reviews = () => new Reviews(db(), clock, new PostgresAuditLog(db(), clock), settings);
const person = (id: string): Identity => ({ id, name: `Person ${id}`, permissions: [] });
const [ada, ben] = [person('ada'), person('ben')];

let id: string;
beforeEach(async () => {
  id = randomUUID();
  await db().query(
    `INSERT INTO alert (id, key_kind, key_value, label, demo, headline, severity, severity_rank, indicator, stance, observed, expected, probability,
       window_minutes, opened_at, started_at, peak_at, last_hit_at, risen_until, found_late, hits, sources, languages, regions, due_at)
     VALUES ($1, 'slogan', $2, 'A', false, 'a headline', 'high', 2, 'other', 'unclear', 9, 1, 0.00001, 30, $3, $3, $3, $3, $3, false, 9, '[]', '[]', '[]', $3)`,
    [id, `p/${id.slice(0, 8)}`, new Date(clock.now())],
  );
});

const stateNow = async () => (await readAlert(db(), id, clock.now())).state;

test('of two who claim at once one has it, and the other learns who', async () => {
  const outcomes = await Promise.allSettled([reviews().claim(id, 1, ada), reviews().claim(id, 1, ben)]);
  expect(outcomes.filter((one) => one.status === 'fulfilled')).toHaveLength(1);
  const refused = outcomes.find((one) => one.status === 'rejected');
  expect(refused).toMatchObject({
    reason: { code: 'stale-version', message: expect.stringMatching(/Person (ada|ben) has it/) },
  });
});

test('a claim keeps others out until it expires or is given back', async () => {
  await reviews().claim(id, 1, ada);
  await expect(reviews().claim(id, 2, ben)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Person ada has this alert until'),
  });
  await expect(reviews().decide(id, { version: 2, outcome: 'watch', note: '' }, ben)).rejects.toMatchObject({
    code: 'conflict',
  });
  await expect(reviews().release(id, 2, ben)).rejects.toMatchObject({ code: 'conflict' });
  clock.advance({ minutes: 31 });
  expect(await stateNow()).toBe('open');
  expect((await reviews().claim(id, 2, ben)).claimedBy).toBe('Person ben');
  expect((await reviews().release(id, 3, ben)).state).toBe('open');
});

test('its holder may hold it longer', async () => {
  const first = await reviews().claim(id, 1, ada);
  clock.advance({ minutes: 20 });
  const second = await reviews().claim(id, 2, ada);
  expect(Date.parse(second.claimedUntil!) - Date.parse(first.claimedUntil!)).toBe(20 * 60_000);
});

test('a decision can be undone in its time only, by whoever reviews', async () => {
  const decided = await reviews().decide(id, { version: 1, outcome: 'report', note: 'x' }, ada);
  await expect(reviews().decide(id, { version: 2, outcome: 'watch', note: '' }, ben)).rejects.toMatchObject({
    code: 'conflict',
  });
  expect((await reviews().undo(decided.decision!.id, ben)).state).toBe('open');
  const again = await reviews().decide(id, { version: 3, outcome: 'report', note: 'x' }, ada);
  clock.advance({ seconds: 121 });
  await expect(reviews().undo(again.decision!.id, ada)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('ended at'),
  });
});

test('a decided alert is closed once its rise is over and its undo has passed', async () => {
  await reviews().decide(id, { version: 1, outcome: 'report', note: '' }, ada);
  expect(await stateNow()).toBe('decided');
  await db().query('UPDATE alert SET closed_at = $2 WHERE id = $1', [id, new Date(clock.now())]);
  expect(await stateNow()).toBe('decided');
  clock.advance({ minutes: 3 });
  expect(await stateNow()).toBe('closed');
  const page = await readAlerts(db(), { order: 'newest', size: 50, states: ['closed'] }, clock.now());
  expect(page.alerts.map((alert) => alert.id)).toContain(id);
});

test('a refused deed leaves neither a change nor an audit entry', async () => {
  const audit = new PostgresAuditLog(db(), clock);
  const before = await audit.page(1);
  await expect(reviews().claim(id, 99, ada)).rejects.toMatchObject({ code: 'stale-version' });
  await expect(reviews().claim(randomUUID(), 1, ada)).rejects.toMatchObject({ code: 'not-found' });
  await expect(reviews().undo('nonsense', ada)).rejects.toMatchObject({ code: 'not-found' });
  expect(await audit.page(1)).toEqual(before);
  expect(await audit.firstBroken()).toBeNull();
});
