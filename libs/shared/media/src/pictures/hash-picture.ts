import {
  ORIENTATIONS,
  formatHash,
  upright,
  type Orientation,
  type PdqHasher,
  type Pixels,
} from '@vigil/image';
import { decodePicture } from './decode.js';
import type { PictureLimits } from './limits.js';
import type { FrameHashes, PictureOutcome } from './outcome.js';

/** Decodes a picture and hashes its frames: what a worker does with each. */
export async function hashPicture(
  hasher: PdqHasher,
  bytes: Uint8Array,
  limits: PictureLimits,
): Promise<PictureOutcome> {
  const picture = await decodePicture(bytes, limits);
  if (picture.outcome === 'refused') return picture;
  const { format, width, height, frameCount, frames, orientation, omitted } = picture;
  const first = frames[0];
  return {
    outcome: 'hashed',
    format,
    width,
    height,
    frameCount,
    frames: evenly(frames, limits.hashedFrames).map(([frame, pixels]) => ({
      frame,
      ...hashesOf(hasher, pixels),
    })),
    upright: first && orientation !== 1 ? hashesOf(hasher, upright(first, orientation)) : null,
    omitted,
  };
}

function hashesOf(hasher: PdqHasher, pixels: Pixels): Omit<FrameHashes, 'frame'> {
  const { hashes, quality } = hasher.hashes(pixels);
  const orientations = Object.fromEntries(
    ORIENTATIONS.map((orientation) => [orientation, formatHash(hashes[orientation])]),
  ) as Record<Orientation, string>;
  return { quality, pdq: formatHash(hasher.hash(pixels).hash), orientations };
}

/** At most `most` of the items with their numbers, the first among them, spread over all. */
function evenly<T>(items: readonly T[], most: number): [number, T][] {
  const step = Math.max(1, items.length / most);
  const picked = new Set(
    Array.from({ length: Math.min(most, items.length) }, (_, at) => Math.floor(at * step)),
  );
  return [...items.entries()].filter(([at]) => picked.has(at));
}
