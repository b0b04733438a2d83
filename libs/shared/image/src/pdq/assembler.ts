/**
 * As much of an assembler for WebAssembly as the kernel of PDQ needs: instructions are lists of bytes, and functions of
 * them make a module (WebAssembly core specification 2.0, section 5). So the kernel is source like any other, and
 * nothing has to be compiled or trusted as a binary.
 */
export type Code = readonly number[];

const I32 = 0x7f;
const V128 = 0x7b;
const NO_RESULT = 0x40;

export interface Body {
  /** How many 32-bit numbers the function takes: locals 0 and up. */
  readonly parameters: number;
  /** Further 32-bit numbers, and behind them vectors, as locals. */
  readonly numbers: number;
  readonly vectors: number;
  readonly code: Code;
}

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const last = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

const join = (...parts: readonly Code[]): number[] => parts.flat();
const vector = (code: number) => [0xfd, ...unsigned(code)];
/** An operator behind its operands. */
const binary =
  (...operator: Code) =>
  (one: Code, other: Code): Code =>
    join(one, other, operator);

export const get = (local: number): Code => [0x20, ...unsigned(local)];
export const set = (local: number, value: Code): Code => join(value, [0x21, ...unsigned(local)]);
export const int = (value: number): Code => [0x41, ...signed(value)];
export const double = (value: number): Code => [0x44, ...new Uint8Array(new Float64Array([value]).buffer)];
export const add = binary(0x6a);
export const multiply = binary(0x6c);
export const isLess = binary(0x49);
export const addDoubles = binary(0xa0);
export const multiplyDoubles = binary(0xa2);
export const toDouble = (value: Code): Code => join(value, [0xb8]);
export const toFloat = (value: Code): Code => join(value, [0xb6]);
export const loadByte = (address: Code, offset = 0): Code => join(address, [0x2d, 0, ...unsigned(offset)]);
export const loadInt = (address: Code): Code => join(address, [0x28, 2, 0]);
export const storeFloat = (address: Code, value: Code): Code => join(address, value, [0x38, 2, 0]);
export const addVectors = binary(...vector(0xe4));
export const subtractVectors = binary(...vector(0xe5));
export const multiplyVectors = binary(...vector(0xe6));
export const divideVectors = binary(...vector(0xe7));
export const zeros: Code = join(vector(0x0c), Array<number>(16).fill(0));
/** Four floats from an address of any alignment. */
export const loadVector = (address: Code): Code => join(address, vector(0x00), [0, 0]);
/** One float, four times. */
export const loadSplat = (address: Code): Code => join(address, vector(0x09), [2, 0]);
export const storeVector = (address: Code, value: Code): Code => join(address, value, vector(0x0b), [0, 0]);
/** One of a vector's four floats. */
export const storeLane = (address: Code, value: Code, lane: number): Code =>
  join(address, value, vector(0x5a), [2, 0, lane]);

/** Runs the code for as long as the condition holds. */
export const loopWhile = (condition: Code, ...code: readonly Code[]): Code =>
  join([0x03, NO_RESULT], condition, [0x04, NO_RESULT], ...code, [0x0c, 1, 0x0b, 0x0b]);

/** A module of functions that return nothing, exported by their names beside `memory`. */
export function assemble(functions: Readonly<Record<string, Body>>): Uint8Array<ArrayBuffer> {
  const bodies = Object.values(functions);
  const list = (items: readonly Code[]) => join(unsigned(items.length), ...items);
  const section = (id: number, content: Code) => [id, ...unsigned(content.length), ...content];
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)];
  const types = bodies.map(({ parameters }) => [
    0x60,
    ...list(Array.from({ length: parameters }, () => [I32])),
    0,
  ]);
  const codes = bodies.map(({ numbers, vectors, code }) => {
    const body = join(
      list([
        [...unsigned(numbers), I32],
        [...unsigned(vectors), V128],
      ]),
      code,
      [0x0b],
    );
    return [...unsigned(body.length), ...body];
  });
  return Uint8Array.from([
    ...new TextEncoder().encode('\0asm'),
    ...[1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(3, list(bodies.map((_, at) => unsigned(at)))),
    ...section(5, list([[0, 1]])),
    ...section(
      7,
      list([
        [...name('memory'), 2, 0],
        ...Object.keys(functions).map((text, at) => [...name(text), 0, ...unsigned(at)]),
      ]),
    ),
    ...section(10, list(codes)),
  ]);
}
