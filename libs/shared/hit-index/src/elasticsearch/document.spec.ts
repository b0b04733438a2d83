import fc from 'fast-check';
import { aHit } from '@vigil/testing';
import { externalVersion, readInstant, writeInstant } from './document.js';

test('an external version orders as (revision, ruleset, state) does', () => {
  const versions = fc.record({
    revision: fc.integer({ min: 0, max: 2 ** 22 - 1 }),
    ruleset: fc.integer({ min: 0, max: 2 ** 29 - 1 }),
    state: fc.constantFrom(
      'current' as const,
      'superseded' as const,
      'deleted' as const,
      'withdrawn' as const,
    ),
  });
  const states = ['current', 'superseded', 'deleted', 'withdrawn'];
  const hit = aHit();
  type Version = typeof versions extends fc.Arbitrary<infer V> ? V : never;
  const external = ({ revision, ruleset, state }: Version) =>
    externalVersion({ ...hit, state, verdict: { ...hit.verdict, revision, ruleset } });
  const order = (a: Version, b: Version) =>
    a.revision - b.revision || a.ruleset - b.ruleset || states.indexOf(a.state) - states.indexOf(b.state);
  fc.assert(
    fc.property(versions, versions, (a, b) => {
      expect(Math.sign(external(a) - external(b))).toBe(Math.sign(order(a, b)));
      expect(Number.isSafeInteger(external(a))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['2026-11-20T12:00:00Z', '2026-11-20T12:00:00.000000Z'],
  ['2026-11-20T12:00Z', '2026-11-20T12:00:00.000000Z'],
  ['2026-11-20T12:00:00.123456Z', '2026-11-20T12:00:00.123456Z'],
  ['2026-11-20T12:00:00.9999996Z', '2026-11-20T12:00:01.000000Z'],
  ['1969-12-31T23:59:59.999999Z', '1969-12-31T23:59:59.999999Z'],
  ['0000-01-01T00:00:00Z', '0001-01-01T00:00:00.000000Z'],
])('%s is kept as %s', (given, kept) => {
  expect(writeInstant(readInstant(given))).toBe(kept);
});
