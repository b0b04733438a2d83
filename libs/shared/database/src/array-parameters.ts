/** Type numbers of PostgreSQL's catalogue (pg_type.dat), which never change. */
const TEXT = 25;
const BYTEA = 17;

/**
 * A `text[]` parameter in PostgreSQL's binary format (src/backend/utils/adt/arrayfuncs.c, array_recv). For bulk
 * statements: the text form quotes every quotation mark, which for 1,000 JSON documents took twice as long to
 * write and parse (measured 2026-11-21: 47 ms against 20 ms).
 */
export function textArray(values: readonly (string | null)[]): Buffer {
  let size = 20;
  for (const value of values) size += 4 + (value === null ? 0 : Buffer.byteLength(value));
  const buffer = header(size, values.length, TEXT);
  let at = 20;
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(-1, at);
      continue;
    }
    const written = buffer.write(value, at + 4);
    buffer.writeInt32BE(written, at);
    at += 4 + written;
  }
  return buffer;
}

/** A `bytea[]` parameter in the same format. */
export function byteaArray(values: readonly Uint8Array[]): Buffer {
  const buffer = header(20 + values.reduce((sum, value) => sum + 4 + value.length, 0), values.length, BYTEA);
  let at = 20;
  for (const value of values) {
    at = buffer.writeInt32BE(value.length, at);
    buffer.set(value, at);
    at += value.length;
  }
  return buffer;
}

/** Dimensions, whether nulls may occur, element type; then, unless empty, length and lower bound. */
function header(size: number, length: number, type: number): Buffer {
  const buffer = Buffer.allocUnsafe(length === 0 ? 12 : size);
  buffer.writeInt32BE(length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(type, 8);
  if (length > 0) {
    buffer.writeInt32BE(length, 12);
    buffer.writeInt32BE(1, 16);
  }
  return buffer;
}
