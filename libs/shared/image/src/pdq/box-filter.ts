/**
 * The tent filter of PDQ (Jarosz 2001), as two passes of a box along rows and columns. Every running sum is rounded to
 * float32 after each addition and each subtraction, in the reference's order: its rounding errors are part of the hash.
 *
 * The window of `w` elements around element `o` ends with `o + half - 1`, with `half = ⌊(w + 2) / 2⌋`. At the edges it
 * is shorter, and the mean is taken of what is there. Zeros before and behind a line make no difference to its sums, so
 * every step can take in one element and drop another.
 */
export interface Box {
  readonly window: number;
  /** Steps before the first result. */
  readonly lead: number;
  /** How many elements there are around each, as float32. */
  readonly sizes: Float32Array;
  /** Which elements are sampled: the middles of equal parts. */
  readonly samples: Int32Array;
}

/** The box that brings `length` elements, in two passes, to `target` samples. */
export function boxFor(length: number, target: number): Box {
  const window = Math.floor((length + 2 * target - 1) / (2 * target));
  const half = (window + 2) >> 1;
  const sizes = new Float32Array(length);
  for (let at = 0; at < length; at++)
    sizes[at] = Math.min(at + half, length) - Math.max(at + half - window, 0);
  const samples = Int32Array.from({ length: target }, (_, at) => Math.trunc(((at + 0.5) * length) / target));
  return { window, lead: half - 1, sizes, samples };
}
