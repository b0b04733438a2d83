import { z } from 'zod';
import type { Found } from '../ledger/compare.js';
import { seenKeyOf } from '../ledger/ledger.js';
import { type Ask, demand } from '../ledger/stored.js';

/** Hits of one page; the server gives no more than 10,000. */
const PAGE = 5_000;
/** As the services call it, which are given no other prefix. */
const HITS = 'vigil-hits';

const Page = z.object({
  hits: z.object({
    hits: z.array(
      z.object({
        sort: z.array(z.union([z.string(), z.number()])),
        _source: z.object({ id: z.string(), state: z.string(), hit: z.string() }),
      }),
    ),
  }),
});
const StoredHit = z.object({ post: z.object({ revision: z.number() }) });

/** One document of the index: post and revision. */
export interface Document {
  readonly id: string;
  readonly revision: number;
}

/** All documents of the index, or those of these posts. Throws while Elasticsearch is away. */
export async function documents(url: string, ids?: readonly string[]): Promise<Document[]> {
  const found: Document[] = [];
  for (let after: readonly unknown[] | null = null; ;) {
    const response = await fetch(`${url}/${HITS}/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        size: PAGE,
        query: ids === undefined ? { match_all: {} } : { terms: { id: ids } },
        sort: [{ id: 'asc' }],
        track_total_hits: false,
        ...(after === null ? {} : { search_after: after }),
      }),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok)
      throw new Error(`Elasticsearch answers ${response.status}: ${(await response.text()).slice(0, 200)}`);
    const page = Page.parse(await response.json()).hits.hits;
    for (const { _source } of page)
      found.push({ id: _source.id, revision: StoredHit.parse(JSON.parse(_source.hit)).post.revision });
    const last = page.at(-1);
    if (page.length < PAGE || last === undefined) return found;
    after = last.sort;
  }
}

/** Post → revision of every hit in the system of record. */
export async function records(ask: Ask): Promise<Map<string, number>> {
  const rows = await demand<{ id: string; revision: number }>(
    ask,
    `SELECT doc->'post'->>'id' AS id, least(revision, (doc->'post'->>'revision')::int) AS revision FROM hit`,
  );
  return new Map(rows.map((row) => [row.id, row.revision]));
}

/** Rule → how many alerts it has, and the hits they name. */
export async function alertsByRule(ask: Ask): Promise<Found['alerts']> {
  const rows = await demand<{ rule: string; alerts: number; hits: number }>(
    ask,
    `SELECT key_value AS rule, count(*)::int AS alerts, sum(hits)::int AS hits FROM alert WHERE key_kind = 'slogan' GROUP BY 1`,
  );
  return new Map(rows.map(({ rule, alerts, hits }) => [rule, { alerts, hits }]));
}

/** Those of these posts that are not counted; null while the database is away. */
export async function uncounted(ask: Ask, posts: readonly string[]): Promise<string[] | null> {
  const keys = posts.map(seenKeyOf);
  const rows = await ask<{ key: string }>(
    `SELECT replace(key::text, '-', '') AS key FROM seen_post WHERE key = ANY($1::uuid[])`,
    [keys],
  );
  if (rows === null) return null;
  const seen = new Set(rows.map((row) => row.key));
  return posts.filter((_, n) => !seen.has(keys[n] ?? ''));
}
