import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { migrate, MIGRATIONS } from './migrate.js';
import { freshFolder } from './spec-tools.js';

interface Step {
  readonly tag: string;
  readonly when: number;
  readonly sql: string;
}

const ONE: Step = {
  tag: '0001_one',
  when: 1_000,
  sql: 'create table one (a int);\n--> statement-breakpoint\ninsert into one values (1);',
};
const TWO: Step = { tag: '0002_two', when: 2_000, sql: 'create table two (a int);' };
const THREE: Step = { tag: '0003_three', when: 3_000, sql: 'create table three (a int);' };

async function written(folder: string, name: string, steps: readonly Step[]): Promise<string> {
  const place = join(folder, name);
  await mkdir(join(place, 'meta'), { recursive: true });
  const entries = steps.map(({ tag, when }, idx) => ({ idx, version: '7', when, tag, breakpoints: true }));
  await writeFile(
    join(place, 'meta', '_journal.json'),
    JSON.stringify({ version: '7', dialect: 'postgresql', entries }),
  );
  for (const { tag, sql } of steps) await writeFile(join(place, `${tag}.sql`), sql);
  return place;
}

describe('migrate', () => {
  let engine: EmbeddedPostgres;
  let folder: string;
  let made = 0;

  beforeAll(async () => {
    folder = await freshFolder();
    engine = await EmbeddedPostgres.start({ dataDir: join(folder, 'server'), durable: false });
  });
  afterAll(async () => {
    await engine.stop();
    await rm(folder, { recursive: true });
  });

  async function ask(database: string, sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: engine.connectionStringOf(database) });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function emptyDatabase(): Promise<string> {
    const name = `migrated_${(made += 1)}`;
    await ask('postgres', `create database ${name}`);
    return name;
  }

  const tables = async (database: string): Promise<unknown[]> =>
    (
      await ask(
        database,
        `select table_name from information_schema.tables where table_schema = 'public' order by 1`,
      )
    ).map((r) => r.table_name);

  test('applies what is pending, once, in order', async () => {
    const db = await emptyDatabase();
    await migrate(engine.connectionStringOf(db), await written(folder, 'a1', [ONE]));
    const later = await written(folder, 'a2', [ONE, TWO]);
    await migrate(engine.connectionStringOf(db), later);
    await migrate(engine.connectionStringOf(db), later);
    expect(await tables(db)).toEqual(['one', 'two']);
    expect(await ask(db, 'select a from one')).toEqual([{ a: 1 }]);
  });

  test('two processes at once do it once', async () => {
    const db = await emptyDatabase();
    const place = await written(folder, 'b', [ONE, TWO, THREE]);
    await Promise.all(Array.from({ length: 4 }, () => migrate(engine.connectionStringOf(db), place)));
    expect(await ask(db, 'select a from one')).toEqual([{ a: 1 }]);
  });

  test('one that fails leaves nothing of any', async () => {
    const db = await emptyDatabase();
    const place = await written(folder, 'c', [ONE, { ...TWO, sql: 'create table two (a int); selec 1;' }]);
    await expect(migrate(engine.connectionStringOf(db), place)).rejects.toMatchObject({ code: '42601' });
    expect(await tables(db)).toEqual([]);
  });

  test('a database newer than the program is refused, naming both, and left as it is', async () => {
    const db = await emptyDatabase();
    await migrate(engine.connectionStringOf(db), await written(folder, 'd1', [ONE, TWO]));
    await expect(
      migrate(engine.connectionStringOf(db), await written(folder, 'd2', [ONE])),
    ).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(/newer than this program: it holds 0002_two.*knows up to 0001_one/),
    });
    expect(await tables(db)).toEqual(['one', 'two']);
  });

  test('one that was put before another already applied is refused rather than skipped', async () => {
    const db = await emptyDatabase();
    await migrate(engine.connectionStringOf(db), await written(folder, 'e1', [ONE, THREE]));
    await expect(
      migrate(engine.connectionStringOf(db), await written(folder, 'e2', [ONE, TWO, THREE])),
    ).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringContaining('0002_two'),
    });
  });

  test('a user without rights is told what an administrator does', async () => {
    const db = await emptyDatabase();
    await ask('postgres', `create role guest login`);
    const url = new URL(engine.connectionStringOf(db));
    url.username = 'guest';
    await expect(migrate(url.href, await written(folder, 'f', [ONE]))).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringContaining('create extension fuzzystrmatch'),
    });
  });

  test('our own: the journal lists every file, in ascending order of number and time', async () => {
    const journal: { entries: { idx: number; tag: string; when: number }[] } = JSON.parse(
      await readFile(join(MIGRATIONS, 'meta', '_journal.json'), 'utf8'),
    );
    const files = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).sort();
    expect(journal.entries.map((e) => `${e.tag}.sql`)).toEqual(files);
    expect(journal.entries.map((e) => e.idx)).toEqual(journal.entries.map((_, i) => i));
    const times = journal.entries.map((e) => e.when);
    expect([...new Set(times)].sort((a, b) => a - b)).toEqual(times);
  });

  test('our own apply, each on top of those before it', async () => {
    const db = await emptyDatabase();
    const journal: {
      entries: { idx: number; version: string; tag: string; when: number; breakpoints: boolean }[];
    } = JSON.parse(await readFile(join(MIGRATIONS, 'meta', '_journal.json'), 'utf8'));
    const place = join(folder, 'own');
    await cp(MIGRATIONS, place, { recursive: true });
    for (let known = 1; known <= journal.entries.length; known += 1) {
      await writeFile(
        join(place, 'meta', '_journal.json'),
        JSON.stringify({ ...journal, entries: journal.entries.slice(0, known) }),
      );
      await migrate(engine.connectionStringOf(db), place);
    }
  });
});
