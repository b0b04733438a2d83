import { VigilError, type Topic } from '@vigil/contracts';
import type { Database, Queryable } from '@vigil/database';
import type { Message } from '../message-bus.js';
import { encodeMessage } from './chunk.js';

/** A message set aside, for a person to look at. */
export interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
  /** How many messages it stands for: more than one where a whole chunk could not be unpacked. */
  readonly count: number;
  readonly key: string;
  readonly reason: string;
  /** When it was set aside, ISO 8601. */
  readonly at: string;
  /** The message's JSON, at most its first 4,000 characters; null where the bytes are not text. */
  readonly excerpt: string | null;
}

export interface NewDeadLetter {
  readonly partition: number;
  readonly offset: bigint;
  readonly count: number;
  readonly key: string;
  readonly payload: Buffer;
  readonly reason: string;
}

/** The bytes kept of a message: what encodeMessage made, so that a replay publishes exactly it. */
export function payloadOf(key: string, value: unknown): Buffer {
  return Buffer.from(encodeMessage(key, value));
}

/** Stores a dead letter once, however often it is set aside again before its offset moves. */
export async function setAside(
  db: Queryable,
  topic: string,
  group: string,
  letter: NewDeadLetter,
): Promise<void> {
  await db.query(
    `INSERT INTO bus_dead_letter (topic, consumer_group, partition, "offset", count, key, payload, reason)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (topic, consumer_group, partition, "offset") DO NOTHING`,
    [
      topic,
      group,
      letter.partition,
      letter.offset.toString(),
      letter.count,
      letter.key.replaceAll('\u0000', '\ufffd').slice(0, 1_000),
      letter.payload,
      letter.reason.replaceAll('\u0000', '').slice(0, 1_000),
    ],
  );
}

const MAX_LISTED = 200;
const EXCERPT = 4_000;

type Row = Omit<DeadLetter, 'excerpt' | 'at'> & { payload: Buffer; at: Date | string };

/**
 * What was set aside, for operations: to look at, to replay once the cause is mended, or to discard. Held by PostgresBus
 * as `deadLetters`.
 */
export class DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly publishIn: <T>(
      tx: Queryable,
      topic: Topic<T>,
      messages: readonly Message<T>[],
    ) => Promise<void>,
  ) {}

  /** How many messages are set aside, per topic and group; none for those without. */
  async counts(): Promise<{ topic: string; group: string; count: number }[]> {
    const rows = await this.database.query<{ topic: string; group: string; count: string }>(
      `SELECT topic, consumer_group AS "group", sum(count)::text AS count FROM bus_dead_letter
       GROUP BY topic, consumer_group ORDER BY topic, consumer_group`,
    );
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }

  /** Newest first, at most `size` (200). `before` is the id of the last one of the page before. */
  async list(
    topic: string,
    group: string,
    page: { size?: number; before?: string } = {},
  ): Promise<DeadLetter[]> {
    const rows = await this.database.query<Row>(
      `SELECT id::text, topic, consumer_group AS "group", partition, "offset"::text, count, key, reason, at,
              substring(payload FROM 1 FOR $4) AS payload
       FROM bus_dead_letter WHERE topic = $1 AND consumer_group = $2 AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $5`,
      [topic, group, page.before ?? null, EXCERPT * 4, Math.min(page.size ?? 50, MAX_LISTED)],
    );
    return rows.map(({ payload, at, ...rest }) => ({
      ...rest,
      at: new Date(at).toISOString(),
      excerpt: excerptOf(payload),
    }));
  }

  /**
   * Publishes dead letters to their topic again, under their key, and removes them, in one transaction. Every group of the topic
   * reads them once more, at the end of its partition: handlers allow for repetition anyway, and an older revision never
   * replaces a newer one. Returns how many. Throws `bad-input` for what cannot be decoded: that can only be discarded.
   */
  async replay<T>(topic: Topic<T>, group: string, ids: readonly string[]): Promise<number> {
    return this.database.transaction(async (tx) => {
      const rows = await tx.query<{ payload: Buffer }>(
        `WITH gone AS (DELETE FROM bus_dead_letter WHERE topic = $1 AND consumer_group = $2 AND id = ANY($3::bigint[]) RETURNING id, payload)
         SELECT payload FROM gone ORDER BY id`,
        [topic.name, group, ids],
      );
      if (rows.length > 0)
        await this.publishIn(
          tx,
          topic,
          rows.map((row) => messageOf(topic, row.payload)),
        );
      return rows.length;
    });
  }

  /** Removes dead letters for good. Returns how many. */
  async discard(topic: string, group: string, ids: readonly string[]): Promise<number> {
    const rows = await this.database.query(
      'DELETE FROM bus_dead_letter WHERE topic = $1 AND consumer_group = $2 AND id = ANY($3::bigint[]) RETURNING id',
      [topic, group, ids],
    );
    return rows.length;
  }
}

function messageOf<T>(topic: Topic<T>, payload: Buffer): Message<T> {
  const pair = parsed(payload);
  if (!Array.isArray(pair) || typeof pair[0] !== 'string') {
    throw new VigilError('bad-input', 'this dead letter cannot be decoded: it can only be discarded');
  }
  const value = topic.schema.safeParse(pair[1]);
  if (!value.success) {
    throw new VigilError(
      'bad-input',
      'this dead letter does not fit the schema of its topic: it can only be discarded',
    );
  }
  return { key: pair[0], value: value.data };
}

function parsed(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString());
  } catch {
    return null;
  }
}

function excerptOf(payload: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(payload, { stream: true }).slice(0, EXCERPT);
  } catch {
    return null;
  }
}
