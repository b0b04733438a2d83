import type { PgDatabase, Queryable } from '@vigil/database';
import { makePart, quoted, tablesOf, withDependents, type Table } from './catalogue.js';
import type { Tally } from './progress.js';
import { type Client, copyingClient, copyRows, fingerprintOf } from './rows.js';
import { forgetSteps, stepDone, type Journey } from './state.js';

/** How a table is called among the steps. */
export const stepOf = (table: string): string => `table ${table}`;

/** What of the tables does not travel as rows, because another engine holds it on either side. */
export interface Without {
  readonly log: boolean;
  readonly hits: boolean;
}

const LOG_TABLES = /^(bus_|alerts_offset$)/;
const INDEX_TABLES = /^hit_index/;

/** The tables to copy, in the order in which they can be filled. */
export async function tablesToCopy(database: PgDatabase, without: Without): Promise<Table[]> {
  const client = await copyingClient(database);
  try {
    const tables = await tablesOf(client);
    return tables.filter(
      ({ name, part }) =>
        !(without.log && LOG_TABLES.test(part?.of ?? name)) && !(without.hits && INDEX_TABLES.test(name)),
    );
  } finally {
    client.release(true);
  }
}

export interface TableSize {
  readonly name: string;
  readonly rows: number;
  readonly bytes: number;
}

/** Rows, counted, and bytes on disk without indexes. */
export async function sizesOf(database: Queryable, tables: readonly Table[]): Promise<TableSize[]> {
  const sizes: TableSize[] = [];
  for (const { name } of tables) {
    const [row] = await database.query<{ rows: string; bytes: string }>(
      `SELECT count(*) AS rows, pg_table_size('${quoted(name)}') AS bytes FROM ${quoted(name)}`,
    );
    // An empty table with an empty TOAST table takes a page or two.
    const rows = Number(row?.rows ?? 0);
    sizes.push({ name, rows, bytes: rows === 0 ? 0 : Number(row?.bytes ?? 0) });
  }
  return sizes;
}

/** What is in the way of a move into a database: `3 source, 12 hit`; null where it is empty. */
export async function contentsOf(database: PgDatabase): Promise<string | null> {
  const tables = await tablesToCopy(database, { log: false, hits: false });
  const held: string[] = [];
  for (const { name } of tables) {
    const [row] = await database.query<{ rows: string }>(
      `SELECT count(*) AS rows FROM (SELECT 1 FROM ${quoted(name)} LIMIT 1000) AS seen`,
    );
    const rows = Number(row?.rows ?? 0);
    if (rows > 0) held.push(`${rows >= 1_000 ? 'many' : rows} in ${name}`);
  }
  return held.length === 0 ? null : held.slice(0, 4).join(', ');
}

/** Copies every table that the journey has not copied yet, each in one transaction with its mark; then the sequences. */
export async function copyRecords(
  from: PgDatabase,
  to: PgDatabase,
  tables: readonly Table[],
  journey: Journey,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const source = await copyingClient(from);
  const target = await copyingClient(to);
  try {
    for (const table of tables) {
      const done = journey.done.get(stepOf(table.name));
      tally.begin(`copying ${table.name}`, done?.rows ?? 0);
      if (done) {
        tally.passed(done.rows, done.bytes);
        continue;
      }
      await target.query('BEGIN');
      const part = makePart(table);
      if (part !== null) await target.query(part);
      const fingerprint = await copyRows(source, target, table, tally.passed, signal);
      await stepDone(target, journey, stepOf(table.name), fingerprint);
      await target.query('COMMIT');
    }
    await setSequences(target, await sequencesOf(source));
  } finally {
    source.release(true);
    target.release(true);
  }
}

export interface SequenceState {
  readonly name: string;
  readonly last: string;
}

/** Where the numbers stand that have been given. */
export async function sequencesOf(on: Asking): Promise<SequenceState[]> {
  const { rows } = await on.query<SequenceState>(
    `SELECT sequencename AS name, last_value::text AS last FROM pg_sequences
     WHERE schemaname = current_schema() AND last_value IS NOT NULL`,
  );
  return rows;
}

/** Numbers go on where they were. */
export async function setSequences(on: Asking, sequences: readonly SequenceState[]): Promise<void> {
  for (const { name, last } of sequences)
    await on.query('SELECT setval($1::regclass, $2::bigint)', [quoted(name), last]);
}

type Asking = Pick<Client, 'query'>;

export interface Checked {
  readonly name: string;
  readonly rows: number;
  readonly sha256: string;
  /** Null where the target holds what was copied. */
  readonly fault: string | null;
}

/**
 * Reads every copied table again, at both ends, and compares. What differs is emptied at the target, with what refers to
 * it, and forgotten: the next run copies it anew.
 */
export async function checkRecords(
  from: PgDatabase,
  to: PgDatabase,
  tables: readonly Table[],
  journey: Journey,
  tally: Tally,
  signal: AbortSignal,
): Promise<Checked[]> {
  const source = await copyingClient(from);
  const target = await copyingClient(to);
  const checked: Checked[] = [];
  try {
    for (const table of tables) {
      tally.begin(`checking ${table.name}`, 0);
      const [there, here] = await Promise.all([
        fingerprintOf(source, table, () => undefined, signal),
        fingerprintOf(target, table, tally.passed, signal),
      ]);
      const fault =
        there.sha256 === here.sha256
          ? null
          : `table ${table.name}: ${here.rows} rows of SHA-256 ${here.sha256.slice(0, 12)}…, and the source has ${there.rows} of ${there.sha256.slice(0, 12)}…`;
      checked.push({ name: table.name, rows: here.rows, sha256: here.sha256, fault });
    }
    const faulty = checked.filter(({ fault }) => fault !== null);
    const again = [...new Set(faulty.flatMap(({ name }) => withDependents(tables, name)))];
    if (again.length > 0) {
      await target.query('BEGIN');
      await target.query(`TRUNCATE ${again.map(quoted).join(', ')}`);
      await forgetSteps(target, journey, again.map(stepOf));
      await target.query('COMMIT');
    }
    return checked;
  } finally {
    source.release(true);
    target.release(true);
  }
}
