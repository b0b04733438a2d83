import { randomUUID } from 'node:crypto';
import { MOVING_SCHEMA as SCHEMA, type Queryable } from '@vigil/database';

/** What a step left: enough to check it again. */
export interface StepDone {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string | null;
}

/** A move into a database, as that database remembers it. */
export interface Journey {
  readonly id: string;
  /** Where it comes from: a resumed one must come from there as well. */
  readonly origin: string;
  readonly startedAt: Date;
  readonly done: ReadonlyMap<string, StepDone>;
  /** What a step notes while it goes on. */
  readonly notes: ReadonlyMap<string, unknown>;
}

const SET_UP = `
  CREATE SCHEMA IF NOT EXISTS ${SCHEMA};
  CREATE TABLE IF NOT EXISTS ${SCHEMA}.journey (
    id uuid PRIMARY KEY, origin text NOT NULL,
    -- Whether the records are copied: a program must not start on half of them.
    fills_records boolean NOT NULL, started_at timestamptz NOT NULL DEFAULT now(), finished_at timestamptz
  );
  CREATE TABLE IF NOT EXISTS ${SCHEMA}.step (
    journey uuid NOT NULL REFERENCES ${SCHEMA}.journey (id) ON DELETE CASCADE, name text NOT NULL,
    done_at timestamptz, rows bigint NOT NULL DEFAULT 0, bytes bigint NOT NULL DEFAULT 0, sha256 text, note jsonb,
    PRIMARY KEY (journey, name)
  )`;

/** The move that has begun and not ended; null where there is none. */
export async function unfinishedJourney(database: Queryable): Promise<Journey | null> {
  const [there] = await database.query<{ there: boolean }>(
    `SELECT to_regclass('${SCHEMA}.step') IS NOT NULL AS there`,
  );
  if (there?.there !== true) return null;
  const [row] = await database.query<{ id: string; origin: string; started_at: Date }>(
    `SELECT * FROM ${SCHEMA}.journey WHERE finished_at IS NULL ORDER BY started_at DESC LIMIT 1`,
  );
  if (!row) return null;
  const steps = await database.query<{
    name: string;
    done_at: Date | null;
    rows: string;
    bytes: string;
    sha256: string | null;
    note: unknown;
  }>(`SELECT * FROM ${SCHEMA}.step WHERE journey = $1`, [row.id]);
  return {
    id: row.id,
    origin: row.origin,
    startedAt: row.started_at,
    done: new Map(
      steps
        .filter((step) => step.done_at !== null)
        .map(({ name, rows, bytes, sha256 }) => [name, { rows: Number(rows), bytes: Number(bytes), sha256 }]),
    ),
    notes: new Map(steps.map(({ name, note }) => [name, note])),
  };
}

export async function beginJourney(
  database: Queryable,
  origin: string,
  fillsRecords: boolean,
): Promise<Journey> {
  await database.query(SET_UP);
  const id = randomUUID();
  await database.query(`INSERT INTO ${SCHEMA}.journey (id, origin, fills_records) VALUES ($1, $2, $3)`, [
    id,
    origin,
    fillsRecords,
  ]);
  return { id, origin, startedAt: new Date(), done: new Map(), notes: new Map() };
}

type Asks = { query(text: string, values?: unknown[]): Promise<unknown> };

/** In the transaction that did the step, so that both hold or neither. */
export async function stepDone(on: Asks, { id }: Journey, name: string, step: StepDone): Promise<void> {
  await on.query(
    `INSERT INTO ${SCHEMA}.step (journey, name, done_at, rows, bytes, sha256) VALUES ($1, $2, now(), $3, $4, $5)
     ON CONFLICT (journey, name) DO UPDATE SET done_at = now(), rows = excluded.rows, bytes = excluded.bytes, sha256 = excluded.sha256`,
    [id, name, step.rows, step.bytes, step.sha256],
  );
}

export async function noteStep(on: Asks, { id }: Journey, name: string, note: unknown): Promise<void> {
  await on.query(
    `INSERT INTO ${SCHEMA}.step (journey, name, note) VALUES ($1, $2, $3)
     ON CONFLICT (journey, name) DO UPDATE SET note = excluded.note`,
    [id, name, JSON.stringify(note)],
  );
}

/** The steps are done again when the move goes on. */
export async function forgetSteps(on: Asks, { id }: Journey, names: readonly string[]): Promise<void> {
  await on.query(`DELETE FROM ${SCHEMA}.step WHERE journey = $1 AND name = ANY($2::text[])`, [id, names]);
}

export async function finishJourney(on: Asks, { id }: Journey): Promise<void> {
  await on.query(`UPDATE ${SCHEMA}.journey SET finished_at = now() WHERE id = $1`, [id]);
}

/** Gives up a move that has not ended: what it has copied is then something that stands in the way. */
export async function forgetJourney(on: Asks, { id }: Journey): Promise<void> {
  await on.query(`DELETE FROM ${SCHEMA}.journey WHERE id = $1`, [id]);
}
