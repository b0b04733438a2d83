import { type Topic } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { Delivered } from '../message-bus.js';
import { MAX_CHUNK_MESSAGES, unpackChunk } from './chunk.js';
import { reasonOf } from '../delivery/transient.js';

/** Rows looked at per partition and query; their bytes bound what is taken. */
const MAX_ROWS = 64;

/** What one partition wants to read. */
export interface Want {
  readonly partition: number;
  readonly next: bigint;
  /** Unpacked bytes it has room for; one chunk is given in any case. */
  readonly room: number;
  /** No message from `next` on is older: milliseconds since the epoch, 0 where unknown. */
  readonly sinceMs: number;
}

export interface StoredChunk {
  readonly partition: number;
  readonly base: bigint;
  readonly count: number;
  readonly bytes: number;
  readonly schema: string;
  readonly publishedAtMs: number;
  readonly payload: Buffer;
}

/** Chunks from `next` on of several partitions in one query, ordered by partition and offset. */
export async function readChunks(
  database: Database,
  topic: string,
  wants: readonly Want[],
): Promise<StoredChunk[]> {
  const rows = await database.query<{
    partition: number;
    base: string;
    count: number;
    bytes: number;
    schema: string;
    at_ms: string;
    payload: Buffer;
  }>(READ, [
    topic,
    wants.map((want) => want.partition),
    wants.map((want) => want.next.toString()),
    wants.map((want) => want.room),
    // One bound for all: PostgreSQL leaves out older tables of the log by it before it looks into any.
    new Date(Math.min(...wants.map((want) => want.sinceMs))).toISOString(),
  ]);
  return rows.map((row) => ({
    partition: row.partition,
    base: BigInt(row.base),
    count: row.count,
    bytes: row.bytes,
    schema: row.schema,
    publishedAtMs: Number(row.at_ms),
    payload: row.payload,
  }));
}

const READ = `
SELECT w.partition, l.base_offset::text AS base, l.count, l.bytes, l.schema, floor(extract(epoch FROM l.published_at) * 1000)::text AS at_ms, l.payload
FROM unnest($2::smallint[], $3::bigint[], $4::integer[]) AS w(partition, next, room)
CROSS JOIN LATERAL (
  SELECT c.*, sum(c.bytes) OVER (ORDER BY c.base_offset) - c.bytes AS before
  FROM (
    SELECT base_offset, count, bytes, schema, published_at, payload FROM bus_log
    WHERE topic = $1 AND partition = w.partition AND published_at >= $5::timestamptz
      AND base_offset > w.next - ${MAX_CHUNK_MESSAGES} AND base_offset + count > w.next
    ORDER BY base_offset LIMIT ${MAX_ROWS}
  ) c
) l
WHERE l.before < w.room
ORDER BY w.partition, l.base_offset`;

/** A message of a chunk that cannot be given to a handler. */
export interface Undecodable {
  readonly offset: bigint;
  readonly count: number;
  readonly key: string;
  readonly payload: Buffer;
  readonly reason: string;
}

/** A chunk in memory: its messages from a given offset on. */
export interface Chunk<T> {
  readonly messages: Delivered<T>[];
  readonly undecodable: Undecodable[];
  readonly bytes: number;
  /** Offset after its last message. */
  readonly next: bigint;
  readonly publishedAtMs: number;
}

/**
 * Unpacks a stored chunk. Messages written under the schema that we have are taken as they are; others are parsed
 * with it, and what does not fit is undecodable.
 */
export async function decodeChunk<T>(
  topic: Topic<T>,
  schema: string,
  stored: StoredChunk,
  from: bigint,
): Promise<Chunk<T>> {
  const next = stored.base + BigInt(stored.count);
  const messages: Delivered<T>[] = [];
  const undecodable: Undecodable[] = [];
  const chunk = { messages, undecodable, bytes: stored.bytes, next, publishedAtMs: stored.publishedAtMs };
  let pairs: [string, unknown][];
  try {
    pairs = await unpackChunk(stored.payload, stored.count);
  } catch (error) {
    undecodable.push({
      offset: stored.base,
      count: stored.count,
      key: '',
      payload: stored.payload,
      reason: reasonOf(error),
    });
    return chunk;
  }
  const trusted = stored.schema === schema;
  let offset = stored.base;
  for (const [key, value] of pairs) {
    if (offset >= from) {
      if (trusted) messages.push({ key, value: value as T, offset });
      else {
        const result = topic.schema.safeParse(value);
        if (result.success) messages.push({ key, value: result.data, offset });
        else {
          const [issue] = result.error.issues;
          const reason = `does not fit the schema of topic ${topic.name}: ${issue?.path.map(String).join('.')}: ${issue?.message}`;
          undecodable.push({
            offset,
            count: 1,
            key,
            payload: Buffer.from(JSON.stringify([key, value])),
            reason,
          });
        }
      }
    }
    offset += 1n;
  }
  return chunk;
}
