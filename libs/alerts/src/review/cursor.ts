import { VigilError } from '@vigil/contracts';

/** A position in a keyset page, with what it is a position of. Opaque to callers. */
export function writeCursor(about: string, position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([about, ...position])).toString('base64url');
}

/** The position in a cursor of `about`, of `length` parts. Throws `bad-input` for any other. */
export function readCursor(cursor: string, about: string, length: number): (string | number)[] {
  const [of, ...position] = decoded(cursor);
  const parts = position.filter(
    (part): part is string | number => typeof part === 'string' || typeof part === 'number',
  );
  if (of !== about || parts.length !== length || position.length !== length) {
    throw new VigilError(
      'bad-input',
      'cursor: it belongs to another query. Take `next` of the page before, with the same filters and order.',
      {
        fields: [{ path: 'cursor', message: 'the `next` of a page of this query' }],
      },
    );
  }
  return parts;
}

function decoded(cursor: string): unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
