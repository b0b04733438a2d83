import { createHash } from 'node:crypto';
import type { AuditEntry } from '@vigil/contracts';
import { Clock } from '@vigil/contracts';
import { Database, type Queryable, type Transaction } from '@vigil/database';

/** What was done, by whom, to what. Ids only, never text of a post: erasing a post must leave the chain valid. */
export interface AuditRecord {
  readonly actor: string;
  /** `alert.claim`, `source.create`: subject of the field, then the verb. */
  readonly action: string;
  readonly subject: string;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The chain of what people did. Also the dependency-injection token. */
export abstract class AuditLog {
  /** Appends one entry, in the caller's transaction where one is given, so that the deed and its record stand or fall together. */
  abstract record(entry: AuditRecord, tx?: Transaction): Promise<void>;
  /** Newest first. `before` is the seq of the last entry of the page before. */
  abstract page(size: number, before?: number): Promise<AuditEntry[]>;
  /** The first entry whose hash or link does not hold; null when the chain is whole. */
  abstract firstBroken(): Promise<number | null>;
}

/** Advisory lock that gives the chain one writer at a time; the number is arbitrary and ours alone. */
const CHAIN_LOCK = 7_100_001;
const GENESIS = '0'.repeat(64);
/** Entries checked at a time: some megabytes. */
const CHECK_PAGE = 5_000;

interface Row extends Record<string, unknown> {
  seq: string;
  at: Date;
  actor: string;
  action: string;
  subject: string;
  detail: Record<string, unknown>;
  previous_hash: string;
  hash: string;
}

export class PostgresAuditLog extends AuditLog {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {
    super();
  }

  async record(entry: AuditRecord, tx?: Transaction): Promise<void> {
    if (tx) await this.append(entry, tx);
    else await this.db.transaction((own) => this.append(entry, own));
  }

  private async append(entry: AuditRecord, tx: Queryable): Promise<void> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [CHAIN_LOCK]);
    const [last] = await tx.query<{ seq: string; hash: string }>(
      'SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1',
    );
    const next = {
      seq: Number(last?.seq ?? 0) + 1,
      at: this.clock.instant(),
      actor: entry.actor,
      action: entry.action,
      subject: entry.subject,
      detail: entry.detail ?? {},
      previousHash: last?.hash ?? GENESIS,
    };
    await tx.query(
      `INSERT INTO audit_entry (seq, at, actor, action, subject, detail, previous_hash, hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        next.seq,
        next.at,
        next.actor,
        next.action,
        next.subject,
        JSON.stringify(next.detail),
        next.previousHash,
        entryHash(next),
      ],
    );
  }

  async page(size: number, before?: number): Promise<AuditEntry[]> {
    const rows = await this.db.query<Row>(
      'SELECT * FROM audit_entry WHERE seq < $1 ORDER BY seq DESC LIMIT $2',
      [before ?? Number.MAX_SAFE_INTEGER, size],
    );
    return rows.map(toEntry);
  }

  async firstBroken(): Promise<number | null> {
    let previousHash = GENESIS;
    let after = 0;
    for (;;) {
      const rows = await this.db.query<Row>(
        'SELECT * FROM audit_entry WHERE seq > $1 ORDER BY seq LIMIT $2',
        [after, CHECK_PAGE],
      );
      for (const entry of rows.map(toEntry)) {
        const whole =
          entry.seq === after + 1 && entry.previousHash === previousHash && entry.hash === entryHash(entry);
        if (!whole) return entry.seq;
        previousHash = entry.hash;
        after = entry.seq;
      }
      if (rows.length < CHECK_PAGE) return null;
    }
  }
}

/** SHA-256 over the entry's fields in a fixed order, detail with sorted keys: what jsonb gives back hashes the same. */
export function entryHash(entry: Omit<AuditEntry, 'hash'>): string {
  const fields = [
    entry.seq,
    entry.at,
    entry.actor,
    entry.action,
    entry.subject,
    sorted(entry.detail),
    entry.previousHash,
  ];
  return createHash('sha256').update(JSON.stringify(fields)).digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)]),
  );
}

function toEntry(row: Row): AuditEntry {
  return {
    seq: Number(row.seq),
    at: row.at.toISOString(),
    actor: row.actor,
    action: row.action,
    subject: row.subject,
    detail: row.detail,
    previousHash: row.previous_hash,
    hash: row.hash,
  };
}
