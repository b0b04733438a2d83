import { Alert, type AlertPage, type AlertQuery, Instant, VigilError } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';
import { z } from 'zod';
import { SEVERITIES } from '../spikes/episodes.js';
import { readCursor, writeCursor } from './cursor.js';

const HOUR_MS = 3_600_000;
const SPARK_HOURS = 24;

/**
 * $1 is now. An alert is decided while its decision can still be undone or its rise goes on, and closed after both;
 * the end of a rise alone closes nothing: somebody should still look at it.
 */
const STATE = `CASE
  WHEN d.id IS NOT NULL AND d.undo_until <= $1 AND a.closed_at IS NOT NULL THEN 'closed'
  WHEN d.id IS NOT NULL THEN 'decided'
  WHEN a.claimed_until > $1 THEN 'claimed'
  ELSE 'open' END`;

const SELECT = `
  SELECT a.*, ${STATE} AS state, d.outcome, d.note, d.decided_by_name, d.at AS decided_at, d.undo_until, d.undone_at
  FROM alert a LEFT JOIN decision d ON d.id = a.decision_id`;

interface AlertRow extends Record<string, unknown> {
  id: string;
  key_kind: string;
  key_value: string;
  label: string;
  demo: boolean;
  headline: string;
  state: string;
  severity: string;
  severity_rank: number;
  indicator: string;
  stance: string;
  observed: number;
  expected: number;
  probability: number;
  window_minutes: number;
  opened_at: Date;
  started_at: Date;
  peak_at: Date;
  last_hit_at: Date;
  closed_at: Date | null;
  found_late: boolean;
  hits: number;
  sources: unknown;
  languages: unknown;
  regions: unknown;
  claimed_by_name: string | null;
  claimed_until: Date | null;
  due_at: Date;
  decision_id: string | null;
  outcome: string;
  note: string;
  decided_by_name: string;
  decided_at: Date;
  undo_until: Date;
  undone_at: Date | null;
  version: number;
}

function toAlert(row: AlertRow, spark: readonly number[]): Alert {
  const claimed = row.state === 'claimed';
  return Alert.parse({
    id: row.id,
    key: { kind: row.key_kind, value: row.key_value, label: row.label },
    headline: row.headline,
    state: row.state,
    severity: row.severity,
    indicator: row.indicator,
    stance: row.stance,
    observed: row.observed,
    expected: row.expected,
    probability: row.probability,
    windowMinutes: row.window_minutes,
    openedAt: row.opened_at.toISOString(),
    startedAt: row.started_at.toISOString(),
    peakAt: row.peak_at.toISOString(),
    lastHitAt: row.last_hit_at.toISOString(),
    closedAt: row.closed_at?.toISOString() ?? null,
    foundLate: row.found_late,
    hits: row.hits,
    sources: row.sources,
    languages: row.languages,
    regions: row.regions,
    claimedBy: claimed ? row.claimed_by_name : null,
    claimedUntil: claimed ? (row.claimed_until?.toISOString() ?? null) : null,
    decision: toDecision(row),
    dueAt: row.due_at.toISOString(),
    demo: row.demo,
    spark,
    version: row.version,
  });
}

function toDecision(row: AlertRow): unknown {
  if (row.decision_id === null) return null;
  return {
    id: row.decision_id,
    alertId: row.id,
    outcome: row.outcome,
    note: row.note,
    by: row.decided_by_name,
    at: row.decided_at.toISOString(),
    undoUntil: row.undo_until.toISOString(),
    undoneAt: row.undone_at?.toISOString() ?? null,
  };
}

/** One alert as it stands now. Throws `not-found`. */
export async function readAlert(db: Queryable, id: string, now: number): Promise<Alert> {
  const rows = UUID.test(id)
    ? await db.query<AlertRow>(`${SELECT} WHERE a.id = $2`, [new Date(now), id])
    : [];
  const [row] = rows;
  if (!row)
    throw new VigilError('not-found', 'There is no such alert. It may have been demo data that was removed.');
  return toAlert(row, (await sparksOf(db, [row], now)).get(sparkKey(row)) ?? emptySpark());
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Rank, instant and id of a page's last row. The rank is 0 where the order has none. */
const Position = z.tuple([z.int().min(0).max(SEVERITIES.length), Instant, z.uuid()]);

interface Order {
  readonly by: string;
  /** What comes after a page's last row; $4, $5 and $6 are its position. */
  readonly beyond: string;
  readonly positionOf: (row: AlertRow) => z.infer<typeof Position>;
}

const at = (date: Date) => date.toISOString();
const ORDERS: Record<AlertQuery['order'], Order> = {
  severity: {
    by: 'a.severity_rank DESC, a.opened_at DESC, a.id DESC',
    beyond: '(a.severity_rank, a.opened_at, a.id) < ($4::int, $5::timestamptz, $6::uuid)',
    positionOf: (row) => [row.severity_rank, at(row.opened_at), row.id],
  },
  newest: {
    by: 'a.opened_at DESC, a.id DESC',
    beyond: '$4::int = 0 AND (a.opened_at, a.id) < ($5::timestamptz, $6::uuid)',
    positionOf: (row) => [0, at(row.opened_at), row.id],
  },
  due: {
    by: 'a.due_at, a.id',
    beyond: '$4::int = 0 AND (a.due_at, a.id) > ($5::timestamptz, $6::uuid)',
    positionOf: (row) => [0, at(row.due_at), row.id],
  },
};

/** A keyset page of alerts. Throws `bad-input` for a cursor of another query. */
export async function readAlerts(db: Queryable, query: AlertQuery, now: number): Promise<AlertPage> {
  const order = ORDERS[query.order];
  const states = query.states && query.states.length > 0 ? query.states : null;
  const about = `alerts ${query.order} ${states?.join(',') ?? 'all'}`;
  const position = query.cursor === undefined ? null : readCursor(query.cursor, about, Position);
  const where = `($2::text[] IS NULL OR ${STATE} = ANY($2::text[]))`;
  const parameters = [new Date(now), states];
  const rows = await db.query<AlertRow>(
    `${SELECT} WHERE ${where} ${position ? `AND ${order.beyond}` : ''} ORDER BY ${order.by} LIMIT $3`,
    [...parameters, query.size + 1, ...(position ?? [])],
  );
  const [counted] = await db.query<{ total: number }>(
    `SELECT count(*)::int AS total FROM alert a LEFT JOIN decision d ON d.id = a.decision_id WHERE ${where}`,
    parameters,
  );
  const shown = rows.slice(0, query.size);
  const sparks = await sparksOf(db, shown, now);
  const last = shown.at(-1);
  return {
    alerts: shown.map((row) => toAlert(row, sparks.get(sparkKey(row)) ?? emptySpark())),
    next: last !== undefined && rows.length > query.size ? writeCursor(about, order.positionOf(last)) : null,
    total: counted?.total ?? 0,
  };
}

const emptySpark = () => new Array<number>(SPARK_HOURS).fill(0);
const sparkKey = (row: { key_value: string; demo: boolean }) => `${row.demo} ${row.key_value}`;

/** Hits an hour over the last 24 h, oldest first, of each alert's slogan. */
async function sparksOf(
  db: Queryable,
  rows: readonly AlertRow[],
  now: number,
): Promise<Map<string, number[]>> {
  const keys = [...new Map(rows.map((row) => [sparkKey(row), row])).values()];
  if (keys.length === 0) return new Map();
  const first = Math.floor(now / HOUR_MS) * HOUR_MS - (SPARK_HOURS - 1) * HOUR_MS;
  const counts = await db.query<{ key_value: string; demo: boolean; hour: number; hits: number }>(
    `SELECT c.slogan AS key_value, c.demo, floor(extract(epoch FROM c.bucket - $3::timestamptz) / 3600)::int AS hour, sum(c.live)::int AS hits
     FROM slogan_count c JOIN unnest($1::text[], $2::bool[]) AS k (slogan, demo) ON c.slogan = k.slogan AND c.demo = k.demo
     WHERE c.bucket >= $3::timestamptz GROUP BY 1, 2, 3`,
    [keys.map((key) => key.key_value), keys.map((key) => key.demo), new Date(first)],
  );
  const sparks = new Map(keys.map((key) => [sparkKey(key), emptySpark()]));
  for (const row of counts) {
    const spark = sparks.get(sparkKey(row));
    if (spark && row.hour < SPARK_HOURS) spark[row.hour] = row.hits;
  }
  return sparks;
}
