/** Rows and columns of the picture that is hashed. */
export const SIDE = 64;
/** Rows and columns of the transform that are kept: the frequencies 1 to 16 of each direction. */
export const FREQUENCIES = 16;
const SCALE = Math.fround(Math.sqrt(2 / SIDE));
/** A difference of neighbours counts in hundredths of the whole range, and this many of them are quality 1. */
const RANGE = 255;
const GRADIENTS_OF_ONE = 90;
const BEST_QUALITY = 100;

/** FREQUENCIES × SIDE: row i holds the cosine of frequency i + 1, in float32. */
export const COSINES = Float32Array.from({ length: FREQUENCIES * SIDE }, (_, at) => {
  const [row, column] = [Math.floor(at / SIDE), at % SIDE];
  return SCALE * Math.cos((Math.PI / 2 / SIDE) * (row + 1) * (2 * column + 1));
});

/**
 * How much there is to see in 64×64 luminances: 0 (blank) to 100, from the differences between neighbours. Matches of
 * hashes below 50 mean little (the PDQ paper, Quality Metric).
 */
export function qualityOf(luminances: Float32Array): number {
  let gradients = 0;
  for (let at = 0; at < SIDE * SIDE; at++) {
    if (at < SIDE * (SIDE - 1)) gradients += gradient(luminances[at]!, luminances[at + SIDE]!);
    if (at % SIDE < SIDE - 1) gradients += gradient(luminances[at]!, luminances[at + 1]!);
  }
  return Math.min(Math.trunc(gradients / GRADIENTS_OF_ONE), BEST_QUALITY);
}

function gradient(one: number, other: number): number {
  const hundredfold = Math.fround(Math.fround(one - other) * 100);
  return Math.abs(Math.trunc(Math.fround(hundredfold / RANGE)));
}
