import { VigilError } from '@vigil/contracts';
import type { z } from 'zod';

/** A position in a keyset page, with what it is a position of. Opaque to callers. */
export function writeCursor(about: string, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([about, ...position])).toString('base64url');
}

/** The position in a cursor of `about`, as `shape` has it. Throws `bad-input` for any other. */
export function readCursor<T extends z.ZodType>(cursor: string, about: string, shape: T): z.infer<T> {
  const [of, ...position] = decoded(cursor);
  const read = shape.safeParse(position);
  if (of !== about || !read.success) {
    throw new VigilError(
      'bad-input',
      'cursor: it belongs to another query. Take `next` of the page before, with the same filters and order.',
      {
        fields: [{ path: 'cursor', message: 'the `next` of a page of this query' }],
      },
    );
  }
  return read.data;
}

function decoded(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
