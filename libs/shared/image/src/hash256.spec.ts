import * as fc from 'fast-check';
import { HASH_WORDS, bitsOf, formatHash, hammingDistance, parseHash } from './hash256.js';

const aHash = fc.uint32Array({ minLength: HASH_WORDS, maxLength: HASH_WORDS });

describe('a hash of 256 bits', () => {
  it('is read as it is written, in either case', () => {
    fc.assert(
      fc.property(aHash, (hash) => {
        const hex = formatHash(hash);
        expect(hex).toMatch(/^[0-9a-f]{64}$/);
        expect(parseHash(hex.toUpperCase())).toEqual(hash);
      }),
    );
  });

  it('is written with bit 255 first', () => {
    const hash = new Uint32Array(HASH_WORDS);
    hash[0] = 1;
    hash[7] = 0x80000000;
    expect(formatHash(hash)).toBe(`8${'0'.repeat(62)}1`);
  });

  it.each(['', 'f'.repeat(63), 'f'.repeat(65), `${'f'.repeat(63)}g`, ` ${'f'.repeat(64)}`])(
    'is not read from %j',
    (text) => expect(parseHash(text)).toBeNull(),
  );

  it('is as far from another as the bits that differ', () => {
    fc.assert(
      fc.property(aHash, fc.uniqueArray(fc.nat({ max: 255 })), (hash, flipped) => {
        const other = hash.slice();
        for (const bit of flipped) other[bit >> 5]! ^= 1 << (bit & 31);
        expect(hammingDistance(hash, other)).toBe(flipped.length);
      }),
    );
    expect([0, 1, 0xffffffff, 0x80000001].map(bitsOf)).toEqual([0, 1, 32, 2]);
  });
});
