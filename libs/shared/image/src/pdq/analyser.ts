import { boxFor } from './box-filter.js';
import { aKernel } from './kernel.js';
import { luminancesOf, type Pixels } from './pixels.js';
import { COSINES, FREQUENCIES, SIDE } from './transform.js';

/** Rows that go side by side, one in each lane of a vector, and the bytes of a float32 and of a vector. */
const LANES = 4;
const FLOAT = 4;
const VECTOR = 16;
const NARROW = SIDE * FLOAT;
const WASM_PAGE = 65_536;

/**
 * What PDQ reads of a picture: its 64×64 luminances, and the lowest 16×16 frequencies of them. The picture goes through
 * once, a few rows at a time, so that what is worked on stays near the processor whatever the picture's size; where
 * fewer pixels are than samples, some are sampled more than once. Keeps a memory that grows with the
 * largest picture it met (some 20 MB at 600 × 65,535): one for each thread.
 */
export class Analyser {
  private readonly kernel = aKernel();
  private end = 0;
  private readonly cosines = this.take(FREQUENCIES * NARROW);
  private readonly turnedCosines = this.take(FREQUENCIES * NARROW);
  private readonly sampled = this.take(SIDE * NARROW);
  private readonly half = this.take(FREQUENCIES * NARROW);
  private readonly transformed = this.take(FREQUENCIES * FREQUENCIES * FLOAT);
  private readonly forPictures = this.end;

  constructor() {
    this.floats(this.cosines, COSINES.length).set(COSINES);
    const turned = this.floats(this.turnedCosines, COSINES.length);
    COSINES.forEach((cosine, at) => (turned[(at % SIDE) * FREQUENCIES + Math.floor(at / SIDE)] = cosine));
  }

  /** 64 rows of 64 luminances, 0 to 255. Valid until the next picture, like `frequencies`. */
  get luminances(): Float32Array {
    return this.floats(this.sampled, SIDE * SIDE);
  }

  get frequencies(): Float32Array {
    return this.floats(this.transformed, FREQUENCIES * FREQUENCIES);
  }

  /** Reads a picture of 64×64 pixels as it is. */
  readUnfiltered(pixels: Pixels): void {
    luminancesOf(pixels, this.luminances);
    this.transform();
  }

  /** Reads a picture of any size, filtered and sampled. */
  read(pixels: Pixels): void {
    const { width, height, channels } = pixels;
    const { kernel } = this;
    const [across, down] = [boxFor(width, SIDE), boxFor(height, SIDE)];
    this.end = this.forPictures;
    const line = Math.ceil(width / LANES) * VECTOR;
    // Rows that the columns' sums may still drop, and those of a batch before they are taken in; whole batches.
    const kept = (Math.ceil(down.window / LANES) + 2) * LANES;
    const source = this.take(LANES * width * channels);
    const rows = this.takeRows(width, across.window, across.lead);
    const means = this.takeRows(width, across.window, across.lead);
    const ring = this.take(kept * line);
    const sums = this.take(line);
    const narrowSums = this.take(NARROW);
    const zeros = this.take(Math.max(line, NARROW));
    this.bytes().fill(0, source, this.end);
    const narrow = this.take((height + LANES) * NARROW);
    const everyColumn = this.place(Int32Array.from({ length: width }, (_, at) => at));
    const columns = this.place(across.samples);
    const columnSizes = this.place(across.sizes);
    const rowSizes = this.place(down.sizes);

    const window = across.window * VECTOR;
    const steps = height + down.lead;
    for (let step = 0; step < steps; step++) {
      if (step % LANES === 0 && step < height) {
        const count = Math.min(LANES, height - step);
        const from = step * width * channels;
        this.bytes().set(pixels.bytes.subarray(from, from + count * width * channels), source);
        for (let lane = 0; lane < count; lane++)
          kernel.luminances(source + lane * width * channels, channels, width, rows + lane * FLOAT);
        const to = ring + (step % kept) * line;
        kernel.box(rows, window, across.lead, everyColumn, width, columnSizes, to, line);
      }
      const plus = step < height ? ring + (step % kept) * line : zeros;
      const minus = step >= down.window ? ring + ((step - down.window) % kept) * line : zeros;
      kernel.advance(sums, plus, minus, line);
      const row = step - down.lead;
      if (row < 0) continue;
      kernel.means(sums, line, rowSizes + row * FLOAT, means + (row % LANES) * FLOAT, VECTOR);
      if (row % LANES === LANES - 1 || row === height - 1) {
        const to = narrow + (row - (row % LANES)) * NARROW;
        kernel.box(means, window, across.lead, columns, SIDE, columnSizes, to, NARROW);
      }
    }

    for (let step = 0, sample = 0; sample < SIDE; step++) {
      const plus = step < height ? narrow + step * NARROW : zeros;
      const minus = step >= down.window ? narrow + (step - down.window) * NARROW : zeros;
      kernel.advance(narrowSums, plus, minus, NARROW);
      const row = step - down.lead;
      for (; down.samples[sample] === row; sample++)
        kernel.means(narrowSums, NARROW, rowSizes + row * FLOAT, this.sampled + sample * NARROW, FLOAT);
    }
    this.transform();
  }

  private transform(): void {
    const { cosines, sampled, half, turnedCosines, transformed } = this;
    this.kernel.product(cosines, sampled, FREQUENCIES, SIDE, SIDE, half);
    this.kernel.product(half, turnedCosines, FREQUENCIES, SIDE, FREQUENCIES, transformed);
  }

  /** Takes so many bytes of the memory. Returns their address. */
  private take(bytes: number): number {
    const address = this.end;
    this.end = Math.ceil((address + bytes) / VECTOR) * VECTOR;
    const { memory } = this.kernel;
    const missing = this.end - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / WASM_PAGE));
    return address;
  }

  /** Room for four rows side by side, with the zeros around them that a box asks for. Returns where the rows begin. */
  private takeRows(width: number, window: number, lead: number): number {
    return this.take((window + Math.ceil(width / LANES) * LANES + lead) * VECTOR) + window * VECTOR;
  }

  private place(numbers: Int32Array | Float32Array): number {
    const address = this.take(numbers.byteLength);
    this.bytes().set(new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength), address);
    return address;
  }

  private bytes(): Uint8Array {
    return new Uint8Array(this.kernel.memory.buffer);
  }

  private floats(address: number, length: number): Float32Array {
    return new Float32Array(this.kernel.memory.buffer, address, length);
  }
}
