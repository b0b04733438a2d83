import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { PostgresAuditLog } from '@vigil/auth';
import { KafkaBus } from '@vigil/bus/kafka';
import { readSettings } from '@vigil/config';
import { HitQuery, POSTS, SystemClock } from '@vigil/contracts';
import { openDatabase, PgDatabase, runningServer, SILENT, type Database } from '@vigil/database';
import { FolderEvidenceStore } from '@vigil/evidence';
import { PostgresHitIndex, type HitIndex } from '@vigil/hit-index';
import { kafkaOptions, openEvidence, openHitIndex } from '@vigil/runtime/engines';
import { createTestDatabase, recordingTelemetry, temporaryFolder, type TestDatabase } from '@vigil/testing';
import { clearCluster, clusterVariables, MISSING_ENGINES } from './cluster.fixture.js';
import { fillDataFolder, HITS, MESSAGES, READ, type Filled } from './installation.fixture.js';
import { runCli } from './program.js';

/** Evidence that hits of the fixture name: 30 of its 40 objects. */
const NEEDED = 30;
const { telemetry } = recordingTelemetry();

let folder: string;
let data: string;
let saved: string;
let filled: Filled;
let server: TestDatabase;

beforeAll(async () => {
  folder = await temporaryFolder();
  data = join(folder, 'data');
  saved = join(folder, 'saved');
  filled = await fillDataFolder(data);
  server = await createTestDatabase();
}, 120_000);
afterAll(async () => {
  await server.drop();
  await rm(folder, { recursive: true, force: true });
});

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (...args: string[]): Promise<Ran> =>
  runWith(
    { VIGIL_DATABASE_URL: server.database.connectionString, VIGIL_DATA_DIR: join(folder, 'server') },
    args,
  );

async function runWith(env: Readonly<Record<string, string>>, args: readonly string[]): Promise<Ran> {
  let out = '';
  let err = '';
  const code = await runCli(args, {
    env,
    stdin: Readable.from([]),
    out: async (text) => void (out += text),
    err: (text) => void (err += text),
    signal: new AbortController().signal,
    interactive: false,
  });
  return { code, out, err };
}

const searched = (database: Database, text: string): Promise<string[]> =>
  found(new PostgresHitIndex(database), text);

async function found(index: HitIndex, text: string): Promise<string[]> {
  const page = await index.search(HitQuery.parse({ text, size: 200 }));
  return [String(page.total), ...page.hits.map(({ hit }) => hit.post.id)];
}

const before: Record<string, string[]> = {};
const queries = ['harbour', '"river number"', 'حديقة', 'number -river'];

describe('vigil backup and restore', () => {
  test('saves beside a program that runs, whole, and for its owner alone', async () => {
    const program = await openDatabase(
      { dataDir: data, databaseUrl: null, poolSize: 4, statementTimeoutMs: 30_000 },
      telemetry,
    );
    try {
      for (const text of queries) before[text] = await searched(program, text);
      const { code, out, err } = await run('backup', '--from', data, '--to', saved, '--verify');
      expect({ code, err }).toMatchObject({ code: 0 });
      expect(JSON.parse(out)).toMatchObject({ hits: HITS, evidence: NEEDED, verified: true });
      expect(await runningServer(data)).not.toBeNull();
    } finally {
      await program.close();
    }
    expect((await stat(saved)).mode & 0o077).toBe(0);
    for (const file of ['manifest.json', 'erased-marks', join('tables', 'hit.copy.zst')])
      expect((await stat(join(saved, file))).mode & 0o077).toBe(0);
    expect(await readdir(join(saved, 'tables'))).not.toContain('auth_session.copy.zst');
    expect(await run('backup', '--from', data, '--to', saved)).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not empty. Name a new folder'),
    });
  }, 120_000);

  test('a damaged back-up is told, and not restored', async () => {
    const file = join(saved, 'tables', 'source.copy.zst');
    const whole = await readFile(file);
    await writeFile(file, whole.subarray(0, whole.length - 9));
    expect(await run('restore', '--from', saved, '--verify')).toMatchObject({
      code: 1,
      err: expect.stringContaining('table source: its rows are not those that were saved'),
    });
    expect(await run('restore', '--from', saved)).toMatchObject({
      code: 1,
      err: expect.stringContaining('damaged, and nothing was changed'),
    });
    expect(await server.database.query('SELECT 1 FROM source')).toEqual([]);
    await writeFile(file, whole);
    expect(await run('restore', '--from', saved, '--verify')).toMatchObject({ code: 0 });
  }, 60_000);

  test('restored into an empty server: the same searches, audit chain, positions, and the erased stay out', async () => {
    const { code, err } = await run('restore', '--from', saved);
    expect({ code, err }).toMatchObject({ code: 0, err: expect.stringContaining('restored and checked') });
    const { database } = server;
    for (const text of queries) expect(await searched(database, text)).toEqual(before[text]);
    expect(await new PostgresAuditLog(database, new SystemClock()).firstBroken()).toBeNull();
    expect(await database.query('SELECT count(*)::int AS n FROM audit_entry')).toEqual([{ n: 25 }]);
    expect(await database.query('SELECT count(*)::int AS n FROM seen_post')).toEqual([{ n: 5_000 }]);
    expect(await database.query('SELECT next FROM alerts_offset')).toEqual(
      Array(3).fill({ next: String(READ.alerts) }),
    );
    await new PostgresHitIndex(database).put([filled.erased]);
    expect(await searched(database, String(HITS))).toEqual(['0']);
    const store = new FolderEvidenceStore(join(folder, 'server', 'evidence'));
    for (const key of filled.evidence.slice(0, NEEDED)) expect(await store.get(key)).not.toBeNull();
  }, 120_000);

  test('nothing is restored over an installation, nor beside a program that runs', async () => {
    expect(await run('restore', '--from', saved)).toMatchObject({
      code: 1,
      err: expect.stringContaining('the installation is not empty'),
    });
    const running = new PgDatabase({
      connectionString: server.database.connectionString,
      poolSize: 2,
      statementTimeoutMs: 1_000,
      log: SILENT,
    });
    await running.query('SELECT 1');
    expect(await run('restore', '--from', saved)).toMatchObject({
      code: 1,
      err: expect.stringContaining('Vigil is running on this database'),
    });
    await running.close();
  }, 60_000);
});

const lacking = MISSING_ENGINES.join(', ');
(lacking === '' ? describe : describe.skip)(
  `a laptop's back-up restored as a cluster${lacking ? ` (no ${lacking})` : ''}`,
  () => {
    let cluster: TestDatabase;
    let variables: Record<string, string>;
    beforeAll(async () => {
      cluster = await createTestDatabase();
      variables = clusterVariables(
        `restored-${randomBytes(5).toString('hex')}`,
        cluster.database.connectionString,
        join(folder, 'cluster'),
      );
    }, 60_000);
    afterAll(async () => {
      await clearCluster(variables);
      await cluster.drop();
    });

    test('answers the same searches, has its evidence, and what was not read waits in Kafka', async () => {
      const { code, err } = await runWith(variables, ['restore', '--from', saved]);
      expect({ code, err }).toMatchObject({
        code: 0,
        err: expect.stringContaining('restored and checked'),
      });
      const settings = readSettings(variables);
      const index = await openHitIndex(settings, cluster.database, telemetry);
      const store = await openEvidence(settings, telemetry);
      const bus = await KafkaBus.open(telemetry, kafkaOptions(settings));
      try {
        for (const text of queries) expect(await found(index, text)).toEqual(before[text]);
        await index.put([filled.erased]);
        expect(await found(index, String(HITS))).toEqual(['0']);
        for (const key of filled.evidence.slice(0, NEEDED)) expect(await store.get(key)).not.toBeNull();
        const waiting = await bus.lag(POSTS, 'classifier');
        expect(waiting.reduce((sum, { behind }) => sum + behind, 0)).toBe(MESSAGES - 3 * READ.classifier);
      } finally {
        await bus.close();
        await store.close();
        await index.close();
      }
      expect(await cluster.database.query('SELECT 1 FROM bus_log')).toEqual([]);
    }, 120_000);
  },
);
