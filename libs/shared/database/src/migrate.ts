import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyPending } from 'drizzle-orm/node-postgres/migrator';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg, { type Client } from 'pg';
import { VigilError } from '@vigil/contracts';
import { reasonOf, sqlState, translated } from './failures.js';

/** Beside src and dist alike. */
export const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));

/** "vigi" in ASCII: one number for all our processes on a server. */
const LOCK = 0x76696769;

interface Migration {
  readonly tag: string;
  /** Milliseconds since the epoch: Drizzle's order. */
  readonly when: number;
}

/**
 * Brings the schema to this program's version. Two processes may do it at once: one waits for the other.
 * Throws `engine-misconfigured` where the database knows a migration that this program does not, or misses one
 * from the midst; then nothing is changed. All pending migrations are applied in one transaction, or none.
 */
export async function migrate(connectionString: string, folder: string = MIGRATIONS): Promise<void> {
  const known = await readJournal(folder);
  const client = new pg.Client({ connectionString, application_name: 'vigil migrate', keepAlive: true });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    const applied = await appliedMigrations(client);
    assertFits(applied, known);
    if (applied.length < known.length) {
      await applyPending(drizzle(client), { migrationsFolder: folder });
      await recordNames(client, known);
    }
  } catch (error) {
    throw explained(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

export interface SchemaState {
  /** The last migration applied; null in a database without our tables. */
  readonly applied: string | null;
  /** The last one that this program knows. */
  readonly known: string;
  readonly isCurrent: boolean;
}

/** How far a database's schema is, changing nothing. Throws `engine-misconfigured` where it is newer than this program. */
export async function schemaOf(connectionString: string, folder: string = MIGRATIONS): Promise<SchemaState> {
  const known = await readJournal(folder);
  const client = new pg.Client({ connectionString, application_name: 'vigil migrate' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const applied = await appliedMigrations(client);
    assertFits(applied, known);
    const last = applied.at(-1);
    return {
      applied: last ? (last.tag ?? new Date(last.when).toISOString()) : null,
      known: known.at(-1)?.tag ?? 'none',
      isCurrent: applied.length === known.length,
    };
  } catch (error) {
    throw explained(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function readJournal(folder: string): Promise<Migration[]> {
  const journal: unknown = JSON.parse(await readFile(join(folder, 'meta', '_journal.json'), 'utf8'));
  if (
    typeof journal !== 'object' ||
    journal === null ||
    !('entries' in journal) ||
    !Array.isArray(journal.entries)
  ) {
    throw new VigilError('internal', `${folder}/meta/_journal.json lists no migrations`);
  }
  const entries: unknown[] = journal.entries;
  return entries.map((entry) => {
    if (
      typeof entry === 'object' &&
      entry !== null &&
      'tag' in entry &&
      'when' in entry &&
      typeof entry.tag === 'string' &&
      typeof entry.when === 'number'
    ) {
      return { tag: entry.tag, when: entry.when };
    }
    throw new VigilError('internal', `${folder}/meta/_journal.json: each entry needs tag and when`);
  });
}

interface Applied {
  readonly when: number;
  readonly tag: string | null;
}

async function appliedMigrations(client: Client): Promise<Applied[]> {
  const { rows: tables } = await client.query<{ applied: boolean; names: boolean }>(
    `select to_regclass('drizzle.__drizzle_migrations') is not null as applied,
            to_regclass('drizzle.vigil_migration_names') is not null as names`,
  );
  if (!tables[0]?.applied) return [];
  const names = tables[0].names;
  const { rows } = await client.query<{ created_at: string; tag: string | null }>(
    names
      ? `select m.created_at, n.tag from drizzle.__drizzle_migrations m left join drizzle.vigil_migration_names n using (created_at) order by 1`
      : `select created_at, null as tag from drizzle.__drizzle_migrations order by 1`,
  );
  return rows.map((row) => ({ when: Number(row.created_at), tag: row.tag }));
}

/** Drizzle only looks at the last applied migration: it would skip a hole and pass over a newer schema in silence. */
function assertFits(applied: readonly Applied[], known: readonly Migration[]): void {
  const ours = new Set(known.map((m) => m.when));
  const foreign = applied.filter((a) => !ours.has(a.when)).at(-1);
  if (foreign) {
    const name = foreign.tag ?? `a migration of ${new Date(foreign.when).toISOString()}`;
    throw new VigilError(
      'engine-misconfigured',
      `The database is newer than this program: it holds ${name}, and this program knows up to ${known.at(-1)?.tag ?? 'none'}. Nothing was changed. ` +
        'Start the newer Vigil, or restore a backup from before it.',
    );
  }
  const there = new Set(applied.map((a) => a.when));
  const last = applied.at(-1)?.when ?? 0;
  const hole = known.find((m) => m.when < last && !there.has(m.when));
  if (hole) {
    throw new VigilError(
      'engine-misconfigured',
      `The migration ${hole.tag} stands before one that the database already has, and was never applied to it. Nothing was changed. ` +
        'Give it a later number and time (libs/shared/database/migrations/README.md).',
    );
  }
}

async function recordNames(client: Client, known: readonly Migration[]): Promise<void> {
  await client.query(
    'create table if not exists drizzle.vigil_migration_names (created_at bigint primary key, tag text not null)',
  );
  await client.query(
    'insert into drizzle.vigil_migration_names select * from unnest($1::bigint[], $2::text[]) on conflict do nothing',
    [known.map((m) => m.when), known.map((m) => m.tag)],
  );
}

function explained(error: unknown): unknown {
  const plain = translated(error);
  if (plain instanceof VigilError) return plain;
  if (sqlState(plain) === '42501') {
    const what = reasonOf(plain);
    return new VigilError(
      'engine-misconfigured',
      `The database user may not set up Vigil's tables (${what}). Make it the owner of the database; where extensions are reserved, an administrator runs: create extension fuzzystrmatch`,
      { cause: plain },
    );
  }
  if (sqlState(plain) === '0A000' || sqlState(plain) === '58P01') {
    const what = reasonOf(plain);
    return new VigilError(
      'engine-misconfigured',
      `The PostgreSQL server lacks something Vigil needs: ${what} Install its contrib package (postgresql-contrib).`,
      { cause: plain },
    );
  }
  return plain;
}
