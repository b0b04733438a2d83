/**
 * The tent filter of PDQ, as two passes of a box along rows and columns (Jarosz 2001), with nothing kept that the 64×64
 * samples do not need. Every running sum is rounded to float32 after each addition and each subtraction, in the
 * reference's order: its rounding errors are part of the hash.
 *
 * A window of `w` elements around element `o` reaches from `o + half - w` to `o + half - 1`, with `half = ⌊(w + 2) / 2⌋`;
 * at the edges it is shorter, and the mean is taken of what is there.
 *
 * Means multiply by the float64 reciprocal. Rounded to float32 that is the float32 quotient: a sum of 24 bits divided by
 * a whole number is never nearer than 2^-26/w to the middle between two float32 values, and the product errs by 2^-52.
 */

/** Rows whose running sums go side by side: one alone would wait for its own rounding at each step. */
export const LANES = 4;

/** How many elements of a dimension one box covers, so that two passes bring it to `target` samples. */
export function windowOf(length: number, target: number): number {
  return Math.floor((length + 2 * target - 1) / (2 * target));
}

/** Which elements of a dimension are sampled: the middles of `target` equal parts. */
export function samplesOf(length: number, target: number): Int32Array {
  return Int32Array.from({ length: target }, (_, at) => Math.trunc(((at + 0.5) * length) / target));
}

export const halfOf = (window: number): number => (window + 2) >> 1;

/**
 * Boxes LANES rows: `rows` holds element x of lane l at `x * LANES + l`. The means of lane l go to
 * `out[offsets[l] + x]`.
 */
export function boxRows(
  rows: Float32Array,
  length: number,
  window: number,
  out: Float32Array,
  offsets: Int32Array,
): void {
  const half = halfOf(window);
  const [o0, o1, o2, o3] = [offsets[0]!, offsets[1]!, offsets[2]!, offsets[3]!];
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let add = 0;
  for (; add < half - 1; add++) {
    s0 = Math.fround(s0 + rows[add * LANES]!);
    s1 = Math.fround(s1 + rows[add * LANES + 1]!);
    s2 = Math.fround(s2 + rows[add * LANES + 2]!);
    s3 = Math.fround(s3 + rows[add * LANES + 3]!);
  }
  let at = 0;
  for (; add < window; add++, at++) {
    s0 = Math.fround(s0 + rows[add * LANES]!);
    s1 = Math.fround(s1 + rows[add * LANES + 1]!);
    s2 = Math.fround(s2 + rows[add * LANES + 2]!);
    s3 = Math.fround(s3 + rows[add * LANES + 3]!);
    const share = 1 / (add + 1);
    out[o0 + at] = s0 * share;
    out[o1 + at] = s1 * share;
    out[o2 + at] = s2 * share;
    out[o3 + at] = s3 * share;
  }
  let drop = 0;
  const share = 1 / window;
  for (; add < length; add++, drop++, at++) {
    s0 = Math.fround(Math.fround(s0 + rows[add * LANES]!) - rows[drop * LANES]!);
    s1 = Math.fround(Math.fround(s1 + rows[add * LANES + 1]!) - rows[drop * LANES + 1]!);
    s2 = Math.fround(Math.fround(s2 + rows[add * LANES + 2]!) - rows[drop * LANES + 2]!);
    s3 = Math.fround(Math.fround(s3 + rows[add * LANES + 3]!) - rows[drop * LANES + 3]!);
    out[o0 + at] = s0 * share;
    out[o1 + at] = s1 * share;
    out[o2 + at] = s2 * share;
    out[o3 + at] = s3 * share;
  }
  for (; at < length; drop++, at++) {
    s0 = Math.fround(s0 - rows[drop * LANES]!);
    s1 = Math.fround(s1 - rows[drop * LANES + 1]!);
    s2 = Math.fround(s2 - rows[drop * LANES + 2]!);
    s3 = Math.fround(s3 - rows[drop * LANES + 3]!);
    const rest = 1 / (length - drop - 1);
    out[o0 + at] = s0 * rest;
    out[o1 + at] = s1 * rest;
    out[o2 + at] = s2 * rest;
    out[o3 + at] = s3 * rest;
  }
}

/**
 * Boxes LANES rows, laid out as for `boxRows`, and keeps the sampled elements: sample k of lane l goes to
 * `out[outAt + l * samples.length + k]`.
 */
export function boxRowsSampled(
  rows: Float32Array,
  length: number,
  window: number,
  samples: Int32Array,
  out: Float32Array,
  outAt: number,
): void {
  const half = halfOf(window);
  const count = samples.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let add = 0;
  let drop = 0;
  for (let sample = 0; sample < count; sample++) {
    const at = samples[sample]!;
    // The window's ends once element `at` is in its middle.
    const addEnd = Math.min(at + half, length);
    const dropEnd = Math.max(at + half - window, 0);
    for (const alone = Math.min(addEnd, window); add < alone; add++) {
      s0 = Math.fround(s0 + rows[add * LANES]!);
      s1 = Math.fround(s1 + rows[add * LANES + 1]!);
      s2 = Math.fround(s2 + rows[add * LANES + 2]!);
      s3 = Math.fround(s3 + rows[add * LANES + 3]!);
    }
    for (; add < addEnd; add++, drop++) {
      s0 = Math.fround(Math.fround(s0 + rows[add * LANES]!) - rows[drop * LANES]!);
      s1 = Math.fround(Math.fround(s1 + rows[add * LANES + 1]!) - rows[drop * LANES + 1]!);
      s2 = Math.fround(Math.fround(s2 + rows[add * LANES + 2]!) - rows[drop * LANES + 2]!);
      s3 = Math.fround(Math.fround(s3 + rows[add * LANES + 3]!) - rows[drop * LANES + 3]!);
    }
    for (; drop < dropEnd; drop++) {
      s0 = Math.fround(s0 - rows[drop * LANES]!);
      s1 = Math.fround(s1 - rows[drop * LANES + 1]!);
      s2 = Math.fround(s2 - rows[drop * LANES + 2]!);
      s3 = Math.fround(s3 - rows[drop * LANES + 3]!);
    }
    const share = 1 / (addEnd - dropEnd);
    out[outAt + sample] = s0 * share;
    out[outAt + count + sample] = s1 * share;
    out[outAt + 2 * count + sample] = s2 * share;
    out[outAt + 3 * count + sample] = s3 * share;
  }
}

/** Boxes the columns of a `length` × `width` matrix and keeps the sampled rows: sample k goes to row k of `out`. */
export function boxColumnsSampled(
  matrix: Float32Array,
  length: number,
  width: number,
  window: number,
  samples: Int32Array,
  out: Float32Array,
): void {
  const half = halfOf(window);
  const sums = new Float32Array(width);
  let add = 0;
  let drop = 0;
  samples.forEach((at, sample) => {
    const addEnd = Math.min(at + half, length);
    const dropEnd = Math.max(at + half - window, 0);
    for (; add < addEnd; add++) {
      for (let x = 0; x < width; x++) sums[x]! += matrix[add * width + x]!;
      if (add < window) continue;
      for (let x = 0; x < width; x++) sums[x]! -= matrix[drop * width + x]!;
      drop++;
    }
    for (; drop < dropEnd; drop++) for (let x = 0; x < width; x++) sums[x]! -= matrix[drop * width + x]!;
    const share = 1 / (addEnd - dropEnd);
    for (let x = 0; x < width; x++) out[sample * width + x] = sums[x]! * share;
  });
}
