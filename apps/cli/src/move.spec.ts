import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { PostgresAuditLog } from '@vigil/auth';
import { KafkaBus } from '@vigil/bus/kafka';
import { readSettings } from '@vigil/config';
import { HitQuery, POSTS, SystemClock, VERDICTS, type Topic } from '@vigil/contracts';
import { openDatabase, PgDatabase, SILENT, type Database } from '@vigil/database';
import { FolderEvidenceStore } from '@vigil/evidence';
import { PostgresHitIndex, type HitIndex } from '@vigil/hit-index';
import { kafkaOptions, openEngines, openEvidence, openHitIndex } from '@vigil/runtime/engines';
import {
  createTestDatabase,
  eventually,
  recordingTelemetry,
  temporaryFolder,
  type TestDatabase,
} from '@vigil/testing';
import { clearCluster, clusterVariables, MISSING_ENGINES } from './cluster.fixture.js';
import { fillDataFolder, HITS, MESSAGES, READ, type Filled } from './installation.fixture.js';
import { runCli } from './program.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const { telemetry } = recordingTelemetry();

let folder: string;
let data: string;
let filled: Filled;
let server: TestDatabase;
let cluster: TestDatabase;

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder, 'data');
  filled = await fillDataFolder(data);
  server = await createTestDatabase();
  cluster = await createTestDatabase();
}, 120_000);
afterAll(async () => {
  await server.drop();
  await cluster.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** One command, stopped as by Ctrl-C after so many lines of progress. */
async function run(args: readonly string[], stopAfter = Infinity): Promise<Ran> {
  let out = '';
  let err = '';
  let lines = 0;
  const stop = new AbortController();
  const code = await runCli(args, {
    env: {},
    stdin: Readable.from([]),
    out: async (text) => void (out += text),
    err: (text) => {
      err += text;
      if (/%/.test(text) && (lines += 1) > stopAfter) stop.abort();
    },
    signal: stop.signal,
    interactive: false,
  });
  return { code, out, err };
}

async function settingsFile(
  name: string,
  variables: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const path = join(folder, name);
  await writeFile(
    path,
    Object.entries(variables)
      .map(([key, value]) => `${key}='${value ?? ''}'\n`)
      .join(''),
  );
  return path;
}

const serverVariables = (): Record<string, string> => ({
  VIGIL_DATABASE_URL: server.database.connectionString,
  VIGIL_DATA_DIR: join(folder, 'server-data'),
});

async function pagesOf(index: HitIndex, text: string): Promise<{ total: number; ids: string[] }> {
  const page = await index.search(HitQuery.parse({ text, size: 200 }));
  return { total: page.total, ids: page.hits.map(({ hit }) => hit.post.id) };
}

async function auditIsWhole(database: Database): Promise<void> {
  expect(await new PostgresAuditLog(database, new SystemClock()).firstBroken()).toBeNull();
  expect(await database.query('SELECT count(*)::int AS n FROM audit_entry')).toEqual([{ n: 25 }]);
}

describe('vigil move: a laptop to a server', () => {
  let to: string;
  beforeAll(async () => (to = await settingsFile('server.env', serverVariables())));

  test('tells first what it would do, and with --dry-run no more than that', async () => {
    const { code, err } = await run(['move', '--from', data, '--to', to, '--dry-run']);
    expect({ code, err }).toMatchObject({ code: 0 });
    expect(err).toMatch(/^records +\d+ tables, [\d,]+ rows +[\d.]+ [kM]B +PostgreSQL in .*data\/postgres/m);
    expect(err).toMatch(/^evidence +40 objects/m);
    expect(err).toMatch(/^hits +go along with the records/m);
    expect(err).toContain('Nothing was changed.');
    const [state] = await server.database.query(`SELECT to_regclass('vigil_moving.journey') AS state`);
    expect(state).toEqual({ state: null });
  }, 60_000);

  test('stopped again and again, goes on each time, and what arrives is what was there', async () => {
    const ends: number[] = [];
    let last: Ran = { code: 1, out: '', err: '' };
    for (let stopAfter = 2; last.code !== 0; stopAfter += 9) {
      last = await run(['move', '--from', data, '--to', to], stopAfter);
      ends.push(last.code);
      if (last.code !== 0) expect(last.err).toContain('the same command goes on from here');
    }
    expect(ends.length).toBeGreaterThan(3);
    expect(last.err).toMatch(/Goes on with the move begun on/);
    expect(last.err).toContain('Moved and checked.');
    expect(last.out).toMatch(new RegExp(`^hit +${HITS} +[0-9a-f]{64}$`, 'm'));
    expect(last.out).toContain('evidence: 40 objects');

    const { database } = server;
    await auditIsWhole(database);
    const index = new PostgresHitIndex(database);
    expect((await pagesOf(index, 'harbour')).total).toBe(HITS / 5);
    await index.put([filled.erased]);
    expect((await pagesOf(index, `${HITS}`)).total).toBe(0);
    expect(await database.query('SELECT next FROM alerts_offset')).toEqual(
      Array(3).fill({ next: String(READ.alerts) }),
    );
    expect(await database.query('SELECT owner FROM bus_offset WHERE owner IS NOT NULL')).toEqual([]);
    expect(await database.query('SELECT 1 FROM source_progress WHERE lease_owner IS NOT NULL')).toEqual([]);
    const [audit] = await database.query<{ id: string }>(
      `INSERT INTO bus_dead_letter (topic, consumer_group, partition, "offset", key, payload, reason)
       VALUES ('posts', 'classifier', 1, 99, 'a-key', '[]', 'x') RETURNING id`,
    );
    expect(audit).toEqual({ id: '2' });
    await database.query('DELETE FROM bus_dead_letter WHERE id = 2');
    const store = new FolderEvidenceStore(join(folder, 'server-data', 'evidence'));
    for (const key of filled.evidence) expect(await store.get(key)).not.toBeNull();
  }, 180_000);

  test('is not done twice: the target is no longer empty', async () => {
    expect(await run(['move', '--from', data, '--to', to])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/the database is not empty \(\d+ in .*Give a new one/),
    });
  }, 60_000);
});

describe('vigil move: what is refused, in one line each', () => {
  test('a source that is none, a file with a misspelt variable, a server that does not answer', async () => {
    const to = await settingsFile('other.env', { VIGIL_DATABASE_URL: cluster.database.connectionString });
    const wrong = await settingsFile('wrong.env', { VIGIL_DATABSE_URL: 'x' });
    const dead = await settingsFile('dead.env', { VIGIL_DATABASE_URL: 'postgres://a:b@127.0.0.1:1/x' });
    expect(await run(['move', '--from', folder, '--to', to])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^vigil: --from .*: there is no database/),
    });
    expect(await run(['move', '--from', join(folder, 'nowhere'), '--to', to])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no such folder or file'),
    });
    expect(await run(['move', '--from', wrong, '--to', to])).toMatchObject({
      code: 2,
      err: expect.stringContaining('there is no variable VIGIL_DATABSE_URL'),
    });
    expect(await run(['move', '--from', data, '--to', dead])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/--to .*VIGIL_DATABASE_URL \(127.0.0.1:1\/x\): no PostgreSQL answers there/),
    });
    expect(await run(['move', '--from', data, '--to', data])).toMatchObject({
      code: 1,
      err: expect.stringContaining('Nothing is to be moved'),
    });
  }, 60_000);

  test('a program that runs, at either end', async () => {
    const to = await settingsFile('other.env', { VIGIL_DATABASE_URL: cluster.database.connectionString });
    const held = await openDatabase(
      { dataDir: data, databaseUrl: null, poolSize: 2, statementTimeoutMs: 1_000 },
      telemetry,
    );
    try {
      expect(await run(['move', '--from', data, '--to', to])).toMatchObject({
        code: 1,
        err: expect.stringMatching(/--from .*is in use by another Vigil/),
      });
    } finally {
      await held.close();
    }
    const running = new PgDatabase({
      connectionString: cluster.database.connectionString,
      poolSize: 2,
      statementTimeoutMs: 1_000,
      log: SILENT,
    });
    try {
      await running.query('SELECT 1');
      expect(await run(['move', '--from', data, '--to', to])).toMatchObject({
        code: 1,
        err: expect.stringMatching(/--to .*Vigil is running on this database/),
      });
    } finally {
      await running.close();
    }
  }, 60_000);

  test('a start on an empty server beside a full data folder, which says how to move', async () => {
    await cluster.database.query('CREATE DATABASE a_new_one_for_a_start').catch(() => undefined);
    const url = new URL(cluster.database.connectionString);
    url.pathname = '/a_new_one_for_a_start';
    const storage = { dataDir: data, databaseUrl: url.href, poolSize: 2, statementTimeoutMs: 1_000 };
    await expect(openDatabase(storage, telemetry)).rejects.toThrow(
      /is empty, and .*npx vigil move --from .* --to env/,
    );
    await (await openDatabase({ ...storage, startEmpty: true }, telemetry)).close();
    await (await openDatabase(storage, telemetry)).close();
    await cluster.database.query('DROP DATABASE a_new_one_for_a_start WITH (FORCE)');
  }, 60_000);
});

const why =
  MISSING_ENGINES.length > 0
    ? MISSING_ENGINES.join(', ')
    : existsSync(MAIN)
      ? null
      : 'the program is not built';
(why === null ? describe : describe.skip)(
  `vigil move: a server to a cluster${why ? ` (no ${why})` : ''}`,
  () => {
    const name = randomBytes(5).toString('hex');
    let from: string;
    let to: string;
    const variables = () =>
      clusterVariables(`move-${name}`, cluster.database.connectionString, join(folder, 'cluster-data'));

    beforeAll(async () => {
      from = await settingsFile('server.env', serverVariables());
      to = await settingsFile('cluster.env', variables());
    });

    afterAll(() => clearCluster(variables()));

    /** The command as a process, killed without warning once it says that it does `step`. */
    function killedAt(step: string): Promise<{ signal: string | null; err: string }> {
      return new Promise((resolve) => {
        const child = spawn(process.execPath, [MAIN, 'move', '--from', from, '--to', to], {
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        let err = '';
        child.stderr.on('data', (text: Buffer) => {
          err += text.toString();
          if (err.includes(step)) child.kill('SIGKILL');
        });
        child.on('close', (_code, signal) => resolve({ signal, err }));
      });
    }

    test('a start with Kafka on a database that still holds the log says how to move', async () => {
      const half = readSettings({ ...variables(), ...serverVariables() });
      await expect(openEngines(half, 'vigil')).rejects.toThrow(
        /VIGIL_KAFKA_BROKERS .* the log of this installation is in its database still.*npx vigil move/,
      );
    }, 60_000);

    test('killed while it copies, fills the index, moves the log and checks, it goes on', async () => {
      for (const step of [
        'copying hit ',
        'copying evidence',
        'indexing hits',
        'copying the log',
        'checking count_bucket',
      ]) {
        const { signal, err } = await killedAt(step);
        expect({ signal, err }).toMatchObject({ signal: 'SIGKILL', err: expect.stringContaining(step) });
      }
    }, 180_000);

    test('a program does not start on half of a move', async () => {
      const { storage } = readSettings(variables());
      await expect(openDatabase(storage, telemetry)).rejects.toThrow(/Run that command again/);
    });

    test('corruption at the target is found, named, and copied anew', async () => {
      await cluster.database.query(`UPDATE source SET reason = 'another reason' WHERE id = 'source-7'`);
      const store = await openEvidence(readSettings(variables()), telemetry);
      await store.delete(filled.evidence[5] ?? '');
      await store.close();
      const { code, err } = await run(['move', '--from', from, '--to', to]);
      expect(code).toBe(1);
      expect(err).toMatch(/table source: 20 rows of SHA-256 [0-9a-f]{12}…, and the source has 20 of/);
      const again = await run(['move', '--from', from, '--to', to]);
      expect(again).toMatchObject({ code: 0, err: expect.stringContaining('Moved and checked.') });
      expect(again.out).toMatch(/^source +20 +[0-9a-f]{64}$/m);
      expect(again.out).toContain(`hits: ${HITS} in the index`);
    }, 180_000);

    test('searches answer the same, and what was erased stays out', async () => {
      const index = await openHitIndex(readSettings(variables()), cluster.database, telemetry);
      try {
        const before = new PostgresHitIndex(server.database);
        for (const text of ['harbour', '"river number"', 'حديقة', 'сад~', 'number -river'])
          expect(await pagesOf(index, text)).toEqual(await pagesOf(before, text));
        await index.put([filled.erased]);
        expect((await pagesOf(index, `${HITS}`)).total).toBe(0);
      } finally {
        await index.close();
      }
      await auditIsWhole(cluster.database);
      const store = await openEvidence(readSettings(variables()), telemetry);
      for (const key of filled.evidence) expect(await store.get(key)).not.toBeNull();
      await store.close();
    }, 60_000);

    test('every reader of the log goes on where it stood: nothing twice, nothing left out, in order', async () => {
      const bus = await KafkaBus.open(telemetry, kafkaOptions(readSettings(variables())));
      try {
        const posts = await readAll(bus, POSTS, 'classifier', null);
        const verdicts = await readAll(bus, VERDICTS, 'alerts', cluster.database);
        expect(posts).toEqual(await unreadAt(server.database, 'posts', READ.classifier));
        expect(verdicts).toEqual(await unreadAt(server.database, 'verdicts', READ.alerts));
        const [letter] = await bus.deadLetters.list('posts', 'classifier');
        expect(letter).toMatchObject({ partition: 1, offset: '-3', key: 'a-key', reason: 'does not fit' });
      } finally {
        await bus.close();
      }
    }, 60_000);

    test('goes back to a server once the log is read to its end', async () => {
      const back = await createTestDatabase();
      try {
        const down = await settingsFile('back.env', {
          VIGIL_DATABASE_URL: back.database.connectionString,
          VIGIL_DATA_DIR: join(folder, 'back-data'),
        });
        const early = await run(['move', '--from', to, '--to', down]);
        expect(early).toMatchObject({ code: 1, err: expect.stringMatching(/1 are set aside/) });
        const bus = await KafkaBus.open(telemetry, kafkaOptions(readSettings(variables())));
        const [letter] = await bus.deadLetters.list('posts', 'classifier');
        await bus.deadLetters.discard('posts', 'classifier', [letter?.id ?? '']);
        await bus.close();
        expect(await run(['move', '--from', to, '--to', down])).toMatchObject({ code: 0 });
        const index = new PostgresHitIndex(back.database);
        expect(await pagesOf(index, 'harbour')).toEqual(
          await pagesOf(new PostgresHitIndex(server.database), 'harbour'),
        );
        await index.put([filled.erased]);
        expect((await pagesOf(index, `${HITS}`)).total).toBe(0);
        expect(await back.database.query('SELECT * FROM alerts_offset')).toEqual([]);
        await auditIsWhole(back.database);
      } finally {
        await back.drop();
      }
    }, 120_000);

    /** Ids in the order they come, by partition, until all are read. */
    async function readAll<T>(
      bus: KafkaBus,
      topic: Topic<T>,
      group: string,
      own: Database | null,
    ): Promise<Record<string, string[]>> {
      const came: Record<string, string[]> = {};
      const consumer = await bus.consume(topic, group, {
        handle: async (batch) => {
          const ids = batch.messages.map(({ value }) => idOf(value));
          (came[batch.partition] ??= []).push(...ids);
        },
        ...(own === null
          ? {}
          : {
              resumeFrom: async () => {
                const rows = await own.query<{ partition: number; next: string }>(
                  'SELECT * FROM alerts_offset',
                );
                return new Map(rows.map(({ partition, next }) => [partition, BigInt(next)]));
              },
            }),
      });
      await eventually(async () => {
        expect((await bus.lag(topic, group)).reduce((sum, one) => sum + one.behind, 0)).toBe(0);
      });
      await consumer.stop();
      return came;
    }

    /** The same of the log in PostgreSQL. */
    async function unreadAt(
      database: Database,
      topic: string,
      read: number,
    ): Promise<Record<string, string[]>> {
      const { storedMessages } = await import('@vigil/bus');
      const left: Record<string, string[]> = {};
      let all = 0;
      for (const partition of [0, 1, 2]) {
        for await (const { messages } of storedMessages(database, topic, partition, 0n)) {
          const ids = messages.map(({ payload }) =>
            idOf((JSON.parse(payload.toString()) as [string, unknown])[1]),
          );
          (left[partition] ??= []).push(...ids);
          all += ids.length;
        }
        left[partition] = (left[partition] ?? []).slice(read);
        if (left[partition].length === 0) delete left[partition];
      }
      expect(all).toBe(MESSAGES);
      return left;
    }
  },
);

function idOf(value: unknown): string {
  const event = value as { post?: { id: string } | null; facts?: { id: string } };
  return event.facts?.id ?? event.post?.id ?? '';
}
