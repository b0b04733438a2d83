import fc from 'fast-check';
import type { Problem } from '../connector.js';
import { LineSplitter, MAX_LINE_BYTES } from './line-splitter.js';

function split(bytes: Uint8Array, cuts: readonly number[]) {
  const problems: Problem[] = [];
  const splitter = new LineSplitter(0, 0, (problem) => problems.push(problem));
  const ends = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  const lines = [];
  let from = 0;
  for (const end of [...ends, bytes.length]) {
    lines.push(...splitter.push(bytes.subarray(from, end)));
    from = end;
  }
  return { lines, problems, splitter };
}

describe('lines of a stream', () => {
  it('are the same however its chunks fall, and their offsets find them again', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' })), fc.array(fc.nat()), (texts, cuts) => {
        const whole = texts.map((text) => text.replace(/[\n\uFEFF]/g, ' ') + '\n').join('');
        const bytes = Buffer.from(whole, 'utf8');
        const { lines, splitter } = split(bytes, cuts);
        expect(lines.map((line) => line.text)).toEqual(
          whole.split('\n').filter((text) => text.trim() !== ''),
        );
        for (const line of lines)
          expect(bytes.subarray(line.offset, line.end).toString()).toBe(`${line.text}\n`);
        expect(splitter.offset).toBe(bytes.length);
      }),
    );
  });

  it('wait for their second half, and the last may lack its newline', () => {
    const { lines, splitter } = split(Buffer.from('{"a":1}\n{"b":'), [3, 9]);
    expect(lines.map((line) => line.text)).toEqual(['{"a":1}']);
    expect(splitter.offset).toBe(8);
    expect(splitter.push(Buffer.from('2}')).length).toBe(0);
    expect(splitter.end().map((line) => line.text)).toEqual(['{"b":2}']);
  });

  it('are set aside where they are too long or not UTF-8, and the next is read', () => {
    const bytes = Buffer.concat([
      Buffer.alloc(MAX_LINE_BYTES + 10, 97),
      Buffer.from('\n'),
      Buffer.from([0xff, 0xfe, 10]),
      Buffer.from('{}\n'),
    ]);
    const { lines, problems } = split(bytes, [100, 70_000, MAX_LINE_BYTES]);
    expect(lines.map((line) => [line.number, line.text])).toEqual([[3, '{}']]);
    expect(problems.map((problem) => problem.place)).toEqual([
      'line 1, byte 0',
      `line 2, byte ${MAX_LINE_BYTES + 11}`,
    ]);
  });

  it('drop a byte order mark at the very beginning', () => {
    expect(split(Buffer.from('\uFEFF{}\n'), []).lines.map((line) => line.text)).toEqual(['{}']);
  });
});
