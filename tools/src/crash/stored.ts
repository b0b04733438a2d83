import { readFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { AlertPage, HitPage } from '@vigil/contracts';
import { bucketOf } from './ledger.js';
import type { Found } from './compare.js';
import type { Program } from './program.js';

/** Runs one query on the program's database over a connection of its own. Null while the database is away. */
export async function ask<Row extends pg.QueryResultRow>(
  program: Program,
  text: string,
): Promise<Row[] | null> {
  const address = await program.databaseAddress();
  if (address === null) return null;
  const client = new pg.Client({
    connectionString: address,
    connectionTimeoutMillis: 2_000,
    query_timeout: 10_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Row>(text)).rows;
  } catch {
    return null;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Posts counted so far, of the streams and of the feeds; null while the database is away. */
export async function countedSoFar(program: Program): Promise<{ streamed: number; fed: number } | null> {
  const rows = await ask<{ streamed: string; fed: string }>(
    program,
    `SELECT coalesce(sum(posts) FILTER (WHERE source LIKE 'stream-%'), 0)::text AS streamed,
            coalesce(sum(posts) FILTER (WHERE source LIKE 'feed-%'), 0)::text AS fed
     FROM count_bucket WHERE slogan = '' AND basis = 'event'`,
  );
  const row = rows?.[0];
  return row ? { streamed: Number(row.streamed), fed: Number(row.fed) } : null;
}

/** Hits that the index does not have yet. */
export async function outboxSize(program: Program): Promise<number | null> {
  const rows = await ask<{ n: string }>(program, 'SELECT count(*)::text AS n FROM hit_outbox');
  return rows?.[0] ? Number(rows[0].n) : null;
}

/** Everything that is compared in the end. Throws where it cannot be read: an unread result is no result. */
export async function readFound(program: Program): Promise<Found> {
  const seen = await demand<{ key: string }>(
    program,
    `SELECT replace(key::text, '-', '') AS key FROM seen_post`,
  );
  const counts = await demand<{ source: string; region: string; bucket: Date; posts: string }>(
    program,
    `SELECT source, region, bucket, sum(posts)::text AS posts FROM count_bucket WHERE slogan = '' AND basis = 'event' GROUP BY 1, 2, 3`,
  );
  const hits = await demand<{ slogan: string; source: string; bucket: Date; hits: string }>(
    program,
    `SELECT slogan, source, bucket, sum(hits)::text AS hits FROM count_bucket WHERE slogan <> '' AND basis = 'event' GROUP BY 1, 2, 3`,
  );
  const letters = await demand<{ n: string }>(program, 'SELECT count(*)::text AS n FROM bus_dead_letter');
  const outbox = await outboxSize(program);
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
    index: await searchAll(program),
    alerts: await alertsByRule(program),
    deadLetters: Number(letters[0]?.n ?? 0),
    outbox,
  };
}

async function demand<Row extends pg.QueryResultRow>(program: Program, text: string): Promise<Row[]> {
  const rows = await ask<Row>(program, text);
  if (rows === null) throw new Error(`the program's database did not answer: ${text.slice(0, 80)}`);
  return rows;
}

async function searchAll(program: Program): Promise<{ id: string; revision: number }[]> {
  const found: { id: string; revision: number }[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({ size: '200', ...(cursor === null ? {} : { cursor }) });
    const page = HitPage.parse(await api(program, `/api/search?${query}`));
    found.push(...page.hits.map(({ hit }) => ({ id: hit.post.id, revision: hit.post.revision })));
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** Alerts by the rule they are of, from the API. */
export async function alertsByRule(program: Program): Promise<Map<string, { alerts: number; hits: number }>> {
  const found = new Map<string, { alerts: number; hits: number }>();
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams({
      size: '200',
      order: 'newest',
      ...(cursor === null ? {} : { cursor }),
    });
    const page = AlertPage.parse(await api(program, `/api/alerts?${query}`));
    for (const { key, hits } of page.alerts) {
      const before = found.get(key.value) ?? { alerts: 0, hits: 0 };
      if (key.kind === 'slogan')
        found.set(key.value, { alerts: before.alerts + 1, hits: before.hits + hits });
    }
    cursor = page.next;
  } while (cursor !== null);
  return found;
}

/** Asks the program as `vigil` on the command line does, with the machine token of its data folder. */
async function api(program: Program, route: string): Promise<unknown> {
  const token = (await readFile(path.join(program.dataDir, 'cli-token'), 'utf8')).trim();
  const response = await fetch(`${program.address}${route}`, {
    headers: { authorization: `Bearer ${token}` },
    signal: AbortSignal.timeout(30_000),
  });
  if (!response.ok)
    throw new Error(`${route.split('?')[0]}: ${response.status} ${(await response.text()).slice(0, 300)}`);
  return response.json();
}
