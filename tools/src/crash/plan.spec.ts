import fc from 'fast-check';
import { readArguments } from './arguments.js';
import { makeLoad } from '../ledger/posts.js';
import { killsFor, loadOf } from './plan.js';

const options = { seed: 1, posts: 4_000, kills: 10, killEveryMs: 5_000 };

describe('the plan of a crash run', () => {
  test('is the same for the same seed, and another for another', () => {
    const load = (seed: number) => makeLoad(loadOf({ ...options, seed }));
    expect(load(1)).toEqual(load(1));
    expect(load(2).lines).not.toEqual(load(1).lines);
    expect(killsFor(options)).toEqual(killsFor(options));
  });

  test('has every post once, half of them in feeds, some streamed lines again, 5 to 10 in a hundred to be hit', () => {
    const plan = makeLoad(loadOf(options));
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
        const planned = { ...options, posts: 300, seed, kills };
        const toKill = killsFor(planned);
        const rising = (times: number[]): boolean =>
          times.every((at, i) => i === 0 || at >= (times[i - 1] ?? 0));
        return (
          rising(makeLoad(loadOf(planned)).lines.map((line) => line.releaseMs)) &&
          rising(toKill.map((kill) => kill.notBeforeMs)) &&
          toKill.length === kills
        );
      }),
      { numRuns: 50 },
    );
    expect(new Set(killsFor({ ...options, kills: 20 }).map((kill) => kill.victim)).size).toBe(3);
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
