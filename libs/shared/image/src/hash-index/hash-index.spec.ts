import * as fc from 'fast-check';
import { HASH_WORDS, hammingDistance, type Hash256 } from '../hash256.js';
import { HashIndex, type HashMatch } from './hash-index.js';
import { flipped, numbers, randomHash } from './hashes.fixture.js';
import { SLOTS, mostErrors } from './slots.js';

/** Enough that the index asks its slots, and merges as it goes. */
const MANY = 40_000;
/** Steps from one flipped bit to the next: side by side, one a slot, two a slot, strewn. */
const STEPS = [1, 17, 9, 101, 255];

function bySight(hashes: ReadonlyMap<number, Hash256>, needle: Hash256, most: number): HashMatch[] {
  return [...hashes]
    .map(([row, hash]) => ({ row, distance: hammingDistance(hash, needle) }))
    .filter(({ distance }) => distance <= most)
    .sort((a, b) => a.distance - b.distance || a.row - b.row);
}

function packed(hashes: readonly Hash256[]): Uint32Array {
  const all = new Uint32Array(hashes.length * HASH_WORDS);
  hashes.forEach((hash, at) => all.set(hash, at * HASH_WORDS));
  return all;
}

/** An index and what it holds, as a list to look through. */
function anIndex(count: number, seed = 1): { index: HashIndex; held: Map<number, Hash256> } {
  const random = numbers(seed);
  const hashes = Array.from({ length: count }, () => randomHash(random));
  const index = new HashIndex();
  const first = index.addAll(packed(hashes));
  return { index, held: new Map(hashes.map((hash, at) => [first + at, hash])) };
}

describe('the bounds of a search by slots', () => {
  it('are at 31 what is needed of one and of two slots, and never more than a turn needs', () => {
    expect([mostErrors(31, 1), mostErrors(31, 2), mostErrors(31, 3)]).toEqual([1, 3, 5]);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: SLOTS - 1 }), { maxLength: 64 }), (places) => {
        const errors = Array<number>(SLOTS).fill(0);
        for (const place of places) errors[place]! += 1;
        const turns = errors.map((_, from) =>
          errors.every((__, slots) => {
            const sum = errors.reduce(
              (all, __e, at) => all + (at <= slots ? errors[(from + at) % SLOTS]! : 0),
              0,
            );
            return sum <= mostErrors(places.length, slots + 1);
          }),
        );
        expect(turns).toContain(true);
      }),
    );
  });
});

describe('an index of hashes', () => {
  const { index, held } = anIndex(MANY);
  const random = numbers(7);
  for (let at = 0; at < 200; at++) {
    const near = flipped(held.get(random(MANY)) ?? new Uint32Array(HASH_WORDS), random(40), random(256), 17);
    held.set(index.add(near), near);
  }

  it('finds what a look at each finds, with neighbours at exactly the distance and one beyond', () => {
    const some = fc.record({
      row: fc.nat({ max: MANY - 1 }),
      most: fc.oneof(fc.constant(31), fc.nat({ max: 40 }), fc.constantFrom(47, 48, 63, 64)),
      off: fc.constantFrom(-1, 0, 1),
      from: fc.nat({ max: 255 }),
      step: fc.constantFrom(...STEPS),
    });
    fc.assert(
      fc.property(some, ({ row, most, off, from, step }) => {
        const needle = flipped(
          held.get(row) ?? new Uint32Array(HASH_WORDS),
          Math.max(0, most + off),
          from,
          step,
        );
        expect(index.find(needle, most)).toEqual(bySight(held, needle, most));
      }),
      { numRuns: 60 },
    );
  });

  it('finds every arrangement of 31 errors over the slots, and none of 32', () => {
    const one = randomHash(random);
    const row = index.add(one);
    for (let time = 0; time < 400; time++) {
      const needle = one.slice();
      const bits = new Set<number>();
      // As even as can be but for a few: what only some slots see.
      while (bits.size < 31)
        bits.add(((bits.size % SLOTS) * 16 + random(16) + (random(4) === 0 ? random(256) : 0)) % 256);
      for (const bit of bits) needle[bit >> 5]! ^= 1 << (bit & 31);
      expect(index.find(needle, 31)).toEqual([{ row, distance: 31 }]);
      const spare = Array.from({ length: 256 }, (_, bit) => bit).find((bit) => !bits.has(bit)) ?? 0;
      needle[spare >> 5]! ^= 1 << (spare & 31);
      expect(index.find(needle, 31)).toEqual([]);
    }
    index.remove(row);
  });

  it('refuses a distance it does not search', () => {
    expect(() => index.find(new Uint32Array(HASH_WORDS), 65)).toThrow('0 to 64');
  });
});

describe('an index that changes', () => {
  it('finds what was added and no longer what was removed, through every merge', () => {
    const { index, held } = anIndex(2_000, 3);
    const random = numbers(11);
    const rows = [...held.keys()];
    for (let change = 0; change < 60_000; change++) {
      const at = random(rows.length);
      const row = rows[at] ?? 0;
      if (random(5) === 0) {
        expect(index.remove(row)).toBe(true);
        held.delete(row);
        rows[at] = rows[rows.length - 1] ?? 0;
        rows.pop();
      } else {
        const hash =
          random(3) === 0
            ? flipped(held.get(row) ?? new Uint32Array(8), random(33), random(256), 9)
            : randomHash(random);
        const added = index.add(hash);
        if (held.has(added)) throw new Error(`row ${added} was taken`);
        held.set(added, hash);
        rows.push(added);
      }
      if (change % 3_000 === 0) {
        const needle = flipped(
          held.get(rows[random(rows.length)] ?? 0) ?? new Uint32Array(8),
          31,
          random(256),
          17,
        );
        expect(index.find(needle, 31)).toEqual(bySight(held, needle, 31));
      }
    }
    expect(index.size).toBe(held.size);
    expect(index.rows).toBeLessThan(held.size + 20_000);
    for (let time = 0; time < 50; time++) {
      const needle = flipped(
        held.get(rows[random(rows.length)] ?? 0) ?? new Uint32Array(8),
        random(34),
        random(256),
        101,
      );
      expect(index.find(needle, 31)).toEqual(bySight(held, needle, 31));
    }
  });

  it('does not remove a row twice, nor one it never had', () => {
    const index = new HashIndex();
    const row = index.add(new Uint32Array(HASH_WORDS));
    expect([index.remove(row), index.remove(row), index.remove(9)]).toEqual([true, false, false]);
    expect([index.size, index.hash(row), index.find(new Uint32Array(HASH_WORDS), 31)]).toEqual([0, null, []]);
  });
});

describe('a snapshot of an index', () => {
  function taken(index: HashIndex): Buffer {
    return Buffer.concat([...index.snapshot()].map((bytes) => Buffer.from(bytes)));
  }
  function reader(bytes: Buffer): (into: Uint8Array) => void {
    let at = 0;
    return (into) => {
      if (at + into.length > bytes.length) throw new Error('it ends early');
      into.set(bytes.subarray(at, (at += into.length)));
    };
  }

  it('finds the same once it is read, and goes on changing', () => {
    const { index, held } = anIndex(3_000, 5);
    const random = numbers(2);
    for (let row = 0; row < 500; row++) {
      index.remove(row * 3);
      held.delete(row * 3);
    }
    const read = HashIndex.read(reader(taken(index)));
    expect([read.size, read.rows]).toEqual([2_500, 3_000]);
    const added = randomHash(random);
    held.set(read.add(added), added);
    expect(read.rows).toBe(3_000);
    for (const [row, hash] of [...held].slice(-200)) {
      expect(read.find(flipped(hash, 31, row % 256, 17), 31)).toContainEqual({ row, distance: 31 });
    }
  });

  it('is refused where it ends early or lies the other way round', () => {
    const bytes = taken(anIndex(1_500).index);
    expect(() => HashIndex.read(reader(bytes.subarray(0, -1)))).toThrow('it ends early');
    expect(() => HashIndex.read(reader(Buffer.from(bytes).swap32()))).toThrow('byte order');
  });
});
