import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ORIENTATIONS, hammingDistance, parseHash, type Hash256 } from '@vigil/image';
import { describeWithShared } from '@vigil/testing';
import { PictureHasher } from './picture-hasher.js';

/** Decoders of JPEG round differently: so many bits may differ from what the reference's decoder led to. */
const JPEG_BITS = 10;

function hash(hex: string | undefined): Hash256 {
  const parsed = parseHash(hex ?? '');
  if (!parsed) throw new Error(`${hex} is no hash`);
  return parsed;
}

describeWithShared('pictures of ../shared with the reference’s hashes', 'data/pdq', (folder) => {
  const hasher = new PictureHasher();
  afterAll(() => hasher.close());
  const rows = readFileSync(join(folder, 'expected.csv'), 'utf8').trim().split('\n').slice(1);
  const expected = rows.map((row) => row.split(','));
  const exact = ['shrink-a-little', 'shrink-a-lot', 'square-128x128', 'square-256x256', 'square-512x512'];

  it.each(exact)('%s.png: exact in all orientations', async (name) => {
    const row = expected.find(([file]) => file === `${name}.jpg`) ?? [];
    const outcome = await hasher.hash(readFileSync(join(folder, `${name}.png`)));
    if (outcome.outcome === 'refused') throw new Error(outcome.message);
    const [frame] = outcome.frames;
    expect([
      frame?.pdq,
      String(frame?.quality),
      ...ORIENTATIONS.map((orientation) => frame?.orientations[orientation]),
    ]).toEqual([row[2], ...row.slice(1)]);
  });

  it.each(expected)(`%s: within ${JPEG_BITS} bits`, async (file = '', quality, ...hashes) => {
    const outcome = await hasher.hash(readFileSync(join(folder, file)));
    if (outcome.outcome === 'refused') throw new Error(outcome.message);
    const [frame] = outcome.frames;
    expect(String(frame?.quality)).toBe(quality);
    for (const [at, orientation] of ORIENTATIONS.entries()) {
      const distance = hammingDistance(hash(frame?.orientations[orientation]), hash(hashes[at]));
      expect(distance).toBeLessThanOrEqual(JPEG_BITS);
    }
  });
});
