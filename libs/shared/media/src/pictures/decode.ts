import type { ExifOrientation, Pixels } from '@vigil/image';
import sharp from 'sharp';
import { formatOf, namesOthers, type PictureFormat } from './format.js';
import type { PictureLimits } from './limits.js';
import { refused, type Omission, type RefusedPicture } from './outcome.js';

/** Loaders of libvips that untrusted bytes may reach; every other is blocked, whatever the bytes say they are. */
const LOADERS = ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif', 'Tiff', 'Svg'].map(
  (name) => `VipsForeignLoad${name}`,
);
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: LOADERS });
// One picture at a time in one thread: workers are what runs side by side. Nothing is looked at twice.
sharp.concurrency(1);
sharp.cache(false);

const ANIMATED: ReadonlySet<PictureFormat> = new Set(['gif', 'webp']);

export interface DecodedPicture {
  readonly outcome: 'decoded';
  readonly format: PictureFormat;
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  /** Decoded frames from the first, with red, green and blue as stored: no colour profile, no rotation, no backdrop. */
  readonly frames: readonly Pixels[];
  readonly orientation: ExifOrientation;
  readonly omitted: readonly Omission[];
}

/** Decodes a picture within limits. Never throws for what the bytes hold: a refusal names the reason. */
export async function decodePicture(
  bytes: Uint8Array,
  limits: PictureLimits,
): Promise<DecodedPicture | RefusedPicture> {
  if (bytes.length === 0) return refused('empty', 'The file is empty.');
  if (bytes.length > limits.bytes)
    return refused('too-many-bytes', `More than ${limits.bytes / 2 ** 20} MiB.`);
  const format = formatOf(bytes);
  if (!format)
    return refused('unknown-format', 'Not a JPEG, PNG, WebP, GIF, AVIF, TIFF or SVG by its first bytes.');
  const options = { limitInputPixels: limits.pixels, failOn: 'error', ignoreIcc: true } as const;
  try {
    const { width, height, pages = 1, orientation = 1 } = await sharp(bytes, options).metadata();
    if (width * height > limits.pixels || Math.max(width, height) > limits.side)
      return refused('too-many-pixels', `${width} × ${height} pixels; at most ${limits.pixels} are taken.`);
    const frameCount = ANIMATED.has(format) ? pages : 1;
    const taken = Math.min(frameCount, limits.frames, Math.floor(limits.pixels / (width * height)));
    const { data, info } = await sharp(bytes, { ...options, page: 0, pages: taken })
      .timeout({ seconds: Math.ceil(limits.timeMs / 1000) })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    const omitted: Omission[] = [];
    if (taken < frameCount) omitted.push('later-frames');
    if (format === 'svg' && namesOthers(bytes)) omitted.push('external-references');
    return {
      outcome: 'decoded',
      format,
      width,
      height,
      frameCount,
      frames: framesOf(threeChannels(data, info.channels), info.width, info.height, taken),
      orientation: isOrientation(orientation) ? orientation : 1,
      omitted,
    };
  } catch (error) {
    return refusalOf(error, limits);
  }
}

function framesOf(rgb: Uint8Array, width: number, height: number, count: number): Pixels[] {
  const rows = height / count;
  const size = width * rows * 3;
  return Array.from({ length: count }, (_, at) => ({
    bytes: rgb.subarray(at * size, (at + 1) * size),
    width,
    height: rows,
    channels: 3,
  }));
}

/** Grey has one channel: all three are it. */
function threeChannels(bytes: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return bytes;
  const rgb = new Uint8Array((bytes.length / channels) * 3);
  for (let pixel = 0; pixel < bytes.length / channels; pixel++) {
    const grey = bytes[pixel * channels] ?? 0;
    rgb.fill(grey, pixel * 3, pixel * 3 + 3);
  }
  return rgb;
}

function isOrientation(value: number): value is ExifOrientation {
  return Number.isInteger(value) && value >= 1 && value <= 8;
}

/** libvips tells its failures apart by text alone. */
function refusalOf(error: unknown, limits: PictureLimits): RefusedPicture {
  const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  if (/exceeds pixel limit|too large|exceeds.*limit|dimensions? .*(?:large|big)/i.test(message))
    return refused('too-many-pixels', `${message}; at most ${limits.pixels} pixels are taken.`);
  if (/timeout|killed/i.test(message))
    return refused('timed-out', `Decoding took more than ${limits.timeMs / 1000} s.`);
  return refused('damaged', `Cannot be decoded: ${message}`);
}
