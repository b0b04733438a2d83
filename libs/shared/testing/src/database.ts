import { createHash, randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, MIGRATIONS, PgDatabase, SILENT, type Database } from '@vigil/database';
import { testServer } from './server/kept-server.js';

/** Connections of one suite: enough for several consumers at once, few enough for many suites. */
const POOL_SIZE = 8;
/** "vigt": guards the making of templates. */
const TEMPLATE_LOCK = 0x76696774;
const PREFIX = 'vigil_test_';
/** Databases of killed runs on a server that outlives them. */
const ABANDONED_AFTER_MS = 6 * 3_600_000;

export interface TestDatabase {
  readonly database: PgDatabase;
  drop(): Promise<void>;
}

/**
 * For a describe block: a fresh, migrated database of a real PostgreSQL, dropped at the end.
 * `db()` may be called in tests and hooks.
 */
export function withTestDatabase(): { db(): Database } {
  let made: TestDatabase | null = null;
  beforeAll(async () => {
    made = await createTestDatabase();
  }, 120_000);
  afterAll(async () => {
    await made?.drop();
  });
  return {
    db: () => {
      if (!made) throw new Error('db() is there from beforeAll on');
      return made.database;
    },
  };
}

/** The same without Jest's hooks, for a test that needs several, or for a tool. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = await testServer();
  const name = `${PREFIX}${Date.now()}_${randomBytes(4).toString('hex')}`;
  await administer(server, async (admin) => {
    const template = await ensureTemplate(admin, server);
    await admin.query(`create database ${name} template ${template}`);
  });
  const connectionString = addressOf(server, name);
  const database = new PgDatabase({
    connectionString,
    poolSize: POOL_SIZE,
    statementTimeoutMs: 30_000,
    log: SILENT,
    applicationName: 'vigil test',
  });
  return {
    database,
    drop: async () => {
      await database.close();
      await administer(server, (admin) => admin.query(`drop database if exists ${name} with (force)`));
    },
  };
}

/** Address of another database of the same server. */
export function addressOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function administer<T>(server: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

/** A database migrated once for a state of the migrations folder, from which the others are copied. */
async function ensureTemplate(admin: pg.Client, server: string): Promise<string> {
  const template = `vigil_template_${await hashOfMigrations()}`;
  await admin.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK]);
  try {
    const { rowCount } = await admin.query(
      `select 1 from pg_database d join pg_shdescription s on s.objoid = d.oid where datname = $1 and description = 'migrated'`,
      [template],
    );
    if (rowCount === 0) {
      await dropAbandoned(admin);
      await admin.query(`drop database if exists ${template} with (force)`);
      await admin.query(`create database ${template}`);
      await migrate(addressOf(server, template));
      await admin.query(`comment on database ${template} is 'migrated'`);
    }
  } finally {
    await admin.query('select pg_advisory_unlock($1)', [TEMPLATE_LOCK]);
  }
  return template;
}

async function dropAbandoned(admin: pg.Client): Promise<void> {
  const { rows } = await admin.query<{ datname: string }>(
    `select datname from pg_database where datname ~ '^${PREFIX}[0-9]+_'`,
  );
  for (const { datname } of rows) {
    const madeAt = Number(datname.slice(PREFIX.length).split('_')[0]);
    if (Date.now() - madeAt > ABANDONED_AFTER_MS)
      await admin.query(`drop database if exists ${datname} with (force)`);
  }
}

async function hashOfMigrations(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of (await readdir(MIGRATIONS)).filter((n) => n.endsWith('.sql')).sort()) {
    hash.update(name).update(await readFile(join(MIGRATIONS, name)));
  }
  hash.update(await readFile(join(MIGRATIONS, 'meta', '_journal.json')));
  return hash.digest('hex').slice(0, 16);
}
