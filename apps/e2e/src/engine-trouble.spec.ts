import { rm } from 'node:fs/promises';
import {
  createTestDatabase,
  eventually,
  temporaryFolder,
  type TestDatabase,
  type Way,
  wayTo,
} from '@vigil/testing';
import { clusterEnv } from './cluster-env.js';
import { type Service, startService } from './service.js';

/** An engine that is reached by a way that can be cut. */
interface Reached {
  /** Name of its readiness check. */
  readonly check: string;
  readonly way: Way;
  /** Of its settings. */
  readonly env: Record<string, string>;
}

/** Part of every password that the settings hold here. */
const SECRET = 'hunter2';

const cluster = clusterEnv() ?? {};
const given: [check: string, variable: string][] = [
  ['database', 'VIGIL_DATABASE_URL'],
  ...(
    [
      ['elasticsearch', 'VIGIL_ELASTICSEARCH_URL'],
      ['redis', 'VIGIL_REDIS_URL'],
      ['evidence', 'VIGIL_S3_ENDPOINT'],
    ] as [string, string][]
  ).filter(([, variable]) => variable in cluster),
];

describe('a service whose engines go away while it runs', () => {
  const reached = new Map<string, Reached>();
  let postgres: TestDatabase;
  let dataDir = '';
  let service: Service;

  beforeAll(async () => {
    [postgres, dataDir] = await Promise.all([createTestDatabase(), temporaryFolder()]);
    for (const [check, variable] of given) reached.set(check, await reach(check, variable));
    const { VIGIL_KAFKA_BROKERS: _, ...others } = cluster;
    service = await startService('alerts', {
      ...others,
      ...Object.assign({}, ...[...reached.values()].map(({ env }) => env)),
      VIGIL_DATA_DIR: dataDir,
      VIGIL_DATABASE_POOL: '4',
    });
  }, 120_000);
  afterAll(async () => {
    await service?.stop();
    for (const { way } of reached.values()) await way.cut();
    await postgres?.drop();
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  async function reach(check: string, variable: string): Promise<Reached> {
    const url = new URL(
      check === 'database' ? postgres.database.connectionString : (cluster[variable] ?? ''),
    );
    const socket = url.searchParams.get('host');
    const way = await wayTo(
      socket === null
        ? { host: url.hostname, port: Number(url.port) }
        : { path: `${socket}/.s.PGSQL.${url.port}` },
    );
    url.searchParams.delete('host');
    url.host = way.host;
    if (check === 'database') url.password = SECRET;
    return { check, way, env: { [variable]: url.href } };
  }

  const upOf = (check: string) => service.metric('vigil_check_up', `check="${check}"`);

  test.each(given)(
    '%s: says so, stays alive, and goes on when it is back',
    async (check) => {
      await eventually(async () => expect((await service.readiness()).status).toBe(200), {
        timeoutMs: 20_000,
      });
      expect(await upOf(check)).toBe(1);
      const { way } = reached.get(check) ?? { way: null };

      await way?.cut();
      const problem = await eventually(async () => {
        const { status, checks } = await service.readiness();
        return status === 503 && checks.get(check);
      });
      expect(problem).toContain(way?.host);
      expect(problem).toMatch(/^(PostgreSQL|Elasticsearch|Redis|The evidence store) .*[:.]/);
      expect(problem).not.toMatch(/\n/);
      expect(await upOf(check)).toBe(0);
      expect((await service.get('/healthz')).status).toBe(200);
      expect(service.isRunning()).toBe(true);

      await way?.mend();
      await eventually(async () => expect((await service.readiness()).status).toBe(200), {
        timeoutMs: 30_000,
      });
      expect(await upOf(check)).toBe(1);
      expect(service.isRunning()).toBe(true);
      expect(service.output()).not.toContain(SECRET);
    },
    60_000,
  );

  test('a database that takes no changes any more is no database to work on', async () => {
    const { database } = postgres;
    const [row] = await database.query<{ name: string }>('select current_database() as name');
    const readOnly = async (setting: 'on' | 'off') => {
      await database.transaction(async (tx) => {
        await tx.query('set transaction read write');
        await tx.query(`alter database ${row?.name} set default_transaction_read_only = ${setting}`);
      });
      // Sessions that are open keep what they had.
      await database.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name in ('vigil', 'vigil jobs', 'vigil listen')`,
      );
    };
    await readOnly('on');
    await eventually(
      async () =>
        expect((await service.readiness()).checks.get('database')).toMatch(/lets nothing be changed/),
      { timeoutMs: 30_000 },
    );
    expect(service.isRunning()).toBe(true);
    await readOnly('off');
    await eventually(async () => expect((await service.readiness()).status).toBe(200), { timeoutMs: 30_000 });
  }, 90_000);
});
