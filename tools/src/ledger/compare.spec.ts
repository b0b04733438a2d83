import { compare, type Found } from './compare.js';
import { bucketOf, expectedFrom, postIdOf, seenKeyOf, type LedgerEntry } from './ledger.js';
import type { PlannedSource } from './posts.js';

describe('the comparison', () => {
  const sources: PlannedSource[] = [{ id: 'stream-1', kind: 'held-stream', region: 'sahel' }];
  const entry = (n: number, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
    source: 'stream-1',
    post: `lanterns:stream-1-n${n}`,
    revision: 0,
    rule: null,
    publishedAt: '2026-11-21T12:03:00Z',
    ...more,
  });
  const entries = [
    entry(1),
    entry(2, { rule: 'lanterns/amber' }),
    entry(2, { rule: 'lanterns/amber', revision: 1 }),
    entry(1),
  ];
  const bucket = '2026-11-21T12:00:00.000Z';
  const perfect: Found = {
    seen: new Set([entry(1), entry(2)].map((one) => seenKeyOf(one.post))),
    counts: new Map([[`stream-1 sahel ${bucket}`, 2]]),
    hits: new Map([[`lanterns/amber stream-1 ${bucket}`, 1]]),
    index: [{ id: 'lanterns:stream-1-n2', revision: 1 }],
    alerts: new Map([['lanterns/amber', { alerts: 1, hits: 1 }]]),
    deadLetters: 0,
    outbox: 0,
  };
  const verdict = (found: Partial<Found>) =>
    compare(expectedFrom(entries, sources), { ...perfect, ...found }, ['lanterns/amber']);

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
    expect(verdict({ hits: new Map([[`lanterns/amber stream-1 ${bucket}`, 2]]) })).toMatchObject({
      hits_double: 1,
    });
    expect(verdict({ index: [] })).toMatchObject({ index_lost: 1 });
    expect(verdict({ index: [...perfect.index, ...perfect.index] })).toMatchObject({ index_double: 1 });
    expect(verdict({ index: [{ id: 'lanterns:stream-1-n2', revision: 0 }] })).toMatchObject({
      index_stale: 1,
      lost: 1,
    });
    expect(verdict({ alerts: new Map() })).toMatchObject({ alerts_lost: 1, alert_hits_lost: 1 });
    expect(
      verdict({
        alerts: new Map([
          ['lanterns/amber', { alerts: 2, hits: 2 }],
          ['lanterns/rare', { alerts: 1, hits: 1 }],
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
      'rss:https://lanterns.example/feed-0/n7',
    );
    expect(postIdOf({ id: 'stream-0', kind: 'held-stream', region: 'x' }, { id: 'n7' })).toBe(
      'lanterns:stream-0-n7',
    );
  });
});
