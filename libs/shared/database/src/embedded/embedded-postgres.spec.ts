import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { inFolder, until } from '../spec-tools.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { isAlive, postgresProcessesOf } from './processes.js';

async function ask<T>(engine: EmbeddedPostgres, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: engine.connectionString });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

describe('EmbeddedPostgres', () => {
  test('makes a database that is safe and knows every script, and leaves nothing running', () =>
    inFolder(async (folder) => {
      const engine = await EmbeddedPostgres.start({ dataDir: folder });
      const [row] = await ask<Record<string, string>>(
        engine,
        `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
                current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
                current_setting('listen_addresses') as addresses, lower('ÀЖ') as lower`,
      );
      expect(row).toEqual({
        fsync: 'on',
        commit: 'on',
        checksums: 'on',
        encoding: 'UTF8',
        addresses: '',
        lower: 'àж',
      });
      await ask(engine, 'create extension pg_trgm');
      const [trigrams] = await ask<{ count: string }>(
        engine,
        `select cardinality(show_trgm('العربية'))::text as count`,
      );
      expect(Number(trigrams?.count)).toBeGreaterThan(5);
      const pid = engine.pid ?? 0;
      await engine.stop();
      expect(isAlive(pid)).toBe(false);
      expect(await readdir(folder)).toEqual(['postgres', 'postgres.hba.conf']);
    }));

  test('keeps what was committed from one start to the next', () =>
    inFolder(async (folder) => {
      const first = await EmbeddedPostgres.start({ dataDir: folder });
      await ask(first, 'create table kept as select 42 as n');
      await first.stop();
      const second = await EmbeddedPostgres.start({ dataDir: folder });
      try {
        expect(await ask(second, 'select n from kept')).toEqual([{ n: 42 }]);
      } finally {
        await second.stop();
      }
    }));

  test('works in a folder whose path is long and holds spaces and quotes', () =>
    inFolder(async (folder) => {
      const deep = join(folder, `it's a "long" folder, ${'x'.repeat(90)}`, 'مجلد');
      const engine = await EmbeddedPostgres.start({ dataDir: deep });
      try {
        expect(await ask(engine, 'select 1 as one')).toEqual([{ one: 1 }]);
      } finally {
        await engine.stop();
      }
    }));

  test('starts a server again that was killed, as its own child and whole', () =>
    inFolder(async (folder) => {
      const engine = await EmbeddedPostgres.start({ dataDir: folder });
      try {
        await ask(engine, 'create table kept as select 42 as n');
        for (const kill of ['server', 'all'] as const) {
          const before = engine.pid;
          const pids = await postgresProcessesOf(join(folder, 'postgres'));
          for (const pid of kill === 'all' ? pids : [before ?? 0]) process.kill(pid, 'SIGKILL');
          await until(() => engine.pid !== null && engine.pid !== before && engine.failure === null);
          expect(await ask(engine, 'select n from kept')).toEqual([{ n: 42 }]);
        }
      } finally {
        await engine.stop();
      }
    }));

  test('only this user can reach it', () =>
    inFolder(async (folder) => {
      const engine = await EmbeddedPostgres.start({ dataDir: folder });
      try {
        expect((await stat(join(folder, 'postgres'))).mode & 0o077).toBe(0);
        expect(
          (await readFile(join(folder, 'postgres.hba.conf'), 'utf8')).trim().split('\n').slice(1),
        ).toEqual(['local all all trust']);
      } finally {
        await engine.stop();
      }
    }));
});

describe('a folder it must not take', () => {
  test('one that another live process holds: refused, naming it', () =>
    inFolder(async (folder) => {
      const engine = await EmbeddedPostgres.start({ dataDir: folder });
      try {
        await expect(EmbeddedPostgres.start({ dataDir: folder })).rejects.toMatchObject({
          code: 'engine-misconfigured',
          message: expect.stringContaining(`in use by another Vigil (process ${process.pid})`),
        });
        expect(await ask(engine, 'select 1 as one')).toEqual([{ one: 1 }]);
      } finally {
        await engine.stop();
      }
    }));

  test('one of another major version: refused, naming both, and unchanged', () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'postgres'));
      await writeFile(join(folder, 'postgres', 'PG_VERSION'), '15\n');
      await expect(EmbeddedPostgres.start({ dataDir: folder })).rejects.toMatchObject({
        code: 'engine-misconfigured',
        message: expect.stringMatching(/made by PostgreSQL 15.*brings PostgreSQL 18/),
      });
      expect(await readdir(join(folder, 'postgres'))).toEqual(['PG_VERSION']);
      expect(await readdir(folder)).toEqual(['postgres']);
    }));

  test('one that holds something else: refused rather than filled', () =>
    inFolder(async (folder) => {
      await mkdir(join(folder, 'postgres'));
      await writeFile(join(folder, 'postgres', 'thesis.odt'), '');
      await expect(EmbeddedPostgres.start({ dataDir: folder })).rejects.toMatchObject({
        message: expect.stringContaining('thesis.odt'),
      });
    }));

  test('one that is no folder, or below a file: refused', () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, 'file'), '');
      for (const place of ['file', 'file/below']) {
        await expect(EmbeddedPostgres.start({ dataDir: join(folder, place) })).rejects.toMatchObject({
          code: 'engine-misconfigured',
          message: expect.stringContaining('cannot be written'),
        });
      }
    }));
});

/** A process of its own that runs the embedded server until it is killed; its first line is the server's id. */
function startElsewhere(folder: string): ChildProcess {
  const hooks = fileURLToPath(new URL('../../../testing/src/server/source-hooks.mjs', import.meta.url));
  const program = `
    import { EmbeddedPostgres } from ${JSON.stringify(fileURLToPath(new URL('embedded-postgres.ts', import.meta.url)))};
    const engine = await EmbeddedPostgres.start({ dataDir: ${JSON.stringify(folder)} });
    console.log(engine.pid);
    setInterval(() => undefined, 1_000);`;
  return spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--conditions=@vigil/source',
      '--import',
      hooks,
      '--input-type=module',
      '--eval',
      program,
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output');
  const [part] = await once(child.stdout, 'data');
  return String(part).trim();
}

describe('after its program was killed', () => {
  test('a start ends the server that was left and serves what was committed', () =>
    inFolder(async (folder) => {
      const program = startElsewhere(folder);
      const left = Number(await firstLine(program));
      program.kill('SIGKILL');
      await once(program, 'exit');
      expect(isAlive(left)).toBe(true);
      const engine = await EmbeddedPostgres.start({ dataDir: folder });
      try {
        expect(isAlive(left)).toBe(false);
        expect(engine.pid).not.toBe(left);
        expect(await ask(engine, 'select 1 as one')).toEqual([{ one: 1 }]);
      } finally {
        await engine.stop();
      }
    }));

  test('and after both were', () =>
    inFolder(async (folder) => {
      const program = startElsewhere(folder);
      const left = Number(await firstLine(program));
      program.kill('SIGKILL');
      process.kill(left, 'SIGKILL');
      await once(program, 'exit');
      const engine = await EmbeddedPostgres.start({ dataDir: folder });
      expect(await ask(engine, 'select 1 as one')).toEqual([{ one: 1 }]);
      await engine.stop();
    }));
});
