import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, stat, writeFile } from 'node:fs/promises';
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
  test('makes a database that is safe, closed to others and at home in every script, whatever its path', () =>
    inFolder(async (folder) => {
      const dataDir = join(folder, `it's a "long" folder, ${'x'.repeat(90)}`, 'مجلد');
      const engine = await EmbeddedPostgres.start({ dataDir });
      const pid = engine.pid ?? 0;
      try {
        const [row] = await ask<Record<string, string>>(
          engine,
          `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
                  current_setting('data_checksums') as checksums, current_setting('server_encoding') as encoding,
                  current_setting('listen_addresses') as addresses, lower('ÀЖ') as lower`,
        );
        const safe = {
          fsync: 'on',
          commit: 'on',
          checksums: 'on',
          encoding: 'UTF8',
          addresses: '',
          lower: 'àж',
        };
        expect(row).toEqual(safe);
        await ask(engine, 'create extension pg_trgm');
        const trigrams = await ask<{ n: number }>(engine, `select cardinality(show_trgm('العربية')) as n`);
        expect(trigrams[0]?.n).toBeGreaterThan(5);

        const socket = new URL(engine.connectionString).searchParams.get('host') ?? '';
        for (const place of [socket, join(dataDir, 'postgres')])
          expect((await stat(place)).mode & 0o077).toBe(0);

        await expect(EmbeddedPostgres.start({ dataDir })).rejects.toMatchObject({
          code: 'engine-misconfigured',
          message: expect.stringContaining(`in use by another Vigil (process ${process.pid})`),
        });
        expect(await ask(engine, 'select 1 as one')).toEqual([{ one: 1 }]);
      } finally {
        await engine.stop();
      }
      expect(isAlive(pid)).toBe(false);
      expect(await readdir(dataDir)).toEqual(['postgres', 'postgres.hba.conf']);
    }));

  test('keeps what was committed over a stop and over kills, from which it comes back by itself', () =>
    inFolder(async (folder) => {
      const first = await EmbeddedPostgres.start({ dataDir: folder });
      await ask(first, 'create table kept as select 42 as n').finally(() => first.stop());
      const engine = await EmbeddedPostgres.start({ dataDir: folder });
      try {
        expect(await ask(engine, 'select n from kept')).toEqual([{ n: 42 }]);
        for (const killed of ['server', 'server and children'] as const) {
          const before = engine.pid ?? 0;
          const pids = killed === 'server' ? [before] : await postgresProcessesOf(join(folder, 'postgres'));
          for (const pid of pids) process.kill(pid, 'SIGKILL');
          await until(() => engine.pid !== null && engine.pid !== before && engine.failure === null, 60_000);
          expect(await ask(engine, 'select n from kept')).toEqual([{ n: 42 }]);
        }
      } finally {
        await engine.stop();
      }
    }));
});

describe('a folder it must not take', () => {
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
  test('a start ends the server that was left, or recovers from the kill of both, and serves what was committed', () =>
    inFolder(async (folder) => {
      for (const killed of ['program', 'program and server'] as const) {
        const program = startElsewhere(folder);
        const left = Number(await firstLine(program));
        program.kill('SIGKILL');
        if (killed === 'program and server') process.kill(left, 'SIGKILL');
        await once(program, 'exit');
        // A killed process takes a moment to be gone.
        await until(() => isAlive(left) === (killed === 'program'));
        const engine = await EmbeddedPostgres.start({ dataDir: folder });
        try {
          expect(isAlive(left)).toBe(false);
          await ask(engine, 'create table if not exists kept (n int)');
          await ask(engine, 'insert into kept values (1)');
          const [row] = await ask<{ n: number }>(engine, 'select count(*)::int as n from kept');
          expect(row?.n).toBe(killed === 'program' ? 1 : 2);
        } finally {
          await engine.stop();
        }
      }
    }));
});
