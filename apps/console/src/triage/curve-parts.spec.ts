import { describe, expect, it } from '@jest/globals';
import { partsOf } from './curve-parts.js';

const AT = '2026-03-01T12:00:00Z';
const point = (
  bySource: Record<string, number>,
  hits = Object.values(bySource).reduce((a, b) => a + b, 0),
) => ({
  at: AT,
  hits,
  expected: 1,
  low: 0,
  high: 2,
  bySource,
});
const curve = (...points: ReturnType<typeof point>[]) => ({ everySeconds: 300, firedAt: AT, points });

describe('partsOf', () => {
  it('puts the largest first, under its name', () => {
    const parts = partsOf(curve(point({ a: 1, b: 4 }), point({ b: 2 })), new Map([['b', 'Bee']]));
    expect(parts.map((p) => [p.label, p.count, p.values])).toEqual([
      ['Bee', 6, [4, 2]],
      ['a', 1, [1, 0]],
    ]);
  });

  it('draws what is beyond five as one part, so that the bars still add up', () => {
    const bySource = Object.fromEntries('abcdefgh'.split('').map((key, i) => [key, 20 - i]));
    const parts = partsOf(curve(point(bySource)), new Map());
    expect(parts).toHaveLength(6);
    expect(parts.at(-1)).toMatchObject({ label: 'Other sources', count: 15 + 14 + 13 });
    expect(parts.reduce((sum, p) => sum + p.count, 0)).toBe(
      Object.values(bySource).reduce((a, b) => a + b, 0),
    );
  });

  it('adds what the server summed already', () => {
    expect(partsOf(curve(point({ a: 2, other: 7 })), new Map()).map((p) => [p.label, p.count])).toEqual([
      ['a', 2],
      ['Other sources', 7],
    ]);
  });

  it('counts hits that no source is named for', () => {
    expect(partsOf(curve(point({ a: 2 }, 5)), new Map()).map((p) => [p.label, p.count])).toEqual(
      [
        ['Other sources', 3],
        ['a', 2],
      ].reverse(),
    );
  });
});
