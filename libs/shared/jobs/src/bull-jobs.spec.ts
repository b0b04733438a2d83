import { EmbeddedPostgres, PgDatabase, SILENT } from '@vigil/database';
import { eventually, recordingTelemetry, withTemporaryFolder, withTestDatabase } from '@vigil/testing';
import { BullJobs } from './bull-jobs.js';
import { jobsContract, outageContract } from './jobs.contract.js';

describe('BullJobs on PostgreSQL', () => {
  const { db } = withTestDatabase();

  jobsContract('PostgreSQL', (telemetry) => BullJobs.open(db(), telemetry));

  test('take few connections for all of them', async () => {
    const jobs = await BullJobs.open(db(), recordingTelemetry().telemetry);
    const names = ['plain', 'later', 'shaky', 'ticks', 'many'];
    let runs = 0;
    for (const name of names) jobs.worker(name, async () => void (runs += 1));
    for (const name of names) await jobs.queue(name).add('count', {});
    await eventually(() => runs >= names.length);
    const [row] = await db().query<{ count: string }>(
      `select count(*) from pg_stat_activity where datname = current_database() and application_name = 'vigil jobs'`,
    );
    expect(Number(row?.count)).toBeLessThanOrEqual(3 + names.length);
    await jobs.close();
  });
});

describe('BullJobs on PostgreSQL that is killed', () => {
  const { folder } = withTemporaryFolder();

  outageContract('PostgreSQL', async () => {
    const engine = await EmbeddedPostgres.start({ dataDir: folder() });
    const database = new PgDatabase({
      connectionString: engine.connectionString,
      poolSize: 2,
      statementTimeoutMs: 5_000,
      log: SILENT,
    });
    const jobs = await BullJobs.open(database, recordingTelemetry().telemetry);
    return {
      jobs,
      away: async () => {
        const killed = engine.pid;
        process.kill(killed ?? 0, 'SIGKILL');
        await eventually(() => engine.pid !== null && engine.pid !== killed && engine.failure === null, {
          timeoutMs: 20_000,
        });
      },
      close: async () => {
        await jobs.close();
        await database.close();
        await engine.stop();
      },
    };
  });
});
