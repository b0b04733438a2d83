import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock, Source, type SourceDraft, type SourcePatch, VigilError } from '@vigil/contracts';
import { AuditLog } from '@vigil/auth';
import { Database, type Queryable, type Transaction } from '@vigil/database';
import { OVERDUE_MS, SOURCE_COLUMNS, toSource, type SourceRow } from './source-row.js';

export interface SourceProblem {
  readonly at: string;
  readonly place: string;
  readonly message: string;
}

/** Advisory lock of whoever reads the sources file at a start; the number is arbitrary and ours alone. */
const FIRST_SOURCES_LOCK = 7_100_004;

/** Who writes: a person's id, or what the program did by itself. */
export const BY_SYSTEM = 'system';

/** The sources as stored. Every write is audited in its transaction and told to the pages (NOTIFY vigil_live). */
@Injectable()
export class Sources {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  async list(): Promise<Source[]> {
    const rows = await this.db.query<SourceRow>(
      `SELECT ${SOURCE_COLUMNS} FROM source s JOIN source_progress p ON p.source_id = s.id ORDER BY s.id`,
    );
    return rows.map((row) => toSource(row, this.clock.now()));
  }

  /** Throws `not-found`. */
  async get(id: string, on: Queryable = this.db): Promise<Source> {
    const [row] = await on.query<SourceRow>(
      `SELECT ${SOURCE_COLUMNS} FROM source s JOIN source_progress p ON p.source_id = s.id WHERE s.id = $1`,
      [id],
    );
    if (row === undefined) throw notFound(id);
    return toSource(row, this.clock.now());
  }

  async count(on: Queryable = this.db): Promise<number> {
    const [row] = await on.query<{ count: string }>('SELECT count(*) FROM source');
    return Number(row?.count ?? 0);
  }

  /** Adds the sources of an empty installation; none, and false, where it has any. Processes that start together add them once. */
  async createFirst(drafts: readonly SourceDraft[], by: string): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT pg_advisory_xact_lock($1)', [FIRST_SOURCES_LOCK]);
      if ((await this.count(tx)) > 0) return false;
      await this.#add(tx, drafts, by, false);
      return true;
    });
  }

  /** Adds sources, all or none. Throws `conflict` naming the ids that exist already. */
  create(drafts: readonly SourceDraft[], by: string, options: { demo?: boolean } = {}): Promise<Source[]> {
    return this.db.transaction((tx) => this.#add(tx, drafts, by, options.demo ?? false));
  }

  /**
   * Changes what the patch names. Another locator begins anew: its cursor is forgotten. Throws `not-found`, and
   * `bad-input` where the kind would change (another kind is another source).
   */
  async patch(id: string, patch: SourcePatch, by: string): Promise<Source> {
    return this.db.transaction(async (tx) => {
      await tx.query('SELECT 1 FROM source WHERE id = $1 FOR UPDATE', [id]);
      const before = await this.get(id, tx);
      const after = { ...before, ...defined(patch) };
      if (after.locator.kind !== before.locator.kind) {
        throw new VigilError(
          'bad-input',
          `source ${id}: its kind is ${before.locator.kind}; another kind needs another source`,
          {
            fields: [{ path: 'locator.kind', message: `stays ${before.locator.kind}` }],
          },
        );
      }
      await tx.query(
        `UPDATE source SET name = $2, locator = $3, labels = $4, reason = $5, approved_by = $6, approved_until = $7,
           every_seconds = $8, paused = $9, updated_at = $10, definition = definition + 1 WHERE id = $1`,
        [
          id,
          after.name,
          JSON.stringify(after.locator),
          JSON.stringify(after.labels),
          after.justification.reason,
          after.justification.approvedBy,
          after.justification.until,
          after.schedule.everySeconds,
          after.paused,
          this.clock.instant(),
        ],
      );
      const moved = originOf(before) !== originOf(after);
      // Who reads it with the old definition notices by itself, stores where it stands and begins again. Where the
      // cursor means nothing any more, the new epoch fences what it would still store.
      await tx.query(
        `UPDATE source_progress SET next_poll_at = $2, consecutive_failures = 0, last_error = NULL,
           epoch = CASE WHEN $3 THEN epoch + 1 ELSE epoch END,
           lease_owner = CASE WHEN $3 THEN NULL ELSE lease_owner END,
           cursor = CASE WHEN $3 THEN NULL ELSE cursor END
         WHERE source_id = $1`,
        [id, this.clock.instant(), moved],
      );
      await this.audit.record(
        {
          actor: by,
          action: 'source.change',
          subject: id,
          detail: { changed: Object.keys(defined(patch)), ...decisionOf(after) },
        },
        tx,
      );
      await tellAll(tx, [id]);
      return this.get(id, tx);
    });
  }

  /** Throws `not-found`. What was collected stays: retention and erasure decide about that. */
  async delete(id: string, by: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const gone = await tx.query('DELETE FROM source WHERE id = $1 RETURNING id', [id]);
      if (gone.length === 0) throw notFound(id);
      await this.audit.record({ actor: by, action: 'source.delete', subject: id }, tx);
      await tellAll(tx, [id]);
    });
  }

  /** Removes every demo source; returns how many there were. For DELETE /api/demo. */
  async deleteDemo(): Promise<number> {
    return this.db.transaction(async (tx) => {
      const gone = await tx.query<{ id: string }>('DELETE FROM source WHERE demo RETURNING id');
      await tellAll(
        tx,
        gone.map((row) => row.id),
      );
      return gone.length;
    });
  }

  async countDemo(): Promise<number> {
    const [row] = await this.db.query<{ count: string }>('SELECT count(*) FROM source WHERE demo');
    return Number(row?.count ?? 0);
  }

  /** Stops a source because of what it answered (410 Gone). The reason stands in its health. */
  async pauseBecause(id: string, reason: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      await tx.query(
        'UPDATE source SET paused = true, definition = definition + 1, updated_at = $2 WHERE id = $1',
        [id, this.clock.instant()],
      );
      await tx.query('UPDATE source_progress SET last_error = $2 WHERE source_id = $1', [id, reason]);
      await this.audit.record(
        { actor: BY_SYSTEM, action: 'source.pause', subject: id, detail: { reason } },
        tx,
      );
      await tellAll(tx, [id]);
    });
  }

  /** Tells the pages that something about the source has changed. */
  async tell(id: string): Promise<void> {
    await tellAll(this.db, [id]);
  }

  /** Makes the source due, and overdue, so that no job has to come first. Throws `not-found`. */
  async makeDue(id: string): Promise<void> {
    const overdue = new Date(this.clock.now() - 2 * OVERDUE_MS).toISOString();
    const rows = await this.db.query(
      'UPDATE source_progress SET next_poll_at = $2 WHERE source_id = $1 RETURNING source_id',
      [id, overdue],
    );
    if (rows.length === 0) throw notFound(id);
    await this.tell(id);
  }

  /** What the source gave that could not be taken: the newest 100, and how many there were in all. */
  async problems(id: string): Promise<{ problems: SourceProblem[]; total: number }> {
    const [progress] = await this.db.query<{ problems_seen: string }>(
      'SELECT problems_seen FROM source_progress WHERE source_id = $1',
      [id],
    );
    if (progress === undefined) throw notFound(id);
    const rows = await this.db.query<{ at: Date; place: string; message: string }>(
      'SELECT at, place, message FROM source_problem WHERE source_id = $1 ORDER BY id DESC LIMIT 100',
      [id],
    );
    return {
      problems: rows.map((row) => ({ at: row.at.toISOString(), place: row.place, message: row.message })),
      total: Number(progress.problems_seen),
    };
  }

  async #add(tx: Transaction, drafts: readonly SourceDraft[], by: string, demo: boolean): Promise<Source[]> {
    if (drafts.length === 0) return [];
    const now = this.clock.instant();
    const added = await tx.query<{ id: string }>(
      `INSERT INTO source (id, name, locator, labels, reason, approved_by, approved_until, every_seconds, paused, demo, created_at, updated_at)
       SELECT d.id, d.name, d.locator::jsonb, d.labels::jsonb, d.reason, d.approved_by, d.until, d.every, d.paused, $10, $11, $11
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::int[], $9::bool[])
         AS d (id, name, locator, labels, reason, approved_by, until, every, paused)
       ON CONFLICT (id) DO NOTHING RETURNING id`,
      [
        drafts.map((draft) => draft.id),
        drafts.map((draft) => draft.name),
        drafts.map((draft) => JSON.stringify(draft.locator)),
        drafts.map((draft) => JSON.stringify(draft.labels)),
        drafts.map((draft) => draft.justification.reason),
        drafts.map((draft) => draft.justification.approvedBy),
        drafts.map((draft) => draft.justification.until),
        drafts.map((draft) => draft.schedule.everySeconds),
        drafts.map((draft) => draft.paused),
        demo,
        now,
      ],
    );
    const ids = new Set(added.map((row) => row.id));
    const taken = drafts.filter((draft) => !ids.delete(draft.id)).map((draft) => draft.id);
    if (taken.length > 0)
      throw new VigilError(
        'conflict',
        `a source with this id exists already: ${taken.slice(0, 5).join(', ')}`,
      );
    await tx.query(
      'INSERT INTO source_progress (source_id, next_poll_at) SELECT id, $2 FROM unnest($1::text[]) AS id',
      [drafts.map((draft) => draft.id), now],
    );
    for (const draft of drafts) {
      // A demo's sources are fiction: nobody approved them, and the chain is kept for what people decided.
      if (!demo)
        await this.audit.record(
          { actor: by, action: 'source.create', subject: draft.id, detail: decisionOf(draft) },
          tx,
        );
    }
    await tellAll(
      tx,
      drafts.map((draft) => draft.id),
    );
    const rows = await tx.query<SourceRow>(
      `SELECT ${SOURCE_COLUMNS} FROM source s JOIN source_progress p ON p.source_id = s.id WHERE s.id = ANY ($1) ORDER BY s.id`,
      [drafts.map((draft) => draft.id)],
    );
    return rows.map((row) => toSource(row, this.clock.now()));
  }
}

/** What is decided by writing a source: kept in the audit chain. */
function decisionOf(
  source: Pick<SourceDraft, 'locator' | 'justification' | 'paused'>,
): Record<string, unknown> {
  const { reason, approvedBy, until } = source.justification;
  // The chain outlives every erasure, so it holds no text and no name, only what proves them.
  const justification = createHash('sha256')
    .update(JSON.stringify([reason, approvedBy, until]))
    .digest('hex');
  return { kind: source.locator.kind, justification, until, paused: source.paused };
}

/** Where a source reads: what its cursor belongs to. */
function originOf(source: Pick<SourceDraft, 'locator'>): string {
  const { locator } = source;
  return JSON.stringify(locator.kind === 'rss' ? locator.url : (locator.from ?? null));
}

function defined(patch: SourcePatch): Partial<SourceDraft> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined));
}

function notFound(id: string): VigilError {
  return new VigilError('not-found', `no source ${id.slice(0, 100)}`);
}

async function tellAll(tx: Queryable, ids: readonly string[]): Promise<void> {
  await tx.query(
    `SELECT pg_notify('vigil_live', json_build_object('type', 'source', 'id', id)::text) FROM unnest($1::text[]) AS id`,
    [ids],
  );
}
