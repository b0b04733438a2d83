import { hash } from 'node:crypto';
import type { Queryable } from '@vigil/database';
import { VigilError } from '@vigil/contracts';
import type { ChannelTarget, Notification } from './notification.js';

/** Waits before attempts 2, 3, …: after the last a delivery has failed. Together ten hours, as Standard Webhooks advises. */
export const RETRY_AFTER_MS = [5_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 25_200_000] as const;
/** A delivery being attempted is due again only after this, should its process die: longer than any attempt takes. */
const ATTEMPT_MS = 120_000;

/** The same for the same alert and channel, whoever asks: a repeat carries the same id. */
export function deliveryId(alertId: string, channelId: string): string {
  return `dlv_${hash('sha256', `${alertId} ${channelId}`, 'hex').slice(0, 32)}`;
}

/** Writes a delivery for every channel, in the transaction that opens the alert. */
export async function queueDeliveries(tx: Queryable, alertId: string, now: number): Promise<void> {
  const channels = await tx.query<{ id: string }>('SELECT id FROM notification_channel');
  if (channels.length === 0) return;
  await tx.query(
    `INSERT INTO delivery (id, channel_id, alert_id, state, created_at, due_at)
     SELECT d, c, $3, 'pending', $4, $4 FROM unnest($1::text[], $2::uuid[]) AS t (d, c) ON CONFLICT DO NOTHING`,
    [channels.map(({ id }) => deliveryId(alertId, id)), channels.map(({ id }) => id), alertId, new Date(now)],
  );
}

export interface DueDelivery {
  readonly id: string;
  readonly attempts: number;
}

/** Pending deliveries whose time has come. */
export async function dueDeliveries(db: Queryable, now: number, limit: number): Promise<DueDelivery[]> {
  return db.query<{ id: string; attempts: number }>(
    `SELECT id, attempts FROM delivery WHERE state = 'pending' AND due_at <= $1 ORDER BY due_at LIMIT $2`,
    [new Date(now), limit],
  );
}

export interface Attempt {
  readonly id: string;
  readonly number: number;
  readonly target: ChannelTarget;
  readonly notification: Notification;
}

interface AttemptRow extends Record<string, unknown> {
  id: string;
  attempts: number;
  created_at: Date;
  kind: 'mail' | 'webhook';
  target: { to?: string[]; url?: string };
  secret: string | null;
  alert_id: string | null;
  headline: string | null;
  severity: NonNullable<Notification['alert']>['severity'];
  indicator: NonNullable<Notification['alert']>['indicator'];
  observed: number;
  expected: number;
  opened_at: Date;
  started_at: Date;
  alert_due_at: Date;
  found_late: boolean;
  demo: boolean;
}

/**
 * Takes a due delivery for one attempt: counts it and moves its due time on, so that no other process attempts it
 * meanwhile and a crash leaves it to be tried again. Null where it is not due (any more).
 */
export async function beginAttempt(
  db: Queryable,
  id: string,
  now: number,
  consoleUrl: string,
): Promise<Attempt | null> {
  const [row] = await db.query<AttemptRow>(
    `WITH taken AS (
       UPDATE delivery SET attempts = attempts + 1, due_at = $3 WHERE id = $1 AND state = 'pending' AND due_at <= $2 RETURNING *)
     SELECT t.id, t.attempts, t.created_at, c.kind, c.target, c.secret, t.alert_id, a.headline, a.severity, a.indicator, a.observed,
            a.expected, a.opened_at, a.started_at, a.due_at AS alert_due_at, a.found_late, a.demo
     FROM taken t JOIN notification_channel c ON c.id = t.channel_id LEFT JOIN alert a ON a.id = t.alert_id`,
    [id, new Date(now), new Date(now + ATTEMPT_MS)],
  );
  return row ? toAttempt(row, consoleUrl) : null;
}

function toAttempt(row: AttemptRow, consoleUrl: string): Attempt {
  return {
    id: row.id,
    number: row.attempts,
    target: toTarget(row),
    notification: toNotification(row, consoleUrl),
  };
}

function toNotification(row: AttemptRow, consoleUrl: string): Notification {
  if (row.alert_id === null || row.headline === null) {
    const headline = 'A test from Vigil: this channel works.';
    return { id: row.id, kind: 'test', at: row.created_at.toISOString(), headline, alert: null };
  }
  return {
    id: row.id,
    kind: 'alert.opened',
    at: row.opened_at.toISOString(),
    headline: row.demo ? `Demo: ${row.headline}` : row.headline,
    alert: {
      id: row.alert_id,
      severity: row.severity,
      indicator: row.indicator,
      observed: row.observed,
      expected: row.expected,
      startedAt: row.started_at.toISOString(),
      dueAt: row.alert_due_at.toISOString(),
      foundLate: row.found_late,
      demo: row.demo,
      url: new URL(`/alerts/${row.alert_id}`, consoleUrl).href,
    },
  };
}

function toTarget(row: AttemptRow): ChannelTarget {
  const { to, url } = row.target;
  if (row.kind === 'mail' && to !== undefined) return { kind: 'mail', to };
  if (row.kind === 'webhook' && url !== undefined && row.secret !== null)
    return { kind: 'webhook', url, secret: row.secret };
  throw new VigilError(
    'internal',
    `The channel of delivery ${row.id} is stored in a shape this program does not know.`,
  );
}

export async function settleSent(db: Queryable, id: string, now: number): Promise<void> {
  await db.query(`UPDATE delivery SET state = 'sent', reason = NULL, settled_at = $2 WHERE id = $1`, [
    id,
    new Date(now),
  ]);
}

/** After a failed attempt: due again later, or failed for good. Returns the wait until the next attempt, or null. */
export async function settleFailed(
  db: Queryable,
  attempt: Attempt,
  error: VigilError,
  now: number,
): Promise<number | null> {
  const wait = error.retriable ? RETRY_AFTER_MS[attempt.number - 1] : undefined;
  const reason = error.message.slice(0, 1_000);
  if (wait === undefined) {
    await db.query(`UPDATE delivery SET state = 'failed', reason = $2, settled_at = $3 WHERE id = $1`, [
      attempt.id,
      reason,
      new Date(now),
    ]);
    return null;
  }
  await db.query(`UPDATE delivery SET reason = $2, due_at = $3 WHERE id = $1`, [
    attempt.id,
    reason,
    new Date(now + wait),
  ]);
  return wait;
}
