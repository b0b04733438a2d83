import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '@vigil/auth';
import { Clock, type Hold, type HoldDraft, VigilError } from '@vigil/contracts';
import { Database, type Transaction } from '@vigil/database';
import { postKey } from '../indexing/post-key.js';
import { UUID } from '../review/alert-records.js';

/** Whoever places a hold or removes hits takes turns: a hold that was placed is honoured. The number is ours alone. */
const HOLD_LOCK = 7_100_102;
const MOST_SHOWN = 500;

export async function takeHoldLock(tx: Transaction): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [HOLD_LOCK]);
}

interface HoldRow extends Record<string, unknown> {
  id: string;
  kind: Hold['kind'];
  subject: string;
  reason: string;
  placed_by: string;
  placed_at: Date;
  released_by: string | null;
  released_at: Date | null;
  hits: number;
}

const READ = `
  SELECT l.*, (SELECT count(*)::int FROM held_hit k WHERE k.hold = l.id) AS hits FROM legal_hold l`;

/** Legal holds: while one lasts, neither retention nor erasure removes what it covers. */
@Injectable()
export class Holds {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** Those that stand first, then the released, each newest first. */
  async list(): Promise<Hold[]> {
    const rows = await this.db.query<HoldRow>(
      `${READ} ORDER BY l.released_at IS NOT NULL, l.placed_at DESC, l.id LIMIT ${MOST_SHOWN}`,
    );
    return rows.map(toHold);
  }

  /** Throws `not-found` where there is no such post's hit, or alert. */
  async place({ kind, subject, reason }: HoldDraft, actor: string): Promise<Hold> {
    const id = randomUUID();
    return this.db.transaction(async (tx) => {
      await takeHoldLock(tx);
      await refuseUnknown(tx, kind, subject);
      await tx.query(
        `INSERT INTO legal_hold (id, kind, subject, key, reason, placed_by, placed_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
        [
          id,
          kind,
          kind === 'post' ? storable(subject) : subject,
          kind === 'post' ? postKey(subject) : null,
          storable(reason),
          actor,
          new Date(this.clock.now()),
        ],
      );
      await this.audit.record({ actor, action: 'hold.place', subject: id, detail: { kind } }, tx);
      return readHold(tx, id);
    });
  }

  /** Throws `not-found` where no such hold stands. */
  async release(id: string, actor: string): Promise<Hold> {
    return this.db.transaction(async (tx) => {
      const released = UUID.test(id)
        ? await tx.query(
            'UPDATE legal_hold SET released_by = $2, released_at = $3 WHERE id = $1 AND released_at IS NULL RETURNING id',
            [id, actor, new Date(this.clock.now())],
          )
        : [];
      if (released.length === 0) throw new VigilError('not-found', 'No hold with this id stands.');
      await this.audit.record({ actor, action: 'hold.release', subject: id }, tx);
      return readHold(tx, id);
    });
  }
}

async function refuseUnknown(tx: Transaction, kind: Hold['kind'], subject: string): Promise<void> {
  if (kind === 'source') return;
  if (kind === 'alert') {
    const known = UUID.test(subject) && (await tx.query('SELECT 1 FROM alert WHERE id = $1', [subject]));
    if (!known || known.length === 0) throw new VigilError('not-found', 'No alert has this id.');
    return;
  }
  const hits = await tx.query(`SELECT 1 FROM hit WHERE key = $1::uuid AND state <> 'erased'`, [
    postKey(subject),
  ]);
  if (hits.length === 0) {
    throw new VigilError('not-found', 'No hit of this post is kept: it matched no rule, or it is gone.');
  }
}

async function readHold(tx: Transaction, id: string): Promise<Hold> {
  const [row] = await tx.query<HoldRow>(`${READ} WHERE l.id = $1`, [id]);
  if (row === undefined) throw new VigilError('internal', 'A hold that was written is gone.');
  return toHold(row);
}

/** No text of PostgreSQL holds U+0000, nor half a surrogate pair. */
function storable(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

function toHold(row: HoldRow): Hold {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    reason: row.reason,
    placedBy: row.placed_by,
    placedAt: row.placed_at.toISOString(),
    releasedBy: row.released_by,
    releasedAt: row.released_at?.toISOString() ?? null,
    hits: row.hits,
  };
}
