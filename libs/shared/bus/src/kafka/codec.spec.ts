import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { MAX_RATIO, pack, unpack } from './codec.js';

describe('the zstd codec', () => {
  test('gives back what it was given', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
        expect((await unpack(await pack(Buffer.from(bytes)))).equals(bytes)).toBe(true);
      }),
    );
  });

  test('shrinks nothing beyond its bound, so that a fetch of bounded size unpacks to a bounded size', async () => {
    const plain = Buffer.alloc(1_000_000, 'x');
    const packed = await pack(plain);
    expect(packed.length).toBe(Math.ceil(plain.length / MAX_RATIO));
    expect((await unpack(packed)).equals(plain)).toBe(true);
  });

  test('refuses what unpacks to more than a record batch of ours', async () => {
    const { zstdCompressSync } = await import('node:zlib');
    await expect(unpack(zstdCompressSync(Buffer.alloc(20_000_000)))).rejects.toThrow();
  });

  test('leaves alone what does not shrink', async () => {
    const noise = randomBytes(10_000);
    expect((await unpack(await pack(noise))).equals(noise)).toBe(true);
  });
});
