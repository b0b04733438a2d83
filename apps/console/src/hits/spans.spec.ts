import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { segments, windowOf } from './spans.js';

const mark = (name: string, start: number, end: number) => ({ name, span: { start, end } });
const names = (text: string, marks: ReturnType<typeof mark>[]) =>
  segments(text, marks).map((s) => [s.text, s.marks.map((m) => m.name).join('+')]);

describe('segments', () => {
  it('cuts overlapping and nested spans at every border', () => {
    expect(names('abcdef', [mark('x', 1, 4), mark('y', 3, 5), mark('z', 1, 2)])).toEqual([
      ['a', ''],
      ['b', 'x+z'],
      ['c', 'x'],
      ['d', 'x+y'],
      ['e', 'y'],
      ['f', ''],
    ]);
  });

  it('keeps surrogate pairs whole', () => {
    expect(names('a😀b', [mark('half', 2, 4)])).toEqual([
      ['a', ''],
      ['😀b', 'half'],
    ]);
  });

  it('cuts spans that reach beyond the text', () => {
    expect(names('ab', [mark('long', 1, 99), mark('outside', 7, 9)])).toEqual([
      ['a', ''],
      ['b', 'long'],
    ]);
  });

  it('joins to the text again, whatever the spans', () => {
    const anyMark = fc
      .tuple(fc.nat(60), fc.nat(60))
      .map(([a, b]) => mark('m', Math.min(a, b), Math.max(a, b)));
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 50 }),
        fc.array(anyMark, { maxLength: 8 }),
        (text, marks) => {
          expect(
            segments(text, marks)
              .map((s) => s.text)
              .join(''),
          ).toBe(text);
        },
      ),
    );
  });
});

describe('windowOf', () => {
  it('shows a short text whole', () => {
    expect(windowOf('short', [{ start: 0, end: 2 }], 100)).toEqual({ start: 0, end: 5 });
  });

  it('begins near a mark that stands far in', () => {
    const text = `${'word '.repeat(400)}here ${'word '.repeat(400)}`;
    const at = text.indexOf('here');
    const shown = windowOf(text, [{ start: at, end: at + 4 }], 600);
    expect(text.slice(shown.start, shown.end)).toContain('here');
    expect(shown.end - shown.start).toBeLessThanOrEqual(600);
    expect(text.charAt(shown.start - 1)).toBe(' ');
  });

  it('always lies within the text and never longer than asked by more than a pair', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 400 }),
        fc.nat(400),
        fc.integer({ min: 20, max: 300 }),
        (text, at, most) => {
          const shown = windowOf(text, [{ start: at, end: at + 1 }], most);
          expect(shown.start).toBeGreaterThanOrEqual(0);
          expect(shown.end).toBeLessThanOrEqual(text.length);
          expect(shown.end - shown.start).toBeLessThanOrEqual(most + 2);
        },
      ),
    );
  });
});
