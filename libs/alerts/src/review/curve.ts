import type { Alert, AlertCurve } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';
import { BUCKET_MS, bucketOf } from '../indexing/buckets.js';
import { BASELINE_MS, baselineBefore, GAP_MS, type SpikeHistory, WINDOW_MS } from '../spikes/baseline.js';
import { quantile } from '../spikes/negative-binomial.js';
import { watchedSince } from '../spikes/spike-history.js';

const HOUR_MS = 3_600_000;
/** Shown before the rise began, to see what was usual. */
const BEFORE_MS = 6 * HOUR_MS;
/** Shown after its last hit. */
const AFTER_MS = HOUR_MS;
/** More points than pixels help nobody; longer episodes get wider bars. */
const MOST_POINTS = 400;
/** Counts between these shares of the law are usual. */
const BAND = { low: 0.025, high: 0.975 };
/** Sources told apart in the curve; the rest are summed. */
const MOST_SOURCES = 12;

interface CountRow extends Record<string, unknown> {
  bucket: Date;
  source: string;
  hits: number;
}

/** An alert's counts, history included, with the band of what was usual before it began. */
export async function curveOf(db: Queryable, alert: Alert, now: number): Promise<AlertCurve> {
  const started = Date.parse(alert.startedAt);
  const end = Math.min(now, Date.parse(alert.lastHitAt) + AFTER_MS);
  const begin = started - BEFORE_MS;
  const everyMs = barWidth(end - begin);
  const from = Math.floor(begin / everyMs) * everyMs;
  const count = Math.floor((end - from) / everyMs) + 1;

  const rows = await db.query<CountRow>(
    `SELECT date_bin('5 minutes', at, 'epoch'::timestamptz) AS bucket, source, count(*)::int AS hits FROM hit_rule
     WHERE rule = $1 AND demo = $2 AND at >= $3 AND at < $4 GROUP BY 1, 2`,
    [alert.key.value, alert.demo, new Date(from), new Date(from + count * everyMs)],
  );
  const history = await historyOf(db, alert, started);
  const baseline = baselineBefore(history, started - GAP_MS);
  const shown = new Set(alert.sources.slice(0, MOST_SOURCES).map((source) => source.key));
  const points = Array.from({ length: count }, (_, i) => {
    const at = from + i * everyMs;
    const law = baseline.window(at);
    const bar = { mean: (law.mean * everyMs) / WINDOW_MS, dispersion: law.dispersion };
    return {
      at: new Date(at).toISOString(),
      hits: 0,
      expected: bar.mean,
      low: quantile(BAND.low, bar),
      high: quantile(BAND.high, bar),
      bySource: new Map<string, number>(),
    };
  });
  for (const { bucket, source, hits } of rows) {
    const point = points[Math.floor((bucket.getTime() - from) / everyMs)];
    if (!point) continue;
    point.hits += hits;
    const part = shown.has(source) ? source : 'other';
    point.bySource.set(part, (point.bySource.get(part) ?? 0) + hits);
  }
  return {
    everySeconds: everyMs / 1_000,
    firedAt: alert.openedAt,
    points: points.map((point) => ({ ...point, bySource: Object.fromEntries(point.bySource) })),
  };
}

function barWidth(lengthMs: number): number {
  const widths = [BUCKET_MS, 3 * BUCKET_MS, 6 * BUCKET_MS, HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS];
  return widths.find((width) => lengthMs / width <= MOST_POINTS) ?? 24 * HOUR_MS;
}

/** What the baseline needs: the slogan's hits of the two weeks before. */
async function historyOf(db: Queryable, alert: Alert, started: number): Promise<SpikeHistory> {
  const from = bucketOf(started - BASELINE_MS - 2 * GAP_MS);
  const hits = new Float64Array((bucketOf(started) - from) / BUCKET_MS + 1);
  const rows = await db.query<{ bucket: Date; hits: number }>(
    `SELECT bucket, sum(hits)::int AS hits FROM slogan_count WHERE slogan = $1 AND demo = $2 AND bucket >= $3 AND bucket <= $4 GROUP BY bucket`,
    [alert.key.value, alert.demo, new Date(from), new Date(started)],
  );
  for (const row of rows) hits[(row.bucket.getTime() - from) / BUCKET_MS] = row.hits;
  const since = await watchedSince(db);
  return {
    from,
    hits,
    live: hits,
    watchedSince: (alert.demo ? since.demo : since.real) ?? started,
    voices: [],
  };
}
