import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from './embedded/embedded-postgres.js';
import { SILENT } from './engine-log.js';
import { serveOldPostgres } from './old-server.fixture.js';
import { openDatabase } from './open-database.js';
import { freshFolder, until } from './spec-tools.js';

describe('openDatabase', () => {
  let folder: string;
  let server: EmbeddedPostgres;
  const checks = new Map<string, () => Promise<string | null>>();
  const telemetry = {
    log: SILENT,
    addCheck: (name: string, check: () => Promise<string | null>) => void checks.set(name, check),
  };
  const storage = { dataDir: '', databaseUrl: null, poolSize: 3, statementTimeoutMs: 10_000 };

  beforeAll(async () => {
    folder = await freshFolder();
    server = await EmbeddedPostgres.start({ dataDir: join(folder, 'server'), durable: false });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  async function administer(sql: string): Promise<void> {
    const client = new Client({ connectionString: server.connectionStringOf('postgres') });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  }

  test('without an address: our own server, migrated, and ended with it', async () => {
    const db = await openDatabase({ ...storage, dataDir: join(folder, 'own') }, telemetry);
    expect(await db.query('select tag from drizzle.vigil_migration_names order by 1 limit 1')).toEqual([
      { tag: '0001_bus' },
    ]);
    expect(await checks.get('database')?.()).toBeNull();
    const pid = db.engine?.pid;
    expect(pid).toEqual(expect.any(Number));
    await db.close();
    expect(db.engine?.failure).toContain('was stopped');
    expect(await checks.get('database')?.()).toContain('was stopped');
  });

  test('with an address: that server, and nothing in the data folder', async () => {
    await administer('create database external');
    const db = await openDatabase(
      { ...storage, dataDir: join(folder, 'unused'), databaseUrl: server.connectionStringOf('external') },
      telemetry,
    );
    expect(db.engine).toBeNull();
    expect(await db.query('select current_database() as name')).toEqual([{ name: 'external' }]);
    await db.close();
  });

  test('a database that is not there is refused in one line, without the password', async () => {
    const url = new URL(server.connectionStringOf('missing'));
    url.password = 'hunter2';
    const opening = openDatabase({ ...storage, databaseUrl: url.href }, telemetry);
    await expect(opening).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(
        /^VIGIL_DATABASE_URL \(.*\/missing\) is refused: database "missing" does not exist\. Check [^\n]*$/,
      ),
    });
    await opening.catch((error: Error) =>
      expect(`${error.message} ${String(error.cause)}`).not.toContain('hunter2'),
    );
  });

  test('a wrong password is refused in one line that names the variable, the address and the cause', async () => {
    await administer(`create role stranger login password 'right'`);
    const client = new Client({ connectionString: server.connectionStringOf('postgres') });
    await client.connect();
    const [hba] = (await client.query<{ file: string }>(`select current_setting('hba_file') as file`)).rows;
    const rules = await readFile(hba?.file ?? '', 'utf8');
    await writeFile(
      hba?.file ?? '',
      `local all stranger scram-sha-256\nhost all stranger all scram-sha-256\n${rules}`,
    );
    await client.query('select pg_reload_conf()').finally(() => client.end());
    const url = new URL(server.connectionStringOf('postgres'));
    url.username = 'stranger';
    url.password = 'hunter2';
    const refusal = async () =>
      openDatabase({ ...storage, databaseUrl: url.href }, telemetry, { asItIs: true }).then(
        async (opened) => opened.close().then(() => null),
        (error: Error) => error,
      );
    // The server reads its rules again a moment after it was told to.
    let refused: Error | null = null;
    await until(async () => (refused = await refusal()) !== null);
    expect(refused).toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(
        /^VIGIL_DATABASE_URL \(.*\/postgres\) is refused: password authentication failed for user "stranger"\. Check [^\n]*$/,
      ),
    });
    expect(String(refused)).not.toContain('hunter2');
  });

  test('a server that is too old is refused with what is needed', async () => {
    const old = await serveOldPostgres(14);
    try {
      await expect(
        openDatabase({ ...storage, databaseUrl: `postgres://vigil@127.0.0.1:${old.port}/vigil` }, telemetry),
      ).rejects.toMatchObject({
        code: 'engine-misconfigured',
        message: `VIGIL_DATABASE_URL (127.0.0.1:${old.port}/vigil) is PostgreSQL 14; Vigil needs 15 or later.`,
      });
    } finally {
      await old.close();
    }
  });

  test('a database of another encoding is refused', async () => {
    await administer(
      `create database narrow encoding 'SQL_ASCII' locale_provider libc locale 'C' template template0`,
    );
    await expect(
      openDatabase({ ...storage, databaseUrl: server.connectionStringOf('narrow') }, telemetry),
    ).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringContaining('encoded in SQL_ASCII'),
    });
  });

  test('a standby, or a database set read-only, is refused', async () => {
    await administer('create database closed');
    await administer('alter database closed set default_transaction_read_only = on');
    await expect(
      openDatabase({ ...storage, databaseUrl: server.connectionStringOf('closed') }, telemetry),
    ).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(/^VIGIL_DATABASE_URL \(.*\/closed\) lets nothing be changed: [^\n]*$/),
    });
  });

  test('is not ready once it became read-only, though it still answers', async () => {
    await administer('create database failing_over');
    const db = await openDatabase(
      { ...storage, databaseUrl: server.connectionStringOf('failing_over') },
      telemetry,
    );
    // As in a failover: the next session finds the setting.
    const setting = async (value: 'on' | 'off') => {
      await administer(`alter database failing_over set default_transaction_read_only = ${value}`);
      await db.query('select pg_terminate_backend(pg_backend_pid())').catch(() => undefined);
    };
    await setting('on');
    await expect(db.query('create table refused ()')).rejects.toThrow('read-only');
    expect(await checks.get('database')?.()).toMatch(/^PostgreSQL \(.*\) lets nothing be changed/);
    await setting('off');
    expect(await checks.get('database')?.()).toBeNull();
    await db.close();
  });

  test('a server that does not answer is waited for, then named', async () => {
    const waits: string[] = [];
    const patient = {
      ...telemetry,
      log: { ...SILENT, warn: (_: object, message: string) => void waits.push(message) },
    };
    const opening = openDatabase(
      { ...storage, databaseUrl: 'postgres://vigil:hunter2@127.0.0.1:9/vigil' },
      patient,
      { waitForServerMs: 500 },
    );
    await expect(opening).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(
        /^VIGIL_DATABASE_URL \(127\.0\.0\.1:9\/vigil\): no PostgreSQL answers there/,
      ),
    });
    expect(waits.length).toBeGreaterThan(0);
  });
});
