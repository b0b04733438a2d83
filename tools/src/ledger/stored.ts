import pg from 'pg';
import type { Found } from './compare.js';
import { bucketOf } from './ledger.js';

/** Asks a database. Null while it is away. */
export type Ask = <Row extends pg.QueryResultRow>(
  text: string,
  values?: readonly unknown[],
) => Promise<Row[] | null>;

/** Asks over a connection of its own each time, so that no outage is carried on. `address` null: there is no database now. */
export function askingAt(address: () => Promise<string | null>): Ask {
  return async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) => {
    const connectionString = await address();
    if (connectionString === null) return null;
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 2_000, query_timeout: 10_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text, [...values])).rows;
    } catch {
      return null;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}

/** As `ask`, but throws where the database is away: an unread result is no result. */
export async function demand<Row extends pg.QueryResultRow>(ask: Ask, text: string): Promise<Row[]> {
  const rows = await ask<Row>(text);
  if (rows === null) throw new Error(`the database did not answer: ${text.trim().slice(0, 80)}`);
  return rows;
}

/** Posts counted so far, of the streams and of the feeds; null while the database is away. */
export async function countedSoFar(ask: Ask): Promise<{ streamed: number; fed: number } | null> {
  const rows = await ask<{ streamed: string; fed: string }>(
    `SELECT coalesce(sum(posts) FILTER (WHERE source LIKE 'stream-%'), 0)::text AS streamed,
            coalesce(sum(posts) FILTER (WHERE source LIKE 'feed-%'), 0)::text AS fed
     FROM count_bucket WHERE slogan = '' AND basis = 'event'`,
  );
  const row = rows?.[0];
  return row ? { streamed: Number(row.streamed), fed: Number(row.fed) } : null;
}

/** Hits that the index does not have yet. */
export async function outboxSize(ask: Ask): Promise<number | null> {
  const rows = await ask<{ n: string }>('SELECT count(*)::text AS n FROM hit_outbox');
  return rows?.[0] ? Number(rows[0].n) : null;
}

/** What is counted in the end. Throws where it cannot be read. */
export async function readCounted(ask: Ask): Promise<Pick<Found, 'seen' | 'counts' | 'hits' | 'outbox'>> {
  const seen = await demand<{ key: string }>(ask, `SELECT replace(key::text, '-', '') AS key FROM seen_post`);
  const counts = await demand<{ source: string; region: string; bucket: Date; posts: string }>(
    ask,
    `SELECT source, region, bucket, sum(posts)::text AS posts FROM count_bucket WHERE slogan = '' AND basis = 'event' GROUP BY 1, 2, 3`,
  );
  const hits = await demand<{ slogan: string; source: string; bucket: Date; hits: string }>(
    ask,
    `SELECT slogan, source, bucket, sum(hits)::text AS hits FROM count_bucket WHERE slogan <> '' AND basis = 'event' GROUP BY 1, 2, 3`,
  );
  const outbox = await outboxSize(ask);
  if (outbox === null) throw new Error('the outbox could not be read');
  return {
    seen: new Set(seen.map((row) => row.key)),
    counts: new Map(
      counts.map((row) => [
        `${row.source} ${row.region} ${bucketOf(row.bucket.getTime())}`,
        Number(row.posts),
      ]),
    ),
    hits: new Map(
      hits.map((row) => [`${row.slogan} ${row.source} ${bucketOf(row.bucket.getTime())}`, Number(row.hits)]),
    ),
    outbox,
  };
}
