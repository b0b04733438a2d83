import { PostgresAuditLog } from '@vigil/auth';
import { excerptOf, type Match, RuleId, type VerdictEvent } from '@vigil/contracts';
import { PostgresHitIndex } from '@vigil/hit-index';
import { TestClock, withTestDatabase } from '@vigil/testing';
import { AlertsDemo } from '../demo.js';
import { aMatch, aPost, aVerdict, type VerdictSketch } from '../indexing/a-verdict.fixture.js';
import { ConsumedBatches } from '../indexing/consumed-batches.fixture.js';
import { HitProjector } from '../indexing/hit-projector.js';
import { hitOfPost } from '../indexing/hit-records.js';
import { expire } from '../indexing/retention.js';
import { SeenDays } from '../indexing/seen-days.js';
import { Erasure } from '../retention/erasure.js';
import { SAMPLES } from './plan-shadow.js';
import { ShadowController } from './shadow.controller.js';
import { shadowSamples } from './shadow-records.js';

const RULE = RuleId.parse('pack/quiet');
const DAY_MS = 86_400_000;
const { db } = withTestDatabase();
let clock: TestClock;
let projector: HitProjector;
let index: PostgresHitIndex;
let batches: ConsumedBatches;

beforeEach(async () => {
  clock = new TestClock();
  index = new PostgresHitIndex(db());
  projector = new HitProjector(db(), index, () => clock.now(), {
    onIndexed: () => undefined,
    onSetAside: () => undefined,
    onFailure: (error) => {
      throw error;
    },
  });
  batches = new ConsumedBatches();
  await db().query(
    'TRUNCATE alerts_offset, seen_post, count_bucket, slogan_count, hit, hit_rule, hit_outbox, spike_due, erased_post, shadow_count, shadow_sample, demo_removed',
  );
});
afterEach(() => projector.stop());

/** A verdict in which only rules in shadow matched. */
function inShadow(sketch: VerdictSketch, ...rules: string[]): VerdictEvent {
  const event = aVerdict(sketch);
  const post = aPost(sketch);
  return {
    ...event,
    post,
    verdict: { ...event.verdict, shadow: rules.map((rule) => aMatch(rule, post.text)) },
  };
}

async function consume(...events: VerdictEvent[]): Promise<void> {
  await batches.consume({ db: db(), clock, projector }, events);
}

const controller = () => new ShadowController(db(), clock);
const countOf = async () => (await controller().counts({})).map(({ rule, posts }) => [rule, posts]);

test('records what shadow matched by rule and day, and raises nothing', async () => {
  await consume(
    inShadow({ id: 'rss:1' }, RULE, RULE, 'other/quiet'),
    inShadow({ id: 'rss:2' }, RULE),
    aVerdict({ id: 'rss:3' }),
  );
  clock.advance({ days: 1 });
  await consume(inShadow({ id: 'rss:4' }, RULE));
  expect(await controller().counts({ pack: 'pack' })).toEqual([
    {
      rule: RULE,
      packVersion: 1,
      posts: 3,
      days: [
        { day: new Date(clock.now() - DAY_MS).toISOString().slice(0, 10), posts: 2 },
        { day: new Date(clock.now()).toISOString().slice(0, 10), posts: 1 },
      ],
    },
  ]);
  expect(await countOf()).toEqual([
    ['other/quiet', 1],
    ['pack/quiet', 3],
  ]);
  const [raised] = await db().query(
    `SELECT (SELECT count(*)::int FROM hit) AS hits, (SELECT count(*)::int FROM slogan_count) AS slogans,
            (SELECT count(*)::int FROM spike_due) AS due, (SELECT sum(hits)::int FROM count_bucket) AS counted,
            (SELECT sum(posts)::int FROM count_bucket WHERE basis = 'event') AS posts`,
  );
  expect(raised).toEqual({ hits: 0, slogans: 0, due: 0, counted: 0, posts: 4 });
});

test('counts a post once, however often it comes, and the hit beside it without its shadow', async () => {
  const event = inShadow({ id: 'rss:1', rules: ['pack/loud'] }, RULE);
  await consume(event, event);
  await consume(event, inShadow({ id: 'rss:1', revision: 1 }, RULE));
  expect(await countOf()).toEqual([[RULE, 1]]);
  expect((await hitOfPost(db(), 'rss:1'))?.verdict).not.toHaveProperty('shadow');
});

test('keeps a bounded sample, the same one in whatever order the posts came', async () => {
  const posts = Array.from({ length: 3 * SAMPLES }, (_, i) => inShadow({ id: `rss:${i}` }, RULE));
  await consume(...posts.slice(0, 31));
  await consume(...posts.slice(31));
  const kept = await controller().samples({ rule: RULE, size: 200 });
  expect(kept).toHaveLength(SAMPLES);
  expect(kept[0]).toMatchObject({
    excerpt: 'words of a post',
    match: { rule: RULE, span: { start: 0, end: 5 } },
  });

  await db().query('TRUNCATE seen_post, shadow_sample, shadow_count');
  await consume(...posts.reverse());
  const again = await controller().samples({ rule: RULE, size: 200 });
  expect(again.map(({ postId }) => postId)).toEqual(kept.map(({ postId }) => postId));
});

test('lets words go with an erasure, with the demo and with transit; counts stay longer', async () => {
  const audit = new PostgresAuditLog(db(), clock);
  await consume(
    inShadow({ id: 'rss:1' }, RULE),
    inShadow({ id: 'rss:2' }, RULE),
    inShadow({ id: 'rss:3', demo: true }, RULE),
  );
  const left = async () => (await shadowSamples(db(), RULE, 50)).map(({ postId }) => postId).sort();
  const erased = aPost({ id: 'rss:1' }).id;
  await new Erasure(db(), clock, audit, projector).erase({ postIds: [erased], reason: 'asked for' }, 'admin');
  expect(await left()).toEqual(['rss:2', 'rss:3']);
  await new AlertsDemo(db(), index, clock, projector).removeDemo();
  expect(await left()).toEqual(['rss:2']);
  expect(await countOf()).toEqual([[RULE, 2]]);

  // What was erased leaves no words when it comes again.
  await db().query('TRUNCATE seen_post');
  await consume(inShadow({ id: 'rss:1' }, RULE));
  expect(await left()).toEqual(['rss:2']);

  clock.advance({ days: 8 });
  await expire(db(), new SeenDays(db()), clock.now(), 7);
  expect(await left()).toEqual([]);
  expect(await countOf()).toEqual([[RULE, 3]]);
});

test('cuts a text to what stands around the match, and no character in two', () => {
  const text = `${'🌲'.repeat(400)} quiet words ${'🌲'.repeat(400)}`;
  const start = text.indexOf('quiet');
  const match: Match = { ...aMatch(RULE, text), span: { start, end: start + 11 } };
  const cut = excerptOf(text, match);
  expect(cut.excerpt.isWellFormed()).toBe(true);
  expect(cut.excerpt.length).toBeLessThan(620);
  expect(cut.excerpt.slice(cut.match.span.start, cut.match.span.end)).toBe('quiet words');
  expect(excerptOf('quiet', { ...match, span: { start: 0, end: 5 } })).toMatchObject({ excerpt: 'quiet' });
});
