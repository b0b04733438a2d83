import { Locator, SourceId, SourceLabels, type Source, type SourceHealth } from '@vigil/contracts';

/** A row of source joined with its progress, as SOURCE_COLUMNS select it. */
export interface SourceRow extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly locator: unknown;
  readonly labels: unknown;
  readonly reason: string;
  readonly approved_by: string;
  readonly approved_until: Date;
  readonly every_seconds: number;
  readonly paused: boolean;
  readonly demo: boolean;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly leased: boolean;
  readonly next_poll_at: Date | null;
  readonly last_poll_at: Date | null;
  readonly last_success_at: Date | null;
  readonly last_error: string | null;
  readonly consecutive_failures: number;
  readonly posts_collected: string;
}

/** How long a process may be silent before its leases are free: three missed beats. */
export const STALE_AFTER = `interval '3 seconds'`;

/** Whether a process that still beats holds the source; `p` is source_progress. */
export const LEASED = `EXISTS (SELECT 1 FROM collector_instance i WHERE i.id = p.lease_owner AND i.beat_at > clock_timestamp() - ${STALE_AFTER})`;

/** A source that is due for so long without its job is polled without it: jobs may be lost. */
export const OVERDUE_MS = 3_000;

export const SOURCE_COLUMNS = `s.id, s.name, s.locator, s.labels, s.reason, s.approved_by, s.approved_until, s.every_seconds,
  s.paused, s.demo, s.created_at, s.updated_at, ${LEASED} AS leased, nullif(p.next_poll_at, 'infinity') AS next_poll_at,
  p.last_poll_at, p.last_success_at, p.last_error, p.consecutive_failures, p.posts_collected`;

export function toSource(row: SourceRow, now: number): Source {
  return {
    id: SourceId.parse(row.id),
    name: row.name,
    locator: Locator.parse(row.locator),
    labels: SourceLabels.parse(row.labels),
    justification: {
      reason: row.reason,
      approvedBy: row.approved_by,
      until: row.approved_until.toISOString(),
    },
    schedule: { everySeconds: row.every_seconds },
    paused: row.paused,
    demo: row.demo,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
    health: {
      state: stateOf(row, now),
      lastPollAt: instant(row.last_poll_at),
      lastSuccessAt: instant(row.last_success_at),
      nextPollAt: instant(row.next_poll_at),
      lastError: row.last_error,
      consecutiveFailures: row.consecutive_failures,
      postsCollected: Number(row.posts_collected),
    },
  };
}

/** What a person reads of a source, the most telling first: that nothing is collected comes before how it went. */
function stateOf(row: SourceRow, now: number): SourceHealth['state'] {
  if (row.paused) return 'paused';
  if (row.approved_until.getTime() <= now) return 'expired';
  if (row.consecutive_failures > 0) return 'failing';
  if (row.leased) return 'collecting';
  return row.last_success_at === null ? 'waiting' : 'ok';
}

function instant(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
