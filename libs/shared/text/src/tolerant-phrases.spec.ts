import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { visitDeletions } from './deletions.js';
import { MAX_TOLERANT_WORD, editsOf, isWithin } from './edit-distance.js';
import { normalise } from './normalise.js';
import { Found } from './phrase-automaton.js';
import { TolerantPhrases } from './tolerant-phrases.js';

const RUNS = process.env['VIGIL_SOAK'] ? 20_000 : 500;
const unitsOf = (text: string) => Uint16Array.from(text, (letter) => letter.charCodeAt(0));

function found(phrase: string, text: string, edits: 1 | 2 = 1, proclitics = false): string[] {
  const into = new Found();
  const normalised = normalise(text);
  TolerantPhrases.build([{ text: phrase, edits, proclitics, number: 7 }]).find(normalised, into);
  return Array.from({ length: into.count }, (_, at) => {
    expect(into.phrases[at]).toBe(7);
    const span = normalised.span(into.starts[at] as number, into.ends[at] as number);
    return text.slice(span.start, span.end);
  });
}

describe('TolerantPhrases', () => {
  it.each([
    ['a letter replaced', 'evergreen', 'Evergrean!', ['Evergrean']],
    ['a letter left out', 'evergreen', 'evergren', ['evergren']],
    ['a letter put in', 'evergreen', 'everrgreen', ['everrgreen']],
    ['two letters swapped', 'evergreen', 'evregreen', ['evregreen']],
    ['two edits where one is allowed', 'evergreen', 'avergrean', []],
    ['what is written exactly', 'evergreen', 'evergreen', []],
    ['a short word', 'green', 'grean', []],
    ['a long word beside short ones', 'an evergreen day', 'so: an evergrean day', ['an evergrean day']],
    ['a short word that differs', 'an evergreen day', 'an evergrean way', []],
    ['both long words', 'evergreen forests', 'evergrean forrests', ['evergrean forrests']],
    ['a phrase at the end that is cut', 'evergreen forests', 'evergrean', []],
    ['a part of a longer word', 'evergreen', 'evergreanery', []],
  ])('%s', (_, phrase, text, expected) => {
    expect(found(phrase, text)).toEqual(expected);
  });

  it('takes two edits in words of ten letters where the rule allows it', () => {
    expect(found('plantations', 'plentatoins', 2)).toEqual(['plentatoins']);
    expect(found('plantations', 'plentatoins', 1)).toEqual([]);
    expect(found('evergreen', 'avergrean', 2)).toEqual([]);
  });

  it('finds words behind Arabic proclitics, where the phrase asks for them', () => {
    expect(found('المزرعات الخضراء', 'وبالمزرعات الخضاء', 1, true)).toEqual(['المزرعات الخضاء']);
    expect(found('مزرعات', 'والمزرعت', 1, true)).toEqual(['مزرعت']);
    expect(found('مزرعات', 'والمزرعت', 1)).toEqual([]);
  });

  it('equals comparing every word', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 4, maxLength: 12 });
    const edited = fc.tuple(
      word,
      fc.array(fc.tuple(fc.nat(12), fc.constantFrom('a', 'b', '')), { maxLength: 3 }),
    );
    fc.assert(
      fc.property(edited, fc.constantFrom(1 as const, 2 as const), ([phrase, changes], edits) => {
        const written = changes.reduce(
          (text, [at, letter]) => text.slice(0, at) + letter + text.slice(at + 1),
          phrase,
        );
        fc.pre(written.length > 0);
        const allowed = editsOf(phrase.length, edits);
        const near = written !== phrase && isWithin(allowed, unitsOf(phrase), unitsOf(written));
        expect(found(phrase, written, edits)).toEqual(near ? [written] : []);
      }),
      { numRuns: RUNS },
    );
  });

  it('refuses more words than it has room for', () => {
    const letters = (n: number) =>
      n.toString(26).replace(/[0-9]/g, (digit) => 'qrstuvwxyz'[Number(digit)] ?? '');
    const many = Array.from({ length: 20_001 }, (_, at) => ({
      text: `tolerant${letters(at + 100_000)}`,
      edits: 1 as const,
      proclitics: false,
      number: at,
    }));
    expect(() => TolerantPhrases.build(many)).toThrow(/20001 different words with edits; at most 20000/);
  });

  it('costs a hostile text no more than its length', () => {
    const before = process.threadCpuUsage();
    for (const text of ['a'.repeat(1_000_000), 'evergreen '.repeat(10_000), 'plantatoins '.repeat(10_000)])
      found('plantations evergreen', text, 2);
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(10_000);
  });
});

describe('isWithin', () => {
  it('is the distance by its definition', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    const distance = (a: string, b: string): number => {
      if (a === '' || b === '') return a.length + b.length;
      const least = Math.min(
        distance(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
        distance(a.slice(1), b) + 1,
        distance(a, b.slice(1)) + 1,
      );
      const swapped = a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0];
      return swapped ? Math.min(least, distance(a.slice(2), b.slice(2)) + 1) : least;
    };
    fc.assert(
      fc.property(word, word, fc.nat(3), (a, b, edits) => {
        expect(isWithin(edits, unitsOf(a), unitsOf(b))).toBe(distance(a, b) <= edits);
      }),
      { numRuns: 200 },
    );
  });

  it('leaves words alone that nobody writes', () => {
    expect(editsOf(MAX_TOLERANT_WORD + 1, 2)).toBe(0);
    const numbers: number[] = [];
    visitDeletions(unitsOf('a'.repeat(100)), 2, (number) => numbers.push(number));
    expect(numbers).toEqual([]);
  });
});
