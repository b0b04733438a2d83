import fc from 'fast-check';
import { isVigilError } from '@vigil/contracts';
import { MAX_CHUNK_LENGTH, MAX_CHUNK_MESSAGES, packChunk, splitChunks, unpackChunk } from './chunk.js';
import { encodeMessage } from '../message.js';
import { partitioner, partitionOf } from '../partitioner.js';

describe('chunks', () => {
  test('hold any messages and give them back', async () => {
    const messages = fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.jsonValue()), {
      minLength: 1,
      maxLength: 50,
    });
    await fc.assert(
      fc.asyncProperty(messages, async (pairs) => {
        const { payload } = await packChunk(pairs.map(([key, value]) => encodeMessage(key, value)));
        expect(await unpackChunk(payload, pairs.length)).toEqual(JSON.parse(JSON.stringify(pairs)));
      }),
      { numRuns: 300 },
    );
  });

  test('any other bytes are poison, never a crash', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, magic) => {
        const payload = Buffer.concat([
          magic ? Buffer.from([0x28, 0xb5, 0x2f, 0xfd]) : Buffer.alloc(0),
          bytes,
        ]);
        const error: unknown = await unpackChunk(payload, 3).catch((thrown: unknown) => thrown);
        return isVigilError(error, 'poison');
      }),
      { numRuns: 10_000 },
    );
  });

  test('are bounded in messages and in length, and keep the order', () => {
    const lines = Array.from({ length: 2_500 }, (_, i) => `${i}`.padEnd(i % 100 === 0 ? 300_000 : 10));
    const chunks = splitChunks(lines);
    expect(chunks.flat()).toEqual(lines);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThanOrEqual(MAX_CHUNK_MESSAGES);
      expect(chunk.join('').length).toBeLessThanOrEqual(MAX_CHUNK_LENGTH);
    }
    expect(splitChunks(['x'.repeat(3_000_000), 'y'])).toHaveLength(2);
  });
});

describe('the partition of a key', () => {
  test('never changes: stored logs rely on it', () => {
    expect(['', 'a', 'source-1 channel', 'ولاية', '😀'].map((key) => partitionOf(key, 64)))
      .toMatchInlineSnapshot(`
     [
       11,
       51,
       40,
       32,
       10,
     ]
    `);
  });

  test('is spread evenly', () => {
    const counts = [0, 0, 0, 0, 0, 0];
    const of = partitioner(6);
    for (let i = 0; i < 60_000; i += 1) counts[of(`source-${i % 500} channel-${i}`)]! += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
  });
});
