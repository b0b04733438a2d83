import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog, type Identity } from '@vigil/auth';
import { type Settings, SETTINGS } from '@vigil/config';
import { type Alert, Clock, type Outcome, VigilError } from '@vigil/contracts';
import { Database, type Transaction } from '@vigil/database';
import { announceAlert } from '../live-events.js';
import { readAlert, UUID } from './alert-records.js';

interface Held extends Record<string, unknown> {
  id: string;
  version: number;
  claimed_by: string | null;
  claimed_by_name: string | null;
  claimed_until: Date | null;
  decision_id: string | null;
}

/**
 * What reviewers do with an alert. Each deed names the version it has read and is refused as `stale-version` where
 * somebody was quicker; it stands or falls with its audit entry.
 */
@Injectable()
export class Reviews {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Takes an alert, or holds it longer. Throws `conflict` while another holds it. */
  claim(id: string, version: number, user: Identity): Promise<Alert> {
    return this.#change(id, version, user, 'alert.claim', async (tx, alert, now) => {
      refuseIfDecided(alert);
      refuseIfHeldByAnother(alert, user, now);
      const until = new Date(now + this.settings.alerts.claimMinutes * 60_000);
      await tx.query(
        'UPDATE alert SET claimed_by = $2, claimed_by_name = $3, claimed_until = $4 WHERE id = $1',
        [alert.id, user.id, user.name, until],
      );
      return { until: until.toISOString() };
    });
  }

  /** Gives an alert back. Throws `conflict` where another holds it. */
  release(id: string, version: number, user: Identity): Promise<Alert> {
    return this.#change(id, version, user, 'alert.release', async (tx, alert, now) => {
      refuseIfHeldByAnother(alert, user, now);
      await clearClaim(tx, alert.id);
      return {};
    });
  }

  /** Decides. Until `undoUntil` it can be undone, and nothing leaves the house because of it. */
  decide(
    id: string,
    request: { version: number; outcome: Outcome; note: string },
    user: Identity,
  ): Promise<Alert> {
    return this.#change(id, request.version, user, 'alert.decide', async (tx, alert, now) => {
      refuseIfDecided(alert);
      refuseIfHeldByAnother(alert, user, now);
      const decision = randomUUID();
      await tx.query(
        `INSERT INTO decision (id, alert_id, outcome, note, decided_by, decided_by_name, at, undo_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          decision,
          alert.id,
          request.outcome,
          request.note.replaceAll('\u0000', ''),
          user.id,
          user.name,
          new Date(now),
          new Date(now + this.settings.alerts.undoSeconds * 1_000),
        ],
      );
      await tx.query('UPDATE alert SET decision_id = $2 WHERE id = $1', [alert.id, decision]);
      await clearClaim(tx, alert.id);
      return { decision, outcome: request.outcome };
    });
  }

  /** Takes a decision back while its time lasts. Throws `conflict` after it, or where it was taken back already. */
  async undo(decisionId: string, user: Identity): Promise<Alert> {
    const now = this.clock.now();
    const alertId = await this.db.transaction(async (tx) => {
      const [decision] = UUID.test(decisionId)
        ? await tx.query<{ alert_id: string; undo_until: Date; undone_at: Date | null }>(
            'SELECT alert_id, undo_until, undone_at FROM decision WHERE id = $1 FOR UPDATE',
            [decisionId],
          )
        : [];
      if (!decision) throw new VigilError('not-found', 'There is no such decision.');
      if (decision.undone_at !== null)
        throw new VigilError('conflict', 'This decision has been undone already.');
      if (decision.undo_until.getTime() <= now) {
        throw new VigilError(
          'conflict',
          `The time to undo this decision ended at ${decision.undo_until.toISOString()}. Decide anew by opening the alert again.`,
        );
      }
      await tx.query('UPDATE decision SET undone_at = $2, undone_by = $3 WHERE id = $1', [
        decisionId,
        new Date(now),
        user.id,
      ]);
      await tx.query(
        'UPDATE alert SET decision_id = NULL, version = version + 1 WHERE id = $1 AND decision_id = $2',
        [decision.alert_id, decisionId],
      );
      await this.audit.record(
        {
          actor: user.id,
          action: 'decision.undo',
          subject: decisionId,
          detail: { alert: decision.alert_id },
        },
        tx,
      );
      await announceAlert(tx, decision.alert_id);
      return decision.alert_id;
    });
    return readAlert(this.db, alertId, now);
  }

  async #change(
    id: string,
    version: number,
    user: Identity,
    action: string,
    deed: (tx: Transaction, alert: Held, now: number) => Promise<Record<string, unknown>>,
  ): Promise<Alert> {
    const now = this.clock.now();
    await this.db.transaction(async (tx) => {
      const alert = await hold(tx, id);
      if (alert.version !== version) {
        throw new VigilError(
          'stale-version',
          `This alert has changed since it was read (version ${version}, now ${alert.version})${whoHas(alert, user, now)}. Look at it again, then decide.`,
        );
      }
      const detail = await deed(tx, alert, now);
      await tx.query('UPDATE alert SET version = version + 1 WHERE id = $1', [alert.id]);
      await this.audit.record({ actor: user.id, action, subject: alert.id, detail }, tx);
      await announceAlert(tx, alert.id);
    });
    return readAlert(this.db, id, now);
  }
}

async function hold(tx: Transaction, id: string): Promise<Held> {
  const rows = UUID.test(id)
    ? await tx.query<Held>(
        'SELECT id, version, claimed_by, claimed_by_name, claimed_until, decision_id FROM alert WHERE id = $1 FOR UPDATE',
        [id],
      )
    : [];
  const [alert] = rows;
  if (!alert)
    throw new VigilError('not-found', 'There is no such alert. It may have been demo data that was removed.');
  return alert;
}

async function clearClaim(tx: Transaction, id: string): Promise<void> {
  await tx.query(
    'UPDATE alert SET claimed_by = NULL, claimed_by_name = NULL, claimed_until = NULL WHERE id = $1',
    [id],
  );
}

function refuseIfDecided(alert: Held): void {
  if (alert.decision_id !== null) {
    throw new VigilError(
      'conflict',
      'This alert is decided already. Undo the decision first, while that is possible.',
    );
  }
}

function isHeldByAnother(alert: Held, user: Identity, now: number): boolean {
  return (
    alert.claimed_by !== null && alert.claimed_by !== user.id && (alert.claimed_until?.getTime() ?? 0) > now
  );
}

function refuseIfHeldByAnother(alert: Held, user: Identity, now: number): void {
  if (!isHeldByAnother(alert, user, now)) return;
  const until = alert.claimed_until?.toISOString() ?? '';
  throw new VigilError(
    'conflict',
    `${alert.claimed_by_name ?? 'Another reviewer'} has this alert until ${until}, unless it is released before.`,
  );
}

function whoHas(alert: Held, user: Identity, now: number): string {
  if (alert.decision_id !== null) return ': it is decided';
  return isHeldByAnother(alert, user, now) ? `: ${alert.claimed_by_name ?? 'another reviewer'} has it` : '';
}
