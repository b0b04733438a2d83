import { rm } from 'node:fs/promises';
import { VigilError } from '@vigil/contracts';
import { Client } from 'pg';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { SILENT } from './engine-log.js';
import { PgDatabase } from './pg-database.js';
import { freshFolder, until } from './spec-tools.js';

describe('PgDatabase', () => {
  let engine: EmbeddedPostgres;
  let db: PgDatabase;
  let folder: string;

  beforeAll(async () => {
    folder = await freshFolder();
    engine = await EmbeddedPostgres.start({ dataDir: folder, durable: false });
    db = connect();
    await db.query('create table counts (name text primary key, n int not null)');
  });
  afterAll(async () => {
    await db.close();
    await engine.stop();
    await rm(folder, { recursive: true });
  });
  beforeEach(() =>
    db.query(`insert into counts values ('a', 0), ('b', 0) on conflict (name) do update set n = 0`),
  );

  function connect(options: { poolSize?: number; statementTimeoutMs?: number } = {}): PgDatabase {
    const { poolSize = 4, statementTimeoutMs = 10_000 } = options;
    return new PgDatabase({
      connectionString: engine.connectionString,
      poolSize,
      statementTimeoutMs,
      log: SILENT,
    });
  }

  const counted = async (name: string): Promise<number | undefined> =>
    (await db.query<{ n: number }>('select n from counts where name = $1', [name]))[0]?.n;

  test('a transaction has its whole effect, or none', async () => {
    await db.transaction((tx) => tx.query(`update counts set n = 1 where name = 'a'`));
    const failing = db.transaction(async (tx) => {
      await tx.query(`update counts set n = 2 where name = 'a'`);
      throw new VigilError('fenced', 'another consumer has this partition');
    });
    await expect(failing).rejects.toMatchObject({ code: 'fenced' });
    expect(await counted('a')).toBe(1);
  });

  test('two transactions that deadlock both succeed', async () => {
    const inOrder = (first: string, second: string, met: () => Promise<void>): Promise<void> =>
      db.transaction(async (tx) => {
        await tx.query('update counts set n = n + 1 where name = $1', [first]);
        await met();
        await tx.query('update counts set n = n + 1 where name = $1', [second]);
      });
    let there = 0;
    const met = async (): Promise<void> => {
      there += 1;
      await until(() => there >= 2);
    };
    await Promise.all([inOrder('a', 'b', met), inOrder('b', 'a', met)]);
    expect([await counted('a'), await counted('b')]).toEqual([2, 2]);
    expect(there).toBeGreaterThan(2);
  });

  test('serialization failures run again until they have added up', async () => {
    await Promise.all(
      Array.from({ length: 4 }, () =>
        db.transaction(async (tx) => {
          await tx.query('set transaction isolation level repeatable read');
          const [row] = await tx.query<{ n: number }>(`select n from counts where name = 'a'`);
          await tx.query(`update counts set n = $1 where name = 'a'`, [(row?.n ?? 0) + 1]);
        }),
      ),
    );
    expect(await counted('a')).toBe(4);
  });

  test('what PostgreSQL says of a statement is passed on, without parameters', async () => {
    await expect(db.query('insert into counts values ($1, 1)', ['a'])).rejects.toMatchObject({
      code: '23505',
      constraint: 'counts_pkey',
    });
    await db
      .transaction((tx) => tx.query('insert into counts values ($1, 1)', ['a']))
      .catch((error: Error) => {
        expect(error.message).not.toContain('params');
      });
  });

  test('a statement that takes too long is ended', async () => {
    const hurried = connect({ statementTimeoutMs: 50, poolSize: 1 });
    await expect(hurried.query('select pg_sleep(10)')).rejects.toMatchObject({ code: '57014' });
    await hurried.close();
  });

  test('a statement that returns often survives a change of its table', async () => {
    await db.query('create table if not exists shape (a int)');
    const read = (): Promise<object[]> => db.query('select * from shape where $1::int is not null', [1]);
    for (let i = 0; i < 12; i += 1) await read();
    await db.query('alter table shape add column b int');
    expect(await Promise.all(Array.from({ length: 8 }, read))).toHaveLength(8);
    for (let i = 0; i < 8; i += 1) await read();
    await db.query('alter table shape add column c int');
    await db.transaction(async (tx) => {
      await tx.query('insert into shape values (1, 2, 3)');
      expect(await tx.query('select * from shape where $1::int is not null', [1])).toEqual([
        { a: 1, b: 2, c: 3 },
      ]);
    });
  });

  test('listeners hear each channel of their own, and none after they left', async () => {
    const heard: string[] = [];
    const leave = await db.listen('vigil_ruleset', (payload) => heard.push(`ruleset ${payload}`));
    const leaveToo = await db.listen('vigil_ruleset', (payload) => heard.push(`also ${payload}`));
    await db.listen('vigil_live', (payload) => heard.push(`live ${payload}`));
    await db.query(`select pg_notify('vigil_ruleset', '7'), pg_notify('vigil_live', 'x')`);
    await until(() => heard.length === 3);
    expect(heard.sort()).toEqual(['also 7', 'live x', 'ruleset 7']);
    await leave();
    await leaveToo();
    await db.query(`select pg_notify('vigil_ruleset', '8'), pg_notify('vigil_live', 'y')`);
    await until(() => heard.includes('live y'));
    expect(heard).toHaveLength(4);
  });

  test('a listener whose connection was cut is told that it may have missed something, and hears again', async () => {
    const heard: string[] = [];
    await db.listen('vigil_bus_posts', (payload) => heard.push(payload));
    await endConnections('vigil listen');
    await until(() => heard.includes(''));
    await db.query(`select pg_notify('vigil_bus_posts', 'again')`);
    await until(() => heard.includes('again'));
  });

  test('connections that are cut fail what runs on them, retriably, and nothing else', async () => {
    const other = connect({ poolSize: 2 });
    const running = expect(other.query('select pg_sleep(30)')).rejects.toMatchObject({
      code: 'engine-unavailable',
      retriable: true,
    });
    const inTransaction = expect(
      other.transaction(async (tx) => {
        await tx.query('select 1');
        await tx.query('select pg_sleep(30)');
      }),
    ).rejects.toMatchObject({ code: 'engine-unavailable', retriable: true });
    await until(
      async () =>
        (
          await db.query(
            `select 1 from pg_stat_activity where query like '%pg_sleep(30)%' and pid <> pg_backend_pid()`,
          )
        ).length === 2,
    );
    await endConnections('vigil');
    await Promise.all([running, inTransaction]);
    expect(await other.query('select 1 as one')).toEqual([{ one: 1 }]);
    await other.close();
  });

  test('after a restart of the server the same pool goes on', async () => {
    const heard: string[] = [];
    await db.listen('vigil_live', (payload) => heard.push(payload));
    const before = engine.pid;
    process.kill(before ?? 0, 'SIGKILL');
    await until(() => engine.pid !== before && engine.failure === null);
    await until(() =>
      db.query('select 1').then(
        () => true,
        () => false,
      ),
    );
    expect(await db.failure()).toBeNull();
    await until(() => heard.includes(''));
  });

  /** From outside: as an administrator's pg_terminate_backend, or a crash of one server process. */
  async function endConnections(applicationName: string): Promise<void> {
    const client = new Client({ connectionString: engine.connectionStringOf('postgres') });
    await client.connect();
    await client.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      applicationName,
    ]);
    await client.end();
  }
});
