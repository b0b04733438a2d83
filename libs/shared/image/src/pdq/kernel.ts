import {
  add,
  addDoubles,
  addVectors,
  assemble,
  divideVectors,
  double,
  get,
  int,
  isLess,
  loadByte,
  loadInt,
  loadSplat,
  loadVector,
  loopWhile,
  multiply,
  multiplyDoubles,
  multiplyVectors,
  set,
  storeFloat,
  storeLane,
  storeVector,
  subtractVectors,
  toDouble,
  toFloat,
  zeros,
  type Body,
  type Code,
} from './assembler.js';
import { WEIGHTS } from './pixels.js';

/**
 * The arithmetic of PDQ on vectors of four float32, which WebAssembly rounds as the reference's processor does: every
 * addition, subtraction, product and quotient once. All addresses and strides are in bytes.
 */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  /** Luminances of `count` pixels of `channels` bytes at `from`, as float32 every 16 bytes from `to`. */
  luminances(from: number, channels: number, count: number, to: number): void;
  /**
   * Four rows side by side, element x of lane l at `rows + 16 x + 4 l`: each step takes in the next element and drops
   * the one `window` bytes before it. After `lead` steps without a result, result k of lane l is the sum at step
   * `samples[k]`, an int32, divided by `sizes[samples[k]]`, a float32, and goes to `to + 4 k + lane l`.
   */
  box(
    rows: number,
    window: number,
    lead: number,
    samples: number,
    count: number,
    sizes: number,
    to: number,
    lane: number,
  ): void;
  /** Adds one row to sums and subtracts another; `bytes` of each. */
  advance(sums: number, plus: number, minus: number, bytes: number): void;
  /** Divides sums by the float32 at `size`, and stores the quotients every `stride` from `to`. */
  means(sums: number, bytes: number, size: number, to: number, stride: number): void;
  /** The product of a `rows` × `inner` and an `inner` × `columns` matrix of float32, each sum in the order of `inner`. */
  product(left: number, right: number, rows: number, inner: number, columns: number, to: number): void;
}

const VECTOR = 16;
const FLOAT = 4;
const LANES = [0, 1, 2, 3] as const;

const step = (local: number, by: Code): Code => set(local, add(get(local), by));
const sum = (one: Code, ...others: readonly Code[]): Code =>
  others.reduce((all, other) => add(all, other), one);

function luminances(): Body {
  const [from, channels, count, to] = [0, 1, 2, 3];
  const end = 4;
  const part = (channel: 0 | 1 | 2) =>
    multiplyDoubles(toDouble(loadByte(get(from), channel)), double(WEIGHTS[channel]));
  return {
    parameters: 4,
    numbers: 1,
    vectors: 0,
    code: [
      ...set(end, add(get(to), multiply(get(count), int(VECTOR)))),
      ...loopWhile(
        isLess(get(to), get(end)),
        storeFloat(get(to), toFloat(addDoubles(addDoubles(part(0), part(1)), part(2)))),
        step(from, get(channels)),
        step(to, int(VECTOR)),
      ),
    ],
  };
}

function box(): Body {
  const [rows, window, lead, samples, count, sizes, to, lane] = [0, 1, 2, 3, 4, 5, 6, 7];
  const [at, sample, samplesEnd, until, minus] = [8, 9, 10, 11, 12];
  const [total, mean] = [13, 14];
  const slide = [
    ...set(total, subtractVectors(addVectors(get(total), loadVector(get(rows))), loadVector(get(minus)))),
    ...step(rows, int(VECTOR)),
    ...step(minus, int(VECTOR)),
    ...step(at, int(1)),
  ];
  const store = LANES.map((number) =>
    storeLane(sum(get(to), multiply(get(lane), int(number))), get(mean), number),
  );
  return {
    parameters: 8,
    numbers: 5,
    vectors: 2,
    code: [
      ...set(minus, add(get(rows), multiply(get(window), int(-1)))),
      ...set(total, zeros),
      ...loopWhile(isLess(get(at), get(lead)), slide),
      ...set(at, int(0)),
      ...set(samplesEnd, add(get(samples), multiply(get(count), int(FLOAT)))),
      ...loopWhile(
        isLess(get(samples), get(samplesEnd)),
        set(sample, loadInt(get(samples))),
        set(until, add(get(sample), int(1))),
        loopWhile(isLess(get(at), get(until)), slide),
        set(mean, divideVectors(get(total), loadSplat(add(get(sizes), multiply(get(sample), int(FLOAT)))))),
        ...store,
        step(to, int(FLOAT)),
        step(samples, int(FLOAT)),
      ),
    ],
  };
}

function advance(): Body {
  const [sums, plus, minus, bytes] = [0, 1, 2, 3];
  const end = 4;
  return {
    parameters: 4,
    numbers: 1,
    vectors: 0,
    code: [
      ...set(end, add(get(sums), get(bytes))),
      ...loopWhile(
        isLess(get(sums), get(end)),
        storeVector(
          get(sums),
          subtractVectors(addVectors(loadVector(get(sums)), loadVector(get(plus))), loadVector(get(minus))),
        ),
        step(sums, int(VECTOR)),
        step(plus, int(VECTOR)),
        step(minus, int(VECTOR)),
      ),
    ],
  };
}

function means(): Body {
  const [sums, bytes, size, to, stride] = [0, 1, 2, 3, 4];
  const [end, divisor, mean] = [5, 6, 7];
  return {
    parameters: 5,
    numbers: 1,
    vectors: 2,
    code: [
      ...set(end, add(get(sums), get(bytes))),
      ...set(divisor, loadSplat(get(size))),
      ...loopWhile(
        isLess(get(sums), get(end)),
        set(mean, divideVectors(loadVector(get(sums)), get(divisor))),
        ...LANES.flatMap((lane) => [storeLane(get(to), get(mean), lane), step(to, get(stride))]),
        step(sums, int(VECTOR)),
      ),
    ],
  };
}

function product(): Body {
  const [left, right, rows, inner, columns, to] = [0, 1, 2, 3, 4, 5];
  const [row, column, k, one, other, width] = [6, 7, 8, 9, 10, 11];
  const total = 12;
  return {
    parameters: 6,
    numbers: 6,
    vectors: 1,
    code: [
      ...set(width, multiply(get(columns), int(FLOAT))),
      ...loopWhile(
        isLess(get(row), get(rows)),
        set(column, int(0)),
        loopWhile(
          isLess(get(column), get(width)),
          set(total, zeros),
          set(one, get(left)),
          set(other, add(get(right), get(column))),
          set(k, int(0)),
          loopWhile(
            isLess(get(k), get(inner)),
            set(total, addVectors(get(total), multiplyVectors(loadSplat(get(one)), loadVector(get(other))))),
            step(one, int(FLOAT)),
            step(other, get(width)),
            step(k, int(1)),
          ),
          storeVector(add(get(to), get(column)), get(total)),
          step(column, int(VECTOR)),
        ),
        step(left, multiply(get(inner), int(FLOAT))),
        step(to, get(width)),
        step(row, int(1)),
      ),
    ],
  };
}

/** What is used of WebAssembly: the libraries of types that this package loads do not declare it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
};

const bytes = assemble({
  luminances: luminances(),
  box: box(),
  advance: advance(),
  means: means(),
  product: product(),
});
let compiled: object | null = null;

/** A kernel with a memory of its own. */
export function aKernel(): Kernel {
  compiled ??= new WebAssembly.Module(bytes);
  return new WebAssembly.Instance(compiled).exports as Kernel;
}
