import fc from 'fast-check';
import { inOrder, withDependents, type Table } from './catalogue.js';
import { prefixesOf } from './evidence.js';
import { firstNeeded, translate } from './log-positions.js';
import { changesOf, readableBytes, readableCount } from './plan.js';
import type { Places } from './places.js';
import { Tally, type Progress } from './progress.js';

describe('positions of a log that moves', () => {
  test('a position moves with its partition’s base; one that retention overtook goes on with the oldest left', () => {
    const groups = new Map([
      ['fast', [10n, 4n]],
      ['slow', [7n, 0n]],
    ]);
    const topic = { name: 'posts', heads: [12n, 9n], groups };
    expect(firstNeeded(topic)).toEqual([7n, 0n]);
    const moved = translate(topic, [7n, 3n]);
    expect(moved.bases).toEqual([7n, 3n]);
    expect(moved.counts).toEqual([5n, 6n]);
    expect(moved.groups.get('fast')).toEqual([3n, 1n]);
    expect(moved.groups.get('slow')).toEqual([0n, 0n]);
  });

  test('every group has as much before it as it had, whatever the positions', () => {
    const offset = fc.bigInt({ min: 0n, max: 1_000n });
    fc.assert(
      fc.property(offset, fc.array(offset, { minLength: 1, maxLength: 4 }), (head, positions) => {
        const groups = new Map(positions.map((at, i) => [`group-${i}`, [at < head ? at : head]]));
        const topic = { name: 'posts', heads: [head], groups };
        const moved = translate(topic, firstNeeded(topic));
        for (const [group, [old = 0n]] of groups)
          expect((moved.counts[0] ?? 0n) - (moved.groups.get(group)?.[0] ?? 0n)).toBe(head - old);
      }),
    );
  });
});

describe('tables', () => {
  const table = (name: string, ...references: string[]): Table => ({
    name,
    columns: ['id'],
    order: 't."id"',
    part: null,
    references,
  });
  const tables = [table('a', 'c'), table('b', 'a'), table('c'), table('d', 'elsewhere')];

  test('are filled after those they refer to, and emptied with those that refer to them', () => {
    const ordered = inOrder(tables);
    expect(ordered.map(({ name }) => name)).toEqual(['c', 'd', 'a', 'b']);
    expect(withDependents(ordered, 'c')).toEqual(['c', 'a', 'b']);
    expect(withDependents(ordered, 'b')).toEqual(['b']);
    expect(() => inOrder([table('x', 'y'), table('y', 'x')])).toThrow('in a circle');
  });
});

describe('what changes its place', () => {
  const places: Places = { records: 'r', evidence: 'e', hits: 'h', log: 'l' };
  const inside = { hits: true, log: true };
  const outside = { hits: false, log: false };

  test('an index and a log within the records go along with them', () => {
    const other: Places = { ...places, records: 'R', hits: 'H', log: 'L' };
    expect(changesOf(places, other, false, { from: inside, to: inside })).toEqual({
      records: true,
      evidence: false,
      hits: false,
      log: false,
    });
    expect(changesOf(places, other, true, { from: inside, to: outside })).toMatchObject({
      records: false,
      hits: true,
      log: true,
    });
    expect(changesOf(places, places, false, { from: outside, to: outside })).toMatchObject({
      hits: false,
      log: false,
    });
  });
});

test('amounts are readable, and progress never passes its end', () => {
  expect([0, 999, 1_000, 12_345_678, 999_600].map(readableBytes)).toEqual([
    '0 bytes',
    '999 bytes',
    '1.00 kB',
    '12.3 MB',
    '1.00 MB',
  ]);
  expect(readableCount(1_234_567)).toBe('1,234,567');
  const said: Progress[] = [];
  const tally = new Tally((progress) => said.push(progress));
  tally.expect(10);
  tally.begin('copying hit', 1);
  tally.passed(3, 20);
  expect(said.at(-1)).toEqual({ step: 'copying hit', done: 3, of: 3, bytes: 20, ofBytes: 20 });
});

test('evidence is summed up by the first two digits of its keys', () => {
  const keys = ['aa1', 'aa2', 'bb1'];
  const [first, second] = prefixesOf(keys, new Set(['aa2']));
  expect(first).toMatchObject({ prefix: 'aa', objects: 2, faulty: ['aa2'] });
  expect(second).toMatchObject({ prefix: 'bb', objects: 1, faulty: [] });
});
