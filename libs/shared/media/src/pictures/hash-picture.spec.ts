import { PdqHasher, type Pixels } from '@vigil/image';
import sharp from 'sharp';
import { hashPicture } from './hash-picture.js';
import { PICTURE_LIMITS } from './limits.js';
import type { HashedPicture } from './outcome.js';

const [WIDTH, HEIGHT] = [160, 100];
const bytes = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, at) => {
  const [x, y] = [Math.floor(at / 3) % WIDTH, Math.floor(at / 3 / WIDTH)];
  return 128 + 60 * Math.sin(x / 9 + (at % 3)) + 50 * Math.cos((y * y) / 300 - x / 31);
});
const pixels: Pixels = { bytes, width: WIDTH, height: HEIGHT, channels: 3 };
const picture = () => sharp(bytes, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } });
const hasher = new PdqHasher();

async function hashed(file: Uint8Array, limits = PICTURE_LIMITS): Promise<HashedPicture> {
  const outcome = await hashPicture(hasher, file, limits);
  if (outcome.outcome === 'refused') throw new Error(outcome.message);
  return outcome;
}

const plain = () =>
  picture()
    .png()
    .toBuffer()
    .then((file) => hashed(file));

describe('the hashes of a picture', () => {
  it('are of the pixels as stored, and beside them of the picture as EXIF says it was held', async () => {
    const turned = await hashed(await picture().withMetadata({ orientation: 6 }).png().toBuffer());
    expect(turned.frames).toEqual((await plain()).frames);
    const upright = await hashed(await picture().rotate(90).png().toBuffer());
    expect(turned.upright?.pdq).toBe(upright.frames[0]?.pdq);
    expect(turned.upright?.pdq).not.toBe(turned.frames[0]?.pdq);
    expect((await plain()).upright).toBeNull();
  });

  it('leave transparency and colour profiles out', async () => {
    const [{ pdq } = { pdq: '' }] = (await plain()).frames;
    const transparent = await hashed(await picture().ensureAlpha(0.3).png().toBuffer());
    const profiled = await hashed(await picture().withIccProfile('p3', { attach: true }).png().toBuffer());
    const raw = await sharp(await picture().withIccProfile('p3').png().toBuffer(), { ignoreIcc: true })
      .removeAlpha()
      .raw()
      .toBuffer();
    expect(transparent.frames[0]?.pdq).toBe(pdq);
    expect(profiled.frames[0]?.pdq).toBe(
      await sharp(raw, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
        .png()
        .toBuffer()
        .then(async (file) => (await hashed(file)).frames[0]?.pdq),
    );
  });

  it('are had of grey, of sixteen bits and of inks', async () => {
    for (const file of [
      await picture().greyscale().toColourspace('b-w').png().toBuffer(),
      await picture().toColourspace('rgb16').png().toBuffer(),
      await picture().toColourspace('cmyk').jpeg().toBuffer(),
      await picture().png({ palette: true }).toBuffer(),
    ])
      expect(await hashed(file)).toMatchObject({ width: WIDTH, height: HEIGHT, frames: [{ quality: 100 }] });
  });

  it('are had of the frames of an animation, evenly where they are many', async () => {
    const tall = Buffer.concat(
      Array.from({ length: 6 }, (_, frame) => bytes.map((level) => level ^ (frame * 16))),
    );
    const animation = sharp(tall, {
      raw: { width: WIDTH, height: HEIGHT * 6, channels: 3, pageHeight: HEIGHT },
    });
    const file = await animation.webp({ lossless: true, loop: 0, delay: Array(6).fill(40) }).toBuffer();
    const { frameCount, frames, height, omitted } = await hashed(file);
    expect([frameCount, height, omitted]).toEqual([6, HEIGHT, []]);
    expect(frames.map(({ frame }) => frame)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(frames[0]?.pdq).toBe((await plain()).frames[0]?.pdq);
    const few = await hashed(file, { ...PICTURE_LIMITS, frames: 4, hashedFrames: 2 });
    expect([few.frames.map(({ frame }) => frame), few.omitted]).toEqual([[0, 2], ['later-frames']]);
  });

  it('are those of its pixels', async () => {
    const { hashes, quality } = hasher.hashes(pixels);
    const [frame] = (await plain()).frames;
    expect([frame?.quality, Object.keys(frame?.orientations ?? {})]).toEqual([quality, Object.keys(hashes)]);
  });
});
