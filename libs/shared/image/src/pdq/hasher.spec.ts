import { formatHash } from '../hash256.js';
import type { Pixels } from './pixels.js';
import { PdqHasher } from './hasher.js';
import { ORIENTATIONS } from './orientations.js';
import { REFERENCE, pattern } from './reference.fixture.js';

const hasher = new PdqHasher();

describe('PDQ', () => {
  it.each(REFERENCE)('is bit for bit the reference’s at $size', ({ size, quality, pdq, turned }) => {
    const pixels = pattern(size[0], size[1]);
    const canonical = hasher.hash(pixels);
    expect([canonical.quality, formatHash(canonical.hash)]).toEqual([quality, pdq]);
    const all = hasher.hashes(pixels);
    expect(all.quality).toBe(quality);
    expect(ORIENTATIONS.map((orientation) => formatHash(all.hashes[orientation]))).toEqual(turned);
  });

  it('does not remember the picture before', () => {
    const [small, large] = [pattern(33, 700), pattern(700, 33)];
    const before = formatHash(hasher.hash(small).hash);
    hasher.hash(large);
    expect(formatHash(hasher.hash(small).hash)).toBe(before);
  });

  it('leaves transparency out', () => {
    const { bytes, width, height } = pattern(80, 70);
    const withAlpha = new Uint8Array(width * height * 4);
    for (let pixel = 0; pixel < width * height; pixel++) {
      withAlpha.set(bytes.subarray(pixel * 3, pixel * 3 + 3), pixel * 4);
      withAlpha[pixel * 4 + 3] = pixel;
    }
    const transparent: Pixels = { bytes: withAlpha, width, height, channels: 4 };
    expect(hasher.hash(transparent)).toEqual(hasher.hash({ bytes, width, height, channels: 3 }));
  });

  it('has no hash for a picture of fewer than five pixels, and quality 0 for a blank one', () => {
    expect(hasher.hash(pattern(4, 400))).toEqual({ hash: new Uint32Array(8), quality: 0 });
    const blank: Pixels = {
      bytes: new Uint8Array(300 * 200 * 3).fill(90),
      width: 300,
      height: 200,
      channels: 3,
    };
    expect(hasher.hash(blank).quality).toBe(0);
  });
});
