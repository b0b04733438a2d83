/** Longer words are compared letter by letter only: nobody writes them. Bounds the table, and the variants of a word. */
export const MAX_TOLERANT_WORD = 32;

/** Words shorter than this take no edit, and shorter than the second only one: too many words are that near. */
export const TOLERANT_FROM = { one: 6, two: 10 };

/** How many edits a word of so many letters takes where its rule allows `edits`. */
export function editsOf(letters: number, edits: number): number {
  if (letters < TOLERANT_FROM.one || letters > MAX_TOLERANT_WORD) return 0;
  return letters < TOLERANT_FROM.two ? Math.min(1, edits) : edits;
}

const ROW = MAX_TOLERANT_WORD + 3;
const rows = new Uint8Array(3 * ROW);

/**
 * Whether `a` becomes `b` by at most `edits` letters left out, put in, replaced or swapped with their neighbour: optimal
 * string alignment (L. Boytsov, "Indexing methods for approximate dictionary searching", JEA 16, 2011, section 2.2).
 * Both are of at most MAX_TOLERANT_WORD + 2 units; quadratic in that.
 */
export function isWithin(edits: number, a: Uint16Array, b: Uint16Array): boolean {
  if (Math.abs(a.length - b.length) > edits) return false;
  const at = (row: number, column: number) => (row % 3) * ROW + column;
  for (let column = 0; column <= b.length; column++) rows[at(0, column)] = column;
  for (let row = 1; row <= a.length; row++) {
    rows[at(row, 0)] = row;
    let least = row;
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (rows[at(row - 1, column - 1)] as number) + (same ? 0 : 1),
        (rows[at(row - 1, column)] as number) + 1,
        (rows[at(row, column - 1)] as number) + 1,
      );
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1])
        cost = Math.min(cost, (rows[at(row - 2, column - 2)] as number) + 1);
      rows[at(row, column)] = cost;
      least = Math.min(least, cost);
    }
    if (least > edits) return false;
  }
  return (rows[at(a.length, b.length)] as number) <= edits;
}
