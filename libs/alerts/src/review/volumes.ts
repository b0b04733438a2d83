import { VigilError, type VolumeQuery, type Volumes } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';
import { BUCKET_MS } from '../indexing/buckets.js';
import { regionLabel } from '../spikes/headline.js';

const DAY_MS = 86_400_000;
/** More bars than a wide screen has pixels for. */
const MOST_BARS = 2_000;
/** Series told apart; the rest are summed as `other`. */
const MOST_SERIES = 20;
/** Alerts marked in the chart. */
const MOST_ALERTS = 200;

const COLUMN = { source: 'source', region: 'region', slogan: 'slogan', none: `''::text` } as const;

interface CountRow extends Record<string, unknown> {
  bar: number;
  key: string;
  posts: number;
  hits: number;
}

/**
 * Posts and hits by event time in bars aligned to the epoch, by default of the last 24 h. By slogan a hit counts once
 * for each of its rules, and posts are those hits. Throws `bad-input` for a stretch of more than 2,000 bars.
 */
export async function volumesOf(db: Queryable, query: VolumeQuery, now: number): Promise<Volumes> {
  const everyMs = Math.round((query.everySeconds * 1_000) / BUCKET_MS) * BUCKET_MS;
  const to = query.to === undefined ? now : Date.parse(query.to);
  const asked = query.from === undefined ? to - DAY_MS : Date.parse(query.from);
  const from = Math.floor(asked / everyMs) * everyMs;
  const bars = Math.ceil((to - from) / everyMs);
  if (bars < 1 || bars > MOST_BARS) {
    throw new VigilError(
      'bad-input',
      `volumes: from ${new Date(from).toISOString()} to ${new Date(to).toISOString()} makes ${bars} bars; 1 to ${MOST_BARS} are shown. Widen everySeconds or shorten the stretch.`,
      {
        fields: [{ path: 'everySeconds', message: `wide enough for at most ${MOST_BARS} bars` }],
      },
    );
  }

  const stretch = [new Date(from), new Date(from + bars * everyMs), query.demo ?? null];
  const slogans = query.by === 'slogan' ? `slogan <> ''` : `slogan = ''`;
  const rows = await db.query<CountRow>(
    `SELECT floor(extract(epoch FROM bucket - $1::timestamptz) / $4)::int AS bar, ${COLUMN[query.by]} AS key,
            sum(posts)::float8 AS posts, sum(hits)::float8 AS hits
     FROM count_bucket
     WHERE ${slogans} AND basis = 'event' AND bucket >= $1::timestamptz AND bucket < $2::timestamptz AND ($3::bool IS NULL OR demo = $3)
     GROUP BY 1, 2`,
    [...stretch, everyMs / 1_000],
  );
  const series = seriesOf(rows, bars, query.by === 'slogan');
  const labels =
    query.by === 'slogan'
      ? await titlesOf(
          db,
          series.map((one) => one.key),
        )
      : new Map<string, string>();
  const alerts = await db.query<{ id: string; at: Date; headline: string }>(
    `SELECT id, opened_at AS at, headline FROM alert
     WHERE opened_at >= $1 AND opened_at < $2 AND ($3::bool IS NULL OR demo = $3) ORDER BY opened_at LIMIT ${MOST_ALERTS}`,
    stretch,
  );
  return {
    everySeconds: everyMs / 1_000,
    at: Array.from({ length: bars }, (_, i) => new Date(from + i * everyMs).toISOString()),
    series: series.map((one) => ({ ...one, label: labels.get(one.key) ?? labelOf(one.key, query.by) })),
    alerts: alerts.map(({ id, at, headline }) => ({ id, at: at.toISOString(), headline })),
  };
}

interface Series {
  readonly key: string;
  readonly posts: number[];
  readonly hits: number[];
}

/** The largest series and the sum of the others; at least one, so that an empty chart has its axis. */
function seriesOf(rows: readonly CountRow[], bars: number, postsAreHits: boolean): Series[] {
  const totals = new Map<string, number>();
  for (const row of rows)
    totals.set(row.key, (totals.get(row.key) ?? 0) + (postsAreHits ? row.hits : row.posts));
  const largest = [...totals].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).slice(0, MOST_SERIES);
  const kept = new Set(largest.map(([key]) => key));
  const byKey = new Map<string, Series>();
  const series = (key: string) => {
    let one = byKey.get(key);
    if (!one)
      byKey.set(
        key,
        (one = { key, posts: new Array<number>(bars).fill(0), hits: new Array<number>(bars).fill(0) }),
      );
    return one;
  };
  for (const [key] of largest) series(key);
  for (const row of rows) {
    const { posts, hits } = series(kept.has(row.key) ? row.key : 'other');
    posts[row.bar] = (posts[row.bar] ?? 0) + (postsAreHits ? row.hits : row.posts);
    hits[row.bar] = (hits[row.bar] ?? 0) + row.hits;
  }
  if (byKey.size === 0 && !postsAreHits) series('');
  return [...byKey.values()];
}

function labelOf(key: string, by: VolumeQuery['by']): string {
  if (key === 'other') return 'All others';
  if (by === 'none') return 'All posts';
  return by === 'region' ? regionLabel(key) : key;
}

/**
 * What reviewers call each rule: the title its last hit carried, a demo's only where there is no other. Two look-ups at
 * the end of an index; one order over both would sort every hit of a busy rule.
 */
async function titlesOf(db: Queryable, rules: readonly string[]): Promise<Map<string, string>> {
  const rows = await db.query<{ rule: string; title: string }>(
    `SELECT k.rule, coalesce(
       (SELECT title FROM hit_rule WHERE rule = k.rule AND NOT demo ORDER BY at DESC, key DESC LIMIT 1),
       (SELECT title FROM hit_rule WHERE rule = k.rule AND demo ORDER BY at DESC, key DESC LIMIT 1),
       k.rule) AS title
     FROM unnest($1::text[]) AS k (rule)`,
    [rules],
  );
  return new Map(rows.map((row) => [row.rule, row.title]));
}
