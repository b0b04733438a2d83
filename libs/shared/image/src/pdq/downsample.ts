import {
  LANES,
  boxColumnsSampled,
  boxRows,
  boxRowsSampled,
  halfOf,
  samplesOf,
  windowOf,
} from './box-filter.js';

/** Rows and columns of the picture that is hashed. */
export const SIDE = 64;

/** Pixels of eight bits, row by row: 3 channels are red, green and blue; a fourth, transparency, is left out. */
export interface Pixels {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
}

/** Each level's share of the luminance (ITU-R BT.601); the sum of three is rounded to float32 once. */
const levels = (weight: number) => Float64Array.from({ length: 256 }, (_, level) => level * weight);
const RED = levels(0.299);
const GREEN = levels(0.587);
const BLUE = levels(0.114);

/**
 * A picture as 64×64 luminances: filtered by two passes of a box along rows and columns, then sampled; a picture with
 * fewer pixels than that has some of them sampled more than once. The picture goes through once, a few rows at a time,
 * so that what is worked on stays near the processor whatever the picture's size. Keeps its buffers: one for each thread.
 */
export class Downsampler {
  private batch = new Float32Array(0);
  private ring = new Float32Array(0);
  private sums = new Float32Array(0);
  private boxed = new Float32Array(0);
  private narrow = new Float32Array(0);
  private readonly offsets = new Int32Array(LANES);

  /** Writes 64 rows of 64 luminances, 0 to 255, into `out`. */
  sample(pixels: Pixels, out: Float32Array): void {
    const { width, height } = pixels;
    const window = windowOf(height, SIDE);
    const along = windowOf(width, SIDE);
    const samples = samplesOf(width, SIDE);
    // Rows that the column pass may still ask for, and those of the batch before it; whole batches.
    const kept = Math.ceil((window + LANES) / LANES + 1) * LANES;
    this.reserve(width, height, kept);
    const { batch, ring, sums, boxed, narrow, offsets } = this;
    sums.fill(0, 0, width);
    const half = halfOf(window);
    let done = 0;
    const keep = () => {
      done++;
      if (done % LANES !== 0 && done !== height) return;
      boxRowsSampled(boxed, width, along, samples, narrow, ((done - 1) & ~(LANES - 1)) * SIDE);
    };
    for (let first = 0; first < height; first += LANES) {
      for (let lane = 0; lane < LANES; lane++) {
        luminancesOfRow(pixels, Math.min(first + lane, height - 1), batch, lane);
        offsets[lane] = ((first + lane) % kept) * width;
      }
      boxRows(batch, width, along, ring, offsets);
      for (let row = first; row < Math.min(first + LANES, height); row++) {
        const at = (row % kept) * width;
        if (row >= window) {
          slide(sums, ring, at, ((row - window) % kept) * width, width, 1 / window, boxed, done % LANES);
        } else widen(sums, ring, at, width, 1 / (row + 1), boxed, done % LANES);
        if (row >= half - 1) keep();
      }
    }
    while (done < height) {
      const drop = done + half - 1 - window;
      narrowed(sums, ring, (drop % kept) * width, width, 1 / (height - drop - 1), boxed, done % LANES);
      keep();
    }
    boxColumnsSampled(narrow, height, SIDE, window, samplesOf(height, SIDE), out);
  }

  private reserve(width: number, height: number, kept: number): void {
    const atLeast = (buffer: Float32Array<ArrayBuffer>, length: number) =>
      buffer.length >= length ? buffer : new Float32Array(length);
    this.batch = atLeast(this.batch, width * LANES);
    this.boxed = atLeast(this.boxed, width * LANES);
    this.ring = atLeast(this.ring, width * kept);
    this.sums = atLeast(this.sums, width);
    this.narrow = atLeast(this.narrow, (height + LANES) * SIDE);
  }
}

/** Luminances of all pixels, row by row, as float32. */
export function luminancesOf({ bytes, width, height, channels }: Pixels, out: Float32Array): void {
  for (let pixel = 0, at = 0; pixel < width * height; pixel++, at += channels) {
    out[pixel] = RED[bytes[at]!]! + GREEN[bytes[at + 1]!]! + BLUE[bytes[at + 2]!]!;
  }
}

/** Luminances of one row, into one lane of the batch. */
function luminancesOfRow({ bytes, width, channels }: Pixels, row: number, batch: Float32Array, lane: number) {
  let at = row * width * channels;
  for (let x = 0; x < width; x++, at += channels) {
    batch[x * LANES + lane] = RED[bytes[at]!]! + GREEN[bytes[at + 1]!]! + BLUE[bytes[at + 2]!]!;
  }
}

/** Sums of columns with a row more and one less, and their means into one lane of `boxed`. */
function slide(
  sums: Float32Array,
  ring: Float32Array,
  add: number,
  drop: number,
  width: number,
  share: number,
  boxed: Float32Array,
  lane: number,
): void {
  for (let x = 0; x < width; x++) {
    const sum = Math.fround(Math.fround(sums[x]! + ring[add + x]!) - ring[drop + x]!);
    sums[x] = sum;
    boxed[x * LANES + lane] = sum * share;
  }
}

/** Sums of columns with a row more, near the upper edge. */
function widen(
  sums: Float32Array,
  ring: Float32Array,
  add: number,
  width: number,
  share: number,
  boxed: Float32Array,
  lane: number,
): void {
  for (let x = 0; x < width; x++) {
    const sum = Math.fround(sums[x]! + ring[add + x]!);
    sums[x] = sum;
    boxed[x * LANES + lane] = sum * share;
  }
}

/** Sums of columns with a row less, near the lower edge. */
function narrowed(
  sums: Float32Array,
  ring: Float32Array,
  drop: number,
  width: number,
  share: number,
  boxed: Float32Array,
  lane: number,
): void {
  for (let x = 0; x < width; x++) {
    const sum = Math.fround(sums[x]! - ring[drop + x]!);
    sums[x] = sum;
    boxed[x * LANES + lane] = sum * share;
  }
}
