import fc from 'fast-check';
import { isNear } from './near.js';

/** Levenshtein's distance as it is defined, for short words. */
function distance(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const [x, ...restA] = a;
  const [y, ...restB] = b;
  if (x === y) return distance(restA, restB);
  return 1 + Math.min(distance(restA, b), distance(a, restB), distance(restA, restB));
}

test('isNear agrees with the definition of the distance', () => {
  const word = fc.array(fc.constantFrom('a', 'b', 'ب'), { maxLength: 6 });
  fc.assert(
    fc.property(word, word, fc.constantFrom(1, 2), (a, b, edits) => {
      expect(isNear(a, b, edits)).toBe(distance(a, b) <= edits);
    }),
    { numRuns: 2_000 },
  );
});
