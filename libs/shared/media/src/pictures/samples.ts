import type { Pixels } from '@vigil/image';
import sharp from 'sharp';
import type { PictureFormat } from './format.js';

/** One picture in every format but SVG, as its encoder writes it by default: for tests and benches. */
export async function encoded({
  bytes,
  width,
  height,
  channels,
}: Pixels): Promise<Map<PictureFormat, Uint8Array>> {
  const picture = () => sharp(bytes, { raw: { width, height, channels } });
  return new Map<PictureFormat, Uint8Array>([
    ['jpeg', await picture().jpeg().toBuffer()],
    ['png', await picture().png().toBuffer()],
    ['webp', await picture().webp().toBuffer()],
    ['gif', await picture().gif().toBuffer()],
    ['avif', await picture().avif({ effort: 0 }).toBuffer()],
    ['tiff', await picture().tiff().toBuffer()],
  ]);
}
