/** Pixels of eight bits, row by row: 3 channels are red, green and blue; a fourth, transparency, is left out. */
export interface Pixels {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** Shares of red, green and blue in the luminance (ITU-R BT.601); their sum is rounded to float32 once. */
export const WEIGHTS = [0.299, 0.587, 0.114] as const;

/** Luminances of all pixels, row by row, as float32. */
export function luminancesOf({ bytes, width, height, channels }: Pixels, out: Float32Array): void {
  for (let pixel = 0, at = 0; pixel < width * height; pixel++, at += channels)
    out[pixel] = bytes[at]! * WEIGHTS[0] + bytes[at + 1]! * WEIGHTS[1] + bytes[at + 2]! * WEIGHTS[2];
}
