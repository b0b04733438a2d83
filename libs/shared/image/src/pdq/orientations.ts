import { FREQUENCIES } from './transform.js';

/**
 * The eight orientations of a picture, by the names under which lists of PDQ hashes give them: turned, mirrored along an
 * axis, or along one of the two diagonals.
 */
export const ORIENTATIONS = [
  'original',
  'rotate90',
  'rotate180',
  'rotate270',
  'flip_x',
  'flip_y',
  'flip_plus1',
  'flip_minus1',
] as const;
export type Orientation = (typeof ORIENTATIONS)[number];

/** What turning the picture does to its transform: transposes it, and negates its rows and columns of odd frequency. */
interface Turn {
  readonly transposed: boolean;
  readonly oddRows: boolean;
  readonly oddColumns: boolean;
}

const TURNS: Readonly<Record<Orientation, Turn>> = {
  original: { transposed: false, oddRows: false, oddColumns: false },
  rotate90: { transposed: true, oddRows: false, oddColumns: true },
  rotate180: { transposed: false, oddRows: true, oddColumns: true },
  rotate270: { transposed: true, oddRows: true, oddColumns: false },
  flip_x: { transposed: false, oddRows: true, oddColumns: false },
  flip_y: { transposed: false, oddRows: false, oddColumns: true },
  flip_plus1: { transposed: true, oddRows: false, oddColumns: false },
  flip_minus1: { transposed: true, oddRows: true, oddColumns: true },
};

/** The transform of the turned picture, from that of the picture. */
export function turn(frequencies: Float32Array, orientation: Orientation, out: Float32Array): void {
  const { transposed, oddRows, oddColumns } = TURNS[orientation];
  for (let row = 0; row < FREQUENCIES; row++) {
    for (let column = 0; column < FREQUENCIES; column++) {
      // Row 0 holds frequency 1: even indexes are the odd frequencies.
      const negative = (oddRows && row % 2 === 0) !== (oddColumns && column % 2 === 0);
      const value = frequencies[row * FREQUENCIES + column]!;
      out[transposed ? column * FREQUENCIES + row : row * FREQUENCIES + column] = negative ? -value : value;
    }
  }
}
