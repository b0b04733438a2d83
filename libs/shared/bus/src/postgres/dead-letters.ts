import type { Topic } from '@vigil/contracts';
import type { Database, Queryable } from '@vigil/database';
import type { Message } from '../message-bus.js';
import { DeadLetters, EXCERPT_LENGTH, MAX_LISTED, type DeadLetter } from '../dead-letters.js';
import { excerptOf, messageOf, type NewDeadLetter } from '../message.js';

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

type Row = Omit<DeadLetter, 'excerpt' | 'at'> & { payload: Buffer; at: Date | string };

/** Dead letters as rows of the system of record. Held by PostgresBus as `deadLetters`. */
export class PostgresDeadLetters extends DeadLetters {
  constructor(
    private readonly database: Database,
    private readonly publishIn: <T>(
      tx: Queryable,
      topic: Topic<T>,
      messages: readonly Message<T>[],
    ) => Promise<void>,
  ) {
    super();
  }

  async counts(): Promise<{ topic: string; group: string; count: number }[]> {
    const rows = await this.database.query<{ topic: string; group: string; count: string }>(
      `SELECT topic, consumer_group AS "group", sum(count)::text AS count FROM bus_dead_letter
       GROUP BY topic, consumer_group ORDER BY topic, consumer_group`,
    );
    return rows.map((row) => ({ ...row, count: Number(row.count) }));
  }

  async list(
    topic: string,
    group: string,
    page: { size?: number; before?: string } = {},
  ): Promise<DeadLetter[]> {
    const rows = await this.database.query<Row>(
      `SELECT id::text, topic, consumer_group AS "group", partition, "offset"::text, count, key, reason, at,
              substring(payload FROM 1 FOR $4) AS payload
       FROM bus_dead_letter WHERE topic = $1 AND consumer_group = $2 AND ($3::bigint IS NULL OR id < $3) ORDER BY id DESC LIMIT $5`,
      [topic, group, page.before ?? null, EXCERPT_LENGTH * 4, Math.min(page.size ?? 50, MAX_LISTED)],
    );
    return rows.map(({ payload, at, ...rest }) => ({
      ...rest,
      at: new Date(at).toISOString(),
      excerpt: excerptOf(payload),
    }));
  }

  /** In one transaction: published and removed, or neither. */
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

  async discard(topic: string, group: string, ids: readonly string[]): Promise<number> {
    const rows = await this.database.query(
      'DELETE FROM bus_dead_letter WHERE topic = $1 AND consumer_group = $2 AND id = ANY($3::bigint[]) RETURNING id',
      [topic, group, ids],
    );
    return rows.length;
  }
}
