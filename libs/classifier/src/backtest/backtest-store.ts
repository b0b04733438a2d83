import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '@vigil/auth';
import {
  BacktestResult,
  Clock,
  VigilError,
  type Backtest,
  type BacktestExample,
  type BacktestState,
} from '@vigil/contracts';
import { Database, textArray, type Transaction } from '@vigil/database';
import { Pack } from '../packs/schema.js';

/** Wakes whoever runs backtests; a notice may be lost, they also ask now and then. */
export const BACKTEST_CHANNEL = 'vigil_backtest';

/** Asked for and not ended: each keeps a share of a thread busy, and somebody waits for it. */
const MOST_OPEN = 5;
/** Ended ones that are kept to look at. */
const MOST_KEPT = 100;
/** A holder that has said nothing for so long is taken for dead. A checkpoint comes every two seconds. */
const LEASE_SECONDS = 30;
/** Begun so often and never ended, it ends its process each time, or what it reads stays away: it is given up. */
const MOST_RUNS = 20;

/** Where a backtest goes on, and ends. Offsets as decimal text: JSON has no larger whole numbers. */
export interface Places {
  /** Files of the labelled set that are done. */
  readonly labelled: number;
  readonly log: readonly { readonly partition: number; readonly from: string; readonly to: string }[];
}

/** A backtest that this process holds. */
export interface Held {
  readonly id: string;
  readonly run: number;
  readonly draft: Pack;
  readonly ruleset: number;
  readonly examples: number;
  readonly done: number;
  readonly of: number;
  readonly places: Places | null;
  readonly result: BacktestResult | null;
}

/** How far a holder has come. */
export interface Checkpoint {
  readonly done: number;
  readonly of: number;
  readonly places: Places;
  readonly result: BacktestResult;
  readonly examples: readonly NewExample[];
}

export interface NewExample {
  readonly demo: boolean;
  readonly doc: BacktestExample;
}

interface Row extends Record<string, unknown> {
  id: string;
  pack: string;
  ruleset: number;
  created_at: Date;
  created_by: string;
  ended_at: Date | null;
  state: BacktestState;
  failure: string | null;
  done: string;
  of: string;
  result?: unknown;
}

const COLUMNS = 'id, pack, ruleset, created_at, created_by, ended_at, state, failure, done::text, "of"::text';

function viewOf(row: Row): Backtest {
  return {
    id: row.id,
    pack: row.pack,
    ruleset: row.ruleset,
    createdAt: row.created_at.toISOString(),
    createdBy: row.created_by,
    endedAt: row.ended_at?.toISOString() ?? null,
    state: row.state,
    failure: row.failure,
    done: Number(row.done),
    of: Number(row.of),
    result: row.result ? BacktestResult.parse(row.result) : null,
  };
}

// An erasure waits for the lock, or has inserted its rows before it was given: no example outlives it.
const ADD_EXAMPLES = `
  INSERT INTO backtest_example (backtest, rule, change, post_id, collected_at, demo, doc)
  SELECT $1, r, c, p, a::timestamptz, d, doc::json
  FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::text[]) AS t (r, c, p, a, d, doc)
  WHERE NOT EXISTS (SELECT FROM erased_post WHERE key = left(encode(sha256(convert_to(p, 'UTF8')), 'hex'), 32)::uuid)
    AND NOT (d AND EXISTS (SELECT FROM demo_removed))
  ON CONFLICT DO NOTHING`;

/** Backtests as rows: asked for, held by one process at a time, and what came of them. */
@Injectable()
export class BacktestStore {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** Throws `too-many-requests` where MOST_OPEN have not ended. */
  async ask(draft: Pack, ruleset: number, examples: number, by: string): Promise<Backtest> {
    return this.db.transaction(async (tx) => {
      await tx.query('LOCK TABLE backtest IN SHARE ROW EXCLUSIVE MODE');
      const [open] = await tx.query<{ n: number }>(
        `SELECT count(*)::int AS n FROM backtest WHERE state IN ('queued', 'running')`,
      );
      if ((open?.n ?? 0) >= MOST_OPEN)
        throw new VigilError(
          'too-many-requests',
          `${MOST_OPEN} backtests have not ended: wait for one of them, or cancel it`,
        );
      await tx.query(
        `DELETE FROM backtest WHERE state NOT IN ('queued', 'running') AND id NOT IN
           (SELECT id FROM backtest WHERE state NOT IN ('queued', 'running') ORDER BY created_at DESC LIMIT $1)`,
        [MOST_KEPT - 1],
      );
      const [row] = await tx.query<Row>(
        `INSERT INTO backtest (id, pack, draft, ruleset, examples, created_at, created_by, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued') RETURNING ${COLUMNS}`,
        [randomUUID(), draft.name, JSON.stringify(draft), ruleset, examples, this.clock.instant(), by],
      );
      if (!row) throw new VigilError('internal', 'a backtest was not stored');
      await this.record(tx, 'backtest.start', by, row);
      await tx.query('SELECT pg_notify($1, $2)', [BACKTEST_CHANNEL, row.id]);
      return viewOf(row);
    });
  }

  /** The newest first, without their results. */
  async list(): Promise<Backtest[]> {
    const rows = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM backtest ORDER BY created_at DESC, id LIMIT ${MOST_KEPT + MOST_OPEN}`,
    );
    return rows.map(viewOf);
  }

  /** Throws `not-found`. */
  async one(id: string): Promise<Backtest> {
    const [row] = await this.db.query<Row>(`SELECT ${COLUMNS}, result FROM backtest WHERE id = $1`, [id]);
    if (!row) throw unknown(id);
    return viewOf(row);
  }

  /** Posts that a rule adds or drops; of all rules where none is named. */
  async examples(id: string, rule: string | null, size: number): Promise<BacktestExample[]> {
    const rows = await this.db.query<{ doc: BacktestExample }>(
      `SELECT doc FROM backtest_example WHERE backtest = $1 AND ($2::text IS NULL OR rule = $2)
       ORDER BY rule, change, collected_at DESC, post_id LIMIT $3`,
      [id, rule, size],
    );
    return rows.map(({ doc }) => doc);
  }

  /** Ends one that has not ended; another stays as it is. Throws `not-found`. */
  async cancel(id: string, by: string): Promise<Backtest> {
    await this.db.transaction(async (tx) => {
      const [row] = await tx.query<Row>(
        `UPDATE backtest SET state = 'cancelled', ended_at = $2, leased_until = NULL
         WHERE id = $1 AND state IN ('queued', 'running') RETURNING ${COLUMNS}`,
        [id, this.clock.instant()],
      );
      if (!row) return;
      await this.record(tx, 'backtest.cancel', by, row);
      await tx.query('SELECT pg_notify($1, $2)', [BACKTEST_CHANNEL, id]);
    });
    return this.one(id);
  }

  /** Removes one with what it found, cancelling it. Throws `not-found`. */
  async remove(id: string, by: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const [row] = await tx.query<Row>(`DELETE FROM backtest WHERE id = $1 RETURNING ${COLUMNS}`, [id]);
      if (!row) throw unknown(id);
      await this.record(tx, 'backtest.delete', by, row);
    });
  }

  /** Takes the oldest that nobody holds; null where there is none. One that was begun too often is marked failed. */
  async take(): Promise<Held | null> {
    const [row] = await this.db.query<{
      id: string;
      run: number;
      draft: unknown;
      ruleset: number;
      examples: number;
      done: string;
      of: string;
      places: Places | null;
      result: unknown;
    }>(
      `UPDATE backtest SET state = 'running', run = run + 1, leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
       WHERE id = (SELECT id FROM backtest WHERE state = 'queued' OR (state = 'running' AND leased_until < now())
                   ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, run, draft, ruleset, examples, done::text, "of"::text, places, result`,
    );
    if (!row) return null;
    const { draft, result, done, of, ...held } = row;
    if (row.run > MOST_RUNS) {
      await this.fail(
        held,
        `it was begun ${MOST_RUNS} times and came to no end: look for its id in the log, and start it anew`,
      );
      return null;
    }
    const read = Pack.safeParse(draft);
    if (!read.success) {
      await this.fail(held, 'this version of the program no longer reads its draft: start it anew');
      return null;
    }
    return {
      ...held,
      draft: read.data,
      done: Number(done),
      of: Number(of),
      result: result ? BacktestResult.parse(result) : null,
    };
  }

  /** Writes how far its holder has come, and renews the lease. False where it is no longer the holder's. */
  async checkpoint({ id, run }: Pick<Held, 'id' | 'run'>, at: Checkpoint): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const rows = await tx.query(
        `UPDATE backtest SET done = $3, "of" = $4, places = $5, result = $6,
           leased_until = now() + make_interval(secs => ${LEASE_SECONDS})
         WHERE id = $1 AND run = $2 AND state = 'running' RETURNING 1`,
        [id, run, at.done, at.of, JSON.stringify(at.places), JSON.stringify(at.result)],
      );
      if (rows.length === 0) return false;
      await addExamples(tx, id, at.examples);
      return true;
    });
  }

  async finish({ id, run }: Pick<Held, 'id' | 'run'>): Promise<void> {
    await this.end(id, run, 'done', null);
  }

  async fail({ id, run }: Pick<Held, 'id' | 'run'>, failure: string): Promise<void> {
    await this.end(id, run, 'failed', failure.slice(0, 1_000));
  }

  /** Leaves it to the next that asks: another process, or this one after its restart. */
  async release({ id, run }: Pick<Held, 'id' | 'run'>, afterSeconds = 0): Promise<void> {
    await this.db.query(
      `UPDATE backtest SET leased_until = now() - interval '1 ms' + make_interval(secs => $3)
       WHERE id = $1 AND run = $2 AND state = 'running'`,
      [id, run, afterSeconds],
    );
  }

  private async end(id: string, run: number, state: BacktestState, failure: string | null): Promise<void> {
    await this.db.query(
      `UPDATE backtest SET state = $3, failure = $4, ended_at = $5, leased_until = NULL
       WHERE id = $1 AND run = $2 AND state = 'running'`,
      [id, run, state, failure, this.clock.instant()],
    );
  }

  private record(
    tx: Transaction,
    action: string,
    actor: string,
    { id, pack, ruleset }: Row,
  ): Promise<unknown> {
    return this.audit.record({ actor, action, subject: pack, detail: { backtest: id, ruleset } }, tx);
  }
}

async function addExamples(tx: Transaction, id: string, examples: readonly NewExample[]): Promise<void> {
  if (examples.length === 0) return;
  await tx.query('LOCK TABLE erased_post IN SHARE MODE');
  await tx.query(ADD_EXAMPLES, [
    id,
    textArray(examples.map(({ doc }) => doc.match.rule)),
    textArray(examples.map(({ doc }) => doc.change)),
    textArray(examples.map(({ doc }) => doc.postId)),
    textArray(examples.map(({ doc }) => doc.collectedAt)),
    `{${examples.map(({ demo }) => demo).join(',')}}`,
    textArray(examples.map(({ doc }) => JSON.stringify(doc))),
  ]);
}

function unknown(id: string): VigilError {
  return new VigilError('not-found', `there is no backtest ${id}`);
}
