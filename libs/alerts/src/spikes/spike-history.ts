import type { Queryable } from '@vigil/database';
import { BUCKET_MS, bucketOf, LATE_MS } from '../indexing/buckets.js';
import { BASELINE_MS, GAP_MS, type SpikeHistory, type Voice, WINDOW_MS } from './baseline.js';

export interface SloganKey {
  readonly slogan: string;
  readonly demo: boolean;
}

/** Voices read per slogan: to know that there are two, more than enough. */
const MOST_VOICES = 2_000;

export const nameOf = ({ slogan, demo }: SloganKey) => `${demo ? 'demo' : 'real'} ${slogan}`;

/**
 * The histories of these slogans up to `now`: 14 days before the earliest window that may be asked about (24 h ago).
 * `voicesSince`: who said it is read from there on.
 */
export async function readHistories(
  db: Queryable,
  keys: readonly SloganKey[],
  now: number,
  voicesSince: number,
): Promise<Map<string, SpikeHistory>> {
  const from = bucketOf(now - BASELINE_MS - LATE_MS - GAP_MS - WINDOW_MS);
  const length = (bucketOf(now) - from) / BUCKET_MS + 1;
  const wanted = [keys.map((key) => key.slogan), keys.map((key) => key.demo)];
  const since = await watchedSince(db);
  const drafts = new Map(
    keys.map((key) => [
      nameOf(key),
      {
        hits: new Float64Array(length),
        live: new Float64Array(length),
        voices: new Array<Voice>(),
        demo: key.demo,
      },
    ]),
  );

  const counts = await db.query<{ slogan: string; demo: boolean; bucket: Date; hits: string; live: string }>(
    `SELECT c.slogan, c.demo, c.bucket, sum(c.hits) AS hits, sum(c.live) AS live
     FROM slogan_count c JOIN unnest($1::text[], $2::bool[]) AS k (slogan, demo) ON c.slogan = k.slogan AND c.demo = k.demo
     WHERE c.bucket >= $3 GROUP BY c.slogan, c.demo, c.bucket`,
    [...wanted, new Date(from)],
  );
  for (const row of counts) {
    const draft = drafts.get(nameOf(row));
    const i = (row.bucket.getTime() - from) / BUCKET_MS;
    if (!draft || i >= length) continue;
    draft.hits[i] = Number(row.hits);
    draft.live[i] = Number(row.live);
  }

  const voices = await db.query<{ rule: string; demo: boolean; at: Date; author: string; source: string }>(
    `SELECT r.* FROM unnest($1::text[], $2::bool[]) AS k (slogan, demo)
     CROSS JOIN LATERAL (
       SELECT h.rule, h.demo, h.at, h.author, h.source FROM hit_rule h
       WHERE h.rule = k.slogan AND h.demo = k.demo AND h.at >= $3 AND NOT h.backfill ORDER BY h.at DESC LIMIT $4) r`,
    [...wanted, new Date(voicesSince), MOST_VOICES],
  );
  for (const { rule, demo, at, author, source } of voices) {
    drafts.get(nameOf({ slogan: rule, demo }))?.voices.push({ at: at.getTime(), author, source });
  }
  return new Map(
    [...drafts].map(([name, { demo, ...series }]) => [
      name,
      { from, watchedSince: (demo ? since.demo : since.real) ?? now, ...series },
    ]),
  );
}

/** When the first post was counted, apart for demo and real ones: before it nothing is known. */
async function watchedSince(db: Queryable): Promise<{ demo: number | null; real: number | null }> {
  const first = (demo: boolean) =>
    db.query<{ bucket: Date }>(
      `SELECT bucket FROM count_bucket WHERE slogan = '' AND demo = $1 ORDER BY bucket LIMIT 1`,
      [demo],
    );
  const real = (await first(false))[0];
  const demo = (await first(true))[0];
  return { real: real?.bucket.getTime() ?? null, demo: demo?.bucket.getTime() ?? null };
}
