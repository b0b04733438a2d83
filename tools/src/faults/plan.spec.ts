import fc from 'fast-check';
import { makeLoad } from '../ledger/posts.js';
import { readArguments } from './arguments.js';
import { FAULT_MS, faultsOf, KINDS, loadOf } from './plan.js';

const options = { seed: 1, posts: 2_000, faults: KINDS.length, broken: false };

describe('the plan of a fault run', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(faultsOf(options)).toEqual(faultsOf(options));
    expect(faultsOf({ ...options, seed: 2 })).not.toEqual(faultsOf(options));
  });

  test('has every kind once before any comes again', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 40 }), (seed, faults) => {
        const plan = faultsOf({ ...options, seed, faults });
        const kinds = new Set(plan.map((fault) => fault.kind));
        return plan.length === faults && kinds.size === Math.min(faults, KINDS.length);
      }),
      { numRuns: 50 },
    );
  });

  test('has posts in reserve for a run that takes twice as long, and the posts asked for when it does not', () => {
    const { lines } = makeLoad(loadOf(options));
    const expectedMs = options.faults * FAULT_MS;
    const within = lines.filter((line) => !line.repeated && line.releaseMs < expectedMs).length;
    expect(within / options.posts).toBeCloseTo(1, 0);
    expect(lines.at(-1)?.releaseMs).toBeGreaterThan(2 * expectedMs);
  });

  test('has edits that follow each other', () => {
    const load = makeLoad(loadOf(options));
    const revisions = new Map<string, number[]>();
    for (const line of load.lines)
      if (line.revision > 0) revisions.set(line.id, [...(revisions.get(line.id) ?? []), line.revision]);
    expect(revisions.size).toBeGreaterThan(100);
    for (const edits of revisions.values()) expect(edits).toEqual(edits.map((_, n) => n + 1));
  });

  test('with a broken fence no post comes twice by itself', () => {
    const lines = makeLoad(loadOf({ ...options, broken: true })).lines;
    expect(lines.filter((line) => line.repeated && line.revision === 0)).toEqual([]);
  });
});

describe('the arguments', () => {
  test('take what is asked for, and have a whole run’s defaults', () => {
    expect(readArguments(['--seed', '2', '--break', 'fencing', '--only', 'kill-alerts,rebalance'])).toEqual({
      seed: 2,
      posts: 50_000,
      faults: 12,
      breakFencing: true,
      only: ['kill-alerts', 'rebalance'],
      keep: null,
    });
  });
  test.each([
    ['--seed', 'x'],
    ['--posts', '5'],
    ['--break', 'all'],
    ['--only', 'kill-all'],
    ['--nothing', '1'],
  ])('refuse %s %s by name', (name, value) => {
    expect(() => readArguments([name, value])).toThrow(name.replace('--', ''));
  });
});
