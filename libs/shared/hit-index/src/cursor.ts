import { createHash } from 'node:crypto';
import { z } from 'zod';
import { VigilError, type HitQuery } from '@vigil/contracts';
import { storable } from './hit-fields.js';

/** Where a page ended: the event time in UTC to the microsecond, and the post's id as stored, which breaks ties. */
export interface Position {
  readonly eventTime: string;
  readonly id: string;
}

const Wire = z.tuple([
  z.string().length(16),
  z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/),
  z.string().min(1).max(512),
]);

/** A cursor names the query that it belongs to by a hash; the page's size may change between pages. */
export function writeCursor(query: HitQuery, position: Position): string {
  return Buffer.from(JSON.stringify([fingerprint(query), position.eventTime, position.id])).toString(
    'base64url',
  );
}

/** Null where the query has none. Throws `bad-input` for one that is damaged or belongs to another query. */
export function readCursor(query: HitQuery): Position | null {
  if (query.cursor === undefined) return null;
  const wire = Wire.safeParse(decoded(query.cursor));
  if (!wire.success) throw badCursor('is not one that a page of results gave');
  const [hash, eventTime, id] = wire.data;
  if (Number.isNaN(Date.parse(eventTime))) throw badCursor('is not one that a page of results gave');
  if (hash !== fingerprint(query)) throw badCursor('belongs to another query');
  return { eventTime, id: storable(id) };
}

function decoded(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return null;
  }
}

function badCursor(what: string): VigilError {
  const message = `cursor: it ${what}; pass the "next" of a page with the same query, or none for the first page`;
  return new VigilError('bad-input', message, { fields: [{ path: 'cursor', message: what }] });
}

function fingerprint(query: HitQuery): string {
  const { cursor: _cursor, size: _size, ...rest } = query;
  const asked = Object.entries(rest)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, Array.isArray(value) ? [...value].sort() : value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url').slice(0, 16);
}
