import { PostgresAuditLog } from '@vigil/auth';
import { HitQuery, type PostId, type VerdictEvent } from '@vigil/contracts';
import { PostgresHitIndex } from '@vigil/hit-index';
import { TestClock, withTestDatabase } from '@vigil/testing';
import { aVerdict } from '../indexing/a-verdict.fixture.js';
import { ConsumedBatches } from '../indexing/consumed-batches.fixture.js';
import { HitProjector } from '../indexing/hit-projector.js';
import { clearOutbox, hitOfPost } from '../indexing/hit-records.js';
import { Erasure } from './erasure.js';
import { HitRetention, monthBefore } from './hit-retention.js';
import { Holds } from './holds.js';

const { db } = withTestDatabase();
const clock = new TestClock();
const DAYS = 90;
const holds = () => new Holds(db(), clock, new PostgresAuditLog(db(), clock));
let index: PostgresHitIndex;
let projector: HitProjector;
const batches = new ConsumedBatches();

beforeEach(() => {
  index = new PostgresHitIndex(db());
  projector = new HitProjector(db(), index, () => clock.now(), {
    onIndexed: () => undefined,
    onSetAside: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
});
afterEach(() => projector.stop());

const retention = () => new HitRetention({ db: db(), index, clock, days: DAYS });
const erasure = () => new Erasure(db(), clock, new PostgresAuditLog(db(), clock), projector);
const idOf = (id: string) => id as PostId;

async function collect(...events: VerdictEvent[]): Promise<void> {
  await batches.consume({ db: db(), clock, projector }, events);
  await projector.settled();
}

const aHitOf = (id: string, over: Parameters<typeof aVerdict>[0] = {}) =>
  aVerdict({ id, rules: ['p/a'], ...over });
const searched = async (rule = 'p/a') =>
  (await index.search(HitQuery.parse({ rules: [rule], size: 100 }))).hits
    .map(({ hit }) => hit.post.id)
    .sort();

test('a hit goes with its month once that is old enough', () => {
  expect(monthBefore(Date.parse('2026-11-21T00:00:00Z'), 31)).toBe('2026-10');
  expect(monthBefore(Date.parse('2026-03-31T23:59:59Z'), 365)).toBe('2025-03');
});

test('retention removes from the record and the index what no hold covers, once when it is due', async () => {
  await collect(aHitOf('rss:old'), aHitOf('rss:held'), aHitOf('rss:source', { source: 'watched' }));
  const hold = await holds().place({ kind: 'post', subject: 'rss:held', reason: 'case 12' }, 'tester');
  expect(hold).toMatchObject({ hits: 1, reason: 'case 12', placedBy: 'tester', releasedAt: null });
  const ofSource = await holds().place({ kind: 'source', subject: 'watched', reason: 'case 13' }, 'tester');
  expect(await retention().runWhenDue()).toBe(0);
  clock.advance({ days: DAYS + 32 });
  await collect(aHitOf('rss:new'));

  const runs = await Promise.all([retention().runWhenDue(), retention().runWhenDue()]);
  expect(runs.filter((hits) => hits !== null)).toEqual([1]);
  expect(await searched()).toEqual(['rss:held', 'rss:new', 'rss:source']);
  expect(await hitOfPost(db(), 'rss:old')).toBeNull();
  expect(await hitOfPost(db(), 'rss:held')).not.toBeNull();
  expect(await retention().state()).toMatchObject({ days: DAYS, removed: 1, held: 2, failure: null });

  await holds().release(ofSource.id, 'tester');
  await holds().release(hold.id, 'tester');
  await expect(holds().release(hold.id, 'tester')).rejects.toMatchObject({ code: 'not-found' });
  expect(await retention().runWhenDue()).toBeNull();
  clock.advance({ days: 1 });
  expect(await retention().runWhenDue()).toBe(2);
  expect(await searched()).toEqual(['rss:new']);
  const actions = (await new PostgresAuditLog(db(), clock).page(50)).map((entry) => entry.action);
  expect(actions.filter((action) => action.startsWith('hold.'))).toEqual([
    'hold.release',
    'hold.release',
    'hold.place',
    'hold.place',
  ]);
});

test('a retention that fails says so and is tried again', async () => {
  clock.advance({ days: 2 });
  const failing = new HitRetention({
    db: db(),
    clock,
    days: DAYS,
    index: Object.assign(new PostgresHitIndex(db()), {
      erase: () => Promise.reject(new Error('index away')),
    }),
  });
  await expect(failing.runWhenDue()).rejects.toThrow('index away');
  expect((await retention().state()).failure).toBe('index away');
  clock.advance({ hours: 1 });
  expect(await retention().runWhenDue()).not.toBeNull();
  expect((await retention().state()).failure).toBeNull();
});

test('an erased post is gone from the record and the index, and stays so whatever comes', async () => {
  await collect(
    aHitOf('rss:forget', { rules: ['p/e'], text: 'an unforgettable name' }),
    aHitOf('rss:b', { rules: ['p/e'] }),
  );
  const asked = { postIds: [idOf('rss:forget'), idOf('rss:never-seen')], reason: 'request 7' };
  expect(await erasure().erase(asked, 'tester')).toBe(1);
  expect(await erasure().erase(asked, 'tester')).toBe(0);
  expect(await searched('p/e')).toEqual(['rss:b']);
  expect(await db().query(`SELECT 1 FROM hit WHERE state = 'erased'`)).toEqual([]);
  await collect(
    aHitOf('rss:forget', { rules: ['p/e'], type: 'edited', revision: 3 }),
    aHitOf('rss:never-seen', { rules: ['p/e'] }),
  );
  expect(await searched('p/e')).toEqual(['rss:b']);
  expect(await hitOfPost(db(), 'rss:forget')).toBeNull();
});

test('an index that is away is told of an erasure later', async () => {
  await collect(aHitOf('rss:later', { rules: ['p/l'] }));
  const put = index.erase.bind(index);
  index.erase = () => Promise.reject(new Error('index away'));
  expect(await erasure().erase({ postIds: [idOf('rss:later')], reason: 'request 8' }, 'tester')).toBe(1);
  expect(await hitOfPost(db(), 'rss:later')).toBeNull();
  expect(await searched('p/l')).toEqual(['rss:later']);
  index.erase = put;
  await projector.resume(0);
  expect(await searched('p/l')).toEqual([]);
  expect(await db().query(`SELECT 1 FROM hit WHERE state = 'erased'`)).toEqual([]);
});

test('an erasure is told to the index also where an older version of the hit is confirmed meanwhile', async () => {
  await collect(aHitOf('rss:race', { rules: ['p/r'] }));
  const [older] = await db().query<{ seq: string }>(
    `INSERT INTO hit_outbox (key, since) SELECT key, now() FROM hit WHERE doc->'post'->>'id' = 'rss:race' RETURNING seq`,
  );
  const erase = index.erase.bind(index);
  index.erase = () => Promise.reject(new Error('index away'));
  await erasure().erase({ postIds: [idOf('rss:race')], reason: 'request 10' }, 'tester');
  index.erase = erase;
  await clearOutbox(db(), [older!.seq]);
  await projector.resume(0);
  expect(await searched('p/r')).toEqual([]);
});

test('what a hold covers cannot be erased, and nothing of the same request is', async () => {
  await collect(aHitOf('rss:h1', { rules: ['p/h'] }), aHitOf('rss:h2', { rules: ['p/h'] }));
  const { id } = await holds().place({ kind: 'post', subject: 'rss:h1', reason: 'case 14' }, 'tester');
  const asked = { postIds: [idOf('rss:h1'), idOf('rss:h2')], reason: 'request 9' };
  await expect(erasure().erase(asked, 'tester')).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(id),
  });
  expect(await searched('p/h')).toEqual(['rss:h1', 'rss:h2']);
  await holds().release(id, 'tester');
  expect(await erasure().erase(asked, 'tester')).toBe(2);
});

test('a hold on an alert covers its hits, and needs an alert', async () => {
  await collect(
    aHitOf('rss:a1', { rules: ['p/al'] }),
    aHitOf('rss:a2', { rules: ['p/al'] }),
    aHitOf('rss:a3'),
  );
  const id = 'b1d3c9a2-6b8e-4a0f-9a3e-0c3f6c1f7a11';
  await db().query(
    `INSERT INTO alert (id, key_kind, key_value, label, demo, headline, severity, severity_rank, indicator, stance, observed,
       expected, probability, window_minutes, opened_at, started_at, peak_at, last_hit_at, risen_until, found_late, hits,
       sources, languages, regions, due_at)
     VALUES ($1, 'slogan', 'p/al', 'p/al', false, 'h', 'high', 1, 'other', 'unclear', 2, 1, 0, 60, $2, $2, $2, $3, $3, false, 2,
       '[]', '[]', '[]', $3)`,
    [id, '2000-01-01T00:00:00Z', '2100-01-01T00:00:00Z'],
  );
  expect(await holds().place({ kind: 'alert', subject: id, reason: 'case 15' }, 'tester')).toMatchObject({
    hits: 2,
  });
  await expect(
    holds().place({ kind: 'alert', subject: 'no-such', reason: 'case 16' }, 'tester'),
  ).rejects.toMatchObject({ code: 'not-found' });
});
