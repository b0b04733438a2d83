import type { Pixels } from './pdq/pixels.js';

/** How a camera was held (EXIF tag 0x0112): 1 is upright; 2 to 8 are mirrored, turned or both. */
export type ExifOrientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Whether the stored picture is transposed, and then read from right to left or from below. */
const TURNS: Readonly<Record<ExifOrientation, readonly [transposed: boolean, left: boolean, up: boolean]>> = {
  1: [false, false, false],
  2: [false, true, false],
  3: [false, true, true],
  4: [false, false, true],
  5: [true, false, false],
  6: [true, true, false],
  7: [true, true, true],
  8: [true, false, true],
};

/** The picture as a viewer shows it that obeys the orientation. */
export function upright(pixels: Pixels, orientation: ExifOrientation): Pixels {
  const [transposed, left, up] = TURNS[orientation];
  const { bytes, channels } = pixels;
  const [width, height] = transposed ? [pixels.height, pixels.width] : [pixels.width, pixels.height];
  const turned = new Uint8Array(width * height * channels);
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [shownX, shownY] = [left ? width - 1 - x : x, up ? height - 1 - y : y];
      const from = (transposed ? shownX * pixels.width + shownY : shownY * pixels.width + shownX) * channels;
      for (let channel = 0; channel < channels; channel++) turned[to++] = bytes[from + channel]!;
    }
  }
  return { bytes: turned, width, height, channels };
}
