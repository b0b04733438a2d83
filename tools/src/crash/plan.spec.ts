import fc from 'fast-check';
import { readArguments } from './arguments.js';
import { compare, type Found } from './compare.js';
import { bucketOf, expectedFrom, postIdOf, seenKeyOf, type LedgerEntry } from './ledger.js';
import { makePlan, type PlannedSource } from './plan.js';

const options = { seed: 1, posts: 4_000, kills: 10, killEveryMs: 5_000 };

describe('the plan of a crash run', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(makePlan(options)).toEqual(makePlan(options));
    expect(makePlan({ ...options, seed: 2 }).lines).not.toEqual(makePlan(options).lines);
  });

  test('has every post once, half of them in feeds, some streamed lines again, 5 to 10 in a hundred to be hit', () => {
    const plan = makePlan(options);
    const kinds = new Map(plan.sources.map((source) => [source.id, source.kind]));
    const first = plan.lines.filter((line) => !line.repeated);
    const fed = first.filter((line) => ['rss', 'atom'].includes(kinds.get(line.source) ?? ''));
    expect(new Set(first.map((line) => `${line.source} ${line.id}`)).size).toBe(4_000);
    expect(fed).toHaveLength(2_000);
    expect(plan.lines.length).toBeGreaterThan(4_050);
    const hits = first.filter((line) => line.rule !== null).length;
    expect(hits).toBeGreaterThan(200);
    expect(hits).toBeLessThan(400);
    expect(
      plan.lines.filter((line) => line.repeated).every((line) => kinds.get(line.source)?.endsWith('stream')),
    ).toBe(true);
  });

  test('releases in order and plans kills of every kind in order', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 1, max: 60 }), (seed, kills) => {
        const plan = makePlan({ ...options, posts: 300, seed, kills });
        const rising = (times: number[]): boolean =>
          times.every((at, i) => i === 0 || at >= (times[i - 1] ?? 0));
        return (
          rising(plan.lines.map((line) => line.releaseMs)) &&
          rising(plan.kills.map((kill) => kill.notBeforeMs)) &&
          plan.kills.length === kills
        );
      }),
      { numRuns: 50 },
    );
    expect(new Set(makePlan({ ...options, kills: 20 }).kills.map((kill) => kill.victim)).size).toBe(3);
  });
});

describe('the comparison', () => {
  const sources: PlannedSource[] = [{ id: 'stream-1', kind: 'held-stream', region: 'sahel' }];
  const entry = (n: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
    source: 'stream-1',
    post: `crash:stream-1-n${n}`,
    revision: 0,
    rule: null,
    publishedAt: '2026-11-21T12:03:00Z',
    ...more,
  });
  const entries = [
    entry(1),
    entry(2, { rule: 'crash-run/amber' }),
    entry(2, { rule: 'crash-run/amber', revision: 1 }),
    entry(1),
  ];
  const bucket = '2026-11-21T12:00:00.000Z';
  const perfect: Found = {
    seen: new Set([entry(1), entry(2)].map((one) => seenKeyOf(one.post))),
    counts: new Map([[`stream-1 sahel ${bucket}`, 2]]),
    hits: new Map([[`crash-run/amber stream-1 ${bucket}`, 1]]),
    index: [{ id: 'crash:stream-1-n2', revision: 1 }],
    alerts: new Map([['crash-run/amber', { alerts: 1, hits: 1 }]]),
    deadLetters: 0,
    outbox: 0,
  };
  const verdict = (found: Partial<Found>) =>
    compare(expectedFrom(entries, sources), { ...perfect, ...found }, ['crash-run/amber']);

  test('finds nothing where nothing is wrong', () => {
    expect(verdict({})).toMatchObject({ lost: 0, double_counted: 0 });
  });

  test('finds each kind of loss and of doubling', () => {
    expect(verdict({ counts: new Map() })).toMatchObject({ posts_lost: 2, lost: 2 });
    expect(verdict({ seen: new Set() })).toMatchObject({ posts_lost: 2, lost: 2 });
    expect(verdict({ counts: new Map([[`stream-1 sahel ${bucket}`, 3]]) })).toMatchObject({
      posts_double: 1,
      double_counted: 1,
    });
    expect(verdict({ hits: new Map() })).toMatchObject({ hits_lost: 1 });
    expect(verdict({ hits: new Map([[`crash-run/amber stream-1 ${bucket}`, 2]]) })).toMatchObject({
      hits_double: 1,
    });
    expect(verdict({ index: [] })).toMatchObject({ index_lost: 1 });
    expect(verdict({ index: [...perfect.index, ...perfect.index] })).toMatchObject({ index_double: 1 });
    expect(verdict({ index: [{ id: 'crash:stream-1-n2', revision: 0 }] })).toMatchObject({
      index_stale: 1,
      lost: 1,
    });
    expect(verdict({ alerts: new Map() })).toMatchObject({ alerts_lost: 1, alert_hits_lost: 1 });
    expect(
      verdict({
        alerts: new Map([
          ['crash-run/amber', { alerts: 2, hits: 2 }],
          ['crash-run/rare', { alerts: 1, hits: 1 }],
        ]),
      }),
    ).toMatchObject({ alerts_double: 2, alert_hits_double: 2 });
    expect(verdict({ deadLetters: 1, outbox: 1 })).toMatchObject({ lost: 2 });
  });

  test('a loss in one bucket and a double count in another do not make up for each other', () => {
    const counts = new Map([
      [`stream-1 sahel ${bucket}`, 1],
      [`stream-1 sahel ${bucketOf('2026-11-21T12:05:00Z')}`, 1],
    ]);
    expect(verdict({ counts })).toMatchObject({ posts_lost: 1, posts_double: 1 });
  });

  test('posts have the ids that the program gives them', () => {
    expect(postIdOf({ id: 'feed-0', kind: 'rss', region: 'x' }, { id: 'n7' })).toBe(
      'rss:https://crash.example/feed-0/n7',
    );
    expect(postIdOf({ id: 'stream-0', kind: 'held-stream', region: 'x' }, { id: 'n7' })).toBe(
      'crash:stream-0-n7',
    );
  });
});

describe('the arguments', () => {
  test('take what the issue names', () => {
    expect(readArguments(['--kills', '20', '--seed', '1'])).toMatchObject({
      kills: 20,
      seed: 1,
      posts: 20_000,
      commitEarly: false,
    });
  });
  test.each([
    ['--kills', 'x'],
    ['--kills', '-1'],
    ['--posts', '5'],
    ['--fault', 'other'],
    ['--nothing', '1'],
  ])('refuse %s %s by name', (name, value) => {
    expect(() => readArguments([name, value])).toThrow(name.replace('--', ''));
  });
});
