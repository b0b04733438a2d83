import type { Database } from '@vigil/database';
import type { NewDeadLetter } from '../message.js';
import { unpackChunk } from './chunk.js';
import { readChunks, type StoredChunk } from './log-reader.js';

/** Unpacked bytes of one run; one chunk is given in any case. */
const RUN_BYTES = 4 * 1024 ** 2;
/** Dead letters of one page: 12 MB each at worst, some kB as a rule. */
const LETTERS = 50;

/** A topic of the log in PostgreSQL, as it stands. */
export interface StoredTopic {
  readonly name: string;
  /** By partition: offset of the next message to come. */
  readonly heads: readonly bigint[];
  /** Group → by partition: offset of the next message to read. */
  readonly groups: ReadonlyMap<string, readonly bigint[]>;
}

/** A message as it stands in a log: the JSON of [key, value] and the fingerprint of the schema it was written under. */
export interface StoredMessage {
  readonly key: string;
  readonly payload: Buffer;
  readonly schema: string;
}

export interface StoredRun {
  /** Offset of the first of `messages`. */
  readonly first: bigint;
  readonly messages: readonly StoredMessage[];
}

/** A dead letter with the whole of what was set aside. */
export interface StoredDeadLetter extends NewDeadLetter {
  readonly topic: string;
  readonly group: string;
}

/** What the log in PostgreSQL holds and how far its groups have come. */
export async function storedTopics(database: Database): Promise<StoredTopic[]> {
  const heads = await database.query<{ topic: string; heads: string[] }>(
    'SELECT topic, array_agg(next_offset::text ORDER BY partition) AS heads FROM bus_partition GROUP BY topic ORDER BY topic',
  );
  const offsets = await database.query<{ topic: string; group: string; partition: number; next: string }>(
    'SELECT topic, consumer_group AS "group", partition, next_offset::text AS next FROM bus_offset ORDER BY 1, 2, 3',
  );
  return heads.map(({ topic, heads: found }) => {
    const groups = new Map<string, bigint[]>();
    for (const { group, partition, next } of offsets.filter((one) => one.topic === topic)) {
      const positions = groups.get(group) ?? found.map(() => 0n);
      positions[partition] = BigInt(next);
      groups.set(group, positions);
    }
    return { name: topic, heads: found.map(BigInt), groups };
  });
}

/** Whether the log in PostgreSQL has ever held a message that it was not emptied of. */
export async function isLogUsed(database: Pick<Database, 'query'>): Promise<boolean> {
  const [row] = await database.query<{ used: boolean }>(
    'SELECT EXISTS (SELECT FROM bus_partition WHERE next_offset > 0) AS used',
  );
  return row?.used === true;
}

/** Messages of a partition from `from` on, or from the oldest that retention has left. */
export async function* storedMessages(
  database: Database,
  topic: string,
  partition: number,
  from: bigint,
): AsyncGenerator<StoredRun> {
  for (let next = from; ;) {
    const chunks = await readChunks(database, topic, [{ partition, next, room: RUN_BYTES, sinceMs: 0 }]);
    if (chunks.length === 0) return;
    for (const chunk of chunks) {
      const messages = await messagesOf(chunk);
      const skipped = next > chunk.base ? Number(next - chunk.base) : 0;
      yield { first: chunk.base + BigInt(skipped), messages: messages.slice(skipped) };
      next = chunk.base + BigInt(chunk.count);
    }
  }
}

/** A chunk that cannot be unpacked keeps its offsets: its bytes as the first message, nothing as the others, all poison to whoever reads them. */
async function messagesOf({ payload, count, schema }: StoredChunk): Promise<StoredMessage[]> {
  try {
    const pairs = await unpackChunk(payload, count);
    return pairs.map(([key, value]) => ({ key, payload: Buffer.from(JSON.stringify([key, value])), schema }));
  } catch {
    return Array.from({ length: count }, (_, i) => ({
      key: '',
      payload: i === 0 ? payload : Buffer.alloc(0),
      schema,
    }));
  }
}

/** Oldest offset that is left of a partition at or after `from`; the head where nothing is. */
export async function oldestStored(
  database: Database,
  topic: string,
  partition: number,
  from: bigint,
): Promise<bigint> {
  const [row] = await database.query<{ oldest: string }>(
    `SELECT coalesce((SELECT greatest(min(base_offset), $3::bigint) FROM bus_log
                      WHERE topic = $1 AND partition = $2 AND base_offset + count > $3::bigint),
                     (SELECT next_offset FROM bus_partition WHERE topic = $1 AND partition = $2))::text AS oldest`,
    [topic, partition, from.toString()],
  );
  return BigInt(row?.oldest ?? from);
}

/** All dead letters, oldest first. */
export async function* storedDeadLetters(database: Database): AsyncGenerator<StoredDeadLetter> {
  for (let after = '0'; ;) {
    const rows = await database.query<{
      id: string;
      topic: string;
      group: string;
      partition: number;
      offset: string;
      count: number;
      key: string;
      payload: Buffer;
      reason: string;
    }>(
      `SELECT id::text, topic, consumer_group AS "group", partition, "offset"::text, count, key, payload, reason
       FROM bus_dead_letter WHERE id > $1 ORDER BY id LIMIT ${LETTERS}`,
      [after],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const row of rows) yield { ...row, offset: BigInt(row.offset) };
    after = last.id;
  }
}
