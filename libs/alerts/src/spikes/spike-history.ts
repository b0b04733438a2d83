import type { Queryable } from '@vigil/database';
import { BUCKET_MS, bucketOf, LATE_MS } from '../indexing/buckets.js';
import { BASELINE_MS, GAP_MS, type SpikeHistory, type Voice, WINDOW_MS } from './baseline.js';

export interface SloganKey {
  readonly slogan: string;
  readonly demo: boolean;
}

/** Windows that end in the last 24 h may be asked about; with window and gap before them, in whole half hours. */
const RECENT_MS = LATE_MS + GAP_MS + 2 * WINDOW_MS;
/** How long the older part is taken as it was: only imports of history change it. */
const KEPT_MS = 600_000;
/** Slogans whose older part is kept: 3 KB each. */
const MOST_KEPT = 2_000;

export const nameOf = ({ slogan, demo }: SloganKey) => `${demo ? 'demo' : 'real'} ${slogan}`;

interface OldPart {
  readonly loadedAt: number;
  /** Half hours, `WINDOW_MS` apart from `from` on. */
  readonly from: number;
  readonly until: number;
  readonly hits: Float32Array;
}

/**
 * Reads slogans' histories: the last day in 5-minute buckets each time, the two weeks before in half hours, which are
 * kept for some minutes, because a busy slogan has thousands of buckets and is looked at every few seconds.
 */
export class SpikeHistories {
  readonly #kept = new Map<string, OldPart>();

  /** The histories of these slogans up to `now`; who made their hits is read from `voicesSince` on. */
  async read(
    db: Queryable,
    keys: readonly SloganKey[],
    now: number,
    voicesSince: number,
  ): Promise<Map<string, SpikeHistory>> {
    const recentFrom = Math.floor((now - RECENT_MS) / WINDOW_MS) * WINDOW_MS;
    const from = recentFrom - BASELINE_MS;
    const stale = keys.filter((key) => !this.#isFresh(nameOf(key), now, recentFrom));
    if (stale.length > 0) await this.#readOld(db, stale, from, recentFrom, now);
    const length = (bucketOf(now) - from) / BUCKET_MS + 1;
    const drafts = new Map(keys.map((key) => [nameOf(key), this.#draft(key, from, length)]));

    const recent = await db.query<{
      slogan: string;
      demo: boolean;
      bucket: Date;
      hits: string;
      live: string;
    }>(
      `SELECT c.slogan, c.demo, c.bucket, sum(c.hits) AS hits, sum(c.live) AS live
       FROM slogan_count c JOIN unnest($1::text[], $2::bool[]) AS k (slogan, demo) ON c.slogan = k.slogan AND c.demo = k.demo
       WHERE c.bucket >= $3 GROUP BY c.slogan, c.demo, c.bucket`,
      [...columns(keys), new Date(recentFrom)],
    );
    for (const row of recent) {
      const draft = drafts.get(nameOf(row));
      const i = (row.bucket.getTime() - from) / BUCKET_MS;
      if (draft === undefined || i >= length) continue;
      // Where the older part is kept from some minutes ago, it ends before this one begins or just within it.
      draft.hits[i] = Number(row.hits);
      draft.live[i] = Number(row.live);
    }
    for (const { key, voice } of await readVoices(db, keys, voicesSince))
      drafts.get(nameOf(key))?.voices.push(voice);

    const since = await watchedSince(db);
    return new Map(
      [...drafts].map(([name, { demo, ...series }]) => [
        name,
        { from, watchedSince: (demo ? since.demo : since.real) ?? now, ...series },
      ]),
    );
  }

  #isFresh(name: string, now: number, recentFrom: number): boolean {
    const kept = this.#kept.get(name);
    return (
      kept !== undefined && kept.until === recentFrom && now >= kept.loadedAt && now - kept.loadedAt < KEPT_MS
    );
  }

  #draft(key: SloganKey, from: number, length: number) {
    const hits = new Float64Array(length);
    const old = this.#kept.get(nameOf(key));
    // A half hour's hits stand in its first bucket: baselines sum whole half hours.
    old?.hits.forEach((count, i) => {
      const bucket = (old.from - from + i * WINDOW_MS) / BUCKET_MS;
      if (bucket >= 0 && bucket < length) hits[bucket] = count;
    });
    return { hits, live: new Float64Array(length), voices: new Array<Voice>(), demo: key.demo };
  }

  async #readOld(
    db: Queryable,
    keys: readonly SloganKey[],
    from: number,
    until: number,
    now: number,
  ): Promise<void> {
    const length = (until - from) / WINDOW_MS;
    const parts = new Map(keys.map((key) => [nameOf(key), new Float32Array(length)]));
    const rows = await db.query<{ slogan: string; demo: boolean; half_hour: number; hits: number }>(
      `SELECT c.slogan, c.demo, floor(extract(epoch FROM c.bucket - $3::timestamptz) / $5)::int AS half_hour, sum(c.hits)::float8 AS hits
       FROM slogan_count c JOIN unnest($1::text[], $2::bool[]) AS k (slogan, demo) ON c.slogan = k.slogan AND c.demo = k.demo
       WHERE c.bucket >= $3::timestamptz AND c.bucket < $4::timestamptz GROUP BY 1, 2, 3`,
      [...columns(keys), new Date(from), new Date(until), WINDOW_MS / 1_000],
    );
    for (const row of rows) {
      const part = parts.get(nameOf(row));
      if (part !== undefined) part[row.half_hour] = row.hits;
    }
    for (const [name, hits] of parts) {
      this.#kept.delete(name);
      this.#kept.set(name, { loadedAt: now, from, until, hits });
    }
    // The longest unread go first: a Map keeps the order of insertion.
    for (const name of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) break;
      this.#kept.delete(name);
    }
  }
}

function columns(keys: readonly SloganKey[]): [string[], boolean[]] {
  return [keys.map((key) => key.slogan), keys.map((key) => key.demo)];
}

/**
 * Of each bucket the first and the last author and source in their order: enough to know whether there are two, in
 * any window, without reading every hit of a busy one.
 */
async function readVoices(
  db: Queryable,
  keys: readonly SloganKey[],
  since: number,
): Promise<{ key: SloganKey; voice: Voice }[]> {
  const rows = await db.query<{
    slogan: string;
    demo: boolean;
    at: Date;
    authors: string[];
    sources: string[];
  }>(
    `SELECT h.rule AS slogan, h.demo, date_bin('5 minutes', h.at, 'epoch'::timestamptz) AS at,
            ARRAY[min(h.author::text), max(h.author::text)] AS authors, ARRAY[min(h.source), max(h.source)] AS sources
     FROM hit_rule h JOIN unnest($1::text[], $2::bool[]) AS k (slogan, demo) ON h.rule = k.slogan AND h.demo = k.demo
     WHERE h.at >= $3 AND NOT h.backfill GROUP BY 1, 2, 3`,
    [...columns(keys), new Date(since)],
  );
  return rows.flatMap(({ slogan, demo, at, authors, sources }) =>
    authors.map((author, i) => ({
      key: { slogan, demo },
      voice: { at: at.getTime(), author, source: sources[i] ?? '' },
    })),
  );
}

/**
 * When the first post was counted, apart for demo and real ones, milliseconds since the epoch: before it nothing is
 * known. `demo` is written out for the planner: the partial index count_bucket_demo answers for the demo, where the
 * primary key would be read to its end if there is none.
 */
export async function watchedSince(
  db: Queryable,
): Promise<{ readonly demo: number | null; readonly real: number | null }> {
  const [first] = await db.query<{ demo: Date | null; real: Date | null }>(
    `SELECT (SELECT bucket FROM count_bucket WHERE slogan = '' AND demo ORDER BY bucket LIMIT 1) AS demo,
            (SELECT bucket FROM count_bucket WHERE slogan = '' AND NOT demo ORDER BY bucket LIMIT 1) AS real`,
  );
  return { demo: first?.demo?.getTime() ?? null, real: first?.real?.getTime() ?? null };
}
