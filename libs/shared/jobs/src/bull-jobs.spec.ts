import { VigilError } from '@vigil/contracts';
import { EmbeddedPostgres, PgDatabase, SILENT } from '@vigil/database';
import { eventually, recordingTelemetry, withTemporaryFolder, withTestDatabase } from '@vigil/testing';
import { BullJobs } from './bull-jobs.js';

describe('BullJobs', () => {
  const { db } = withTestDatabase();
  const { telemetry, events } = recordingTelemetry();
  let jobs: BullJobs;

  beforeAll(async () => {
    jobs = await BullJobs.open(db(), telemetry);
  });
  afterAll(() => jobs.close());

  test('a job reaches its handler with its data', async () => {
    const seen: unknown[] = [];
    jobs.worker<{ post: string }>('plain', async (job) => void seen.push(job.data.post));
    await jobs.queue<{ post: string }>('plain').add('look', { post: 'rss:1' });
    await eventually(() => expect(seen).toEqual(['rss:1']));
  });

  test('a delayed job waits for its time', async () => {
    const seen: number[] = [];
    jobs.worker('later', async () => void seen.push(Date.now()));
    const addedAt = Date.now();
    await jobs.queue('later').add('look', {}, { delay: 400 });
    await eventually(() => expect(seen).toHaveLength(1));
    expect(seen[0]! - addedAt).toBeGreaterThanOrEqual(390);
  });

  test('a job that fails is tried again', async () => {
    let runs = 0;
    jobs.worker('shaky', async () => {
      runs += 1;
      if (runs < 3) throw new Error('not yet');
    });
    await jobs.queue('shaky').add('look', {}, { backoff: { type: 'fixed', delay: 20 } });
    await eventually(() => expect(runs).toBe(3));
  });

  test('a job that no retry can mend fails once, is logged and counted', async () => {
    let runs = 0;
    jobs.worker('hopeless', async () => {
      runs += 1;
      throw new VigilError('bad-input', 'the address is no address');
    });
    await jobs.queue('hopeless').add('look', {});
    await eventually(() => events.find((e) => e.queue === 'hopeless' && e.level === 'error') ?? null);
    expect(runs).toBe(1);
    expect(await telemetry.metrics.metrics()).toMatch(
      /vigil_jobs_total\{queue="hopeless",outcome="failed"[^}]*\} 1/,
    );
  });

  test('a scheduler ticks, and is one however often it is set', async () => {
    let ticks = 0;
    jobs.worker('ticks', async () => void (ticks += 1));
    const queue = jobs.queue('ticks');
    for (let i = 0; i < 3; i += 1)
      await queue.upsertJobScheduler('source-1', { every: 200 }, { name: 'poll', data: {} });
    await eventually(() => expect(ticks).toBeGreaterThanOrEqual(3));
    expect(await queue.getJobSchedulers()).toHaveLength(1);
    expect(await queue.removeJobScheduler('source-1')).toBe(true);
  });

  test('a second handler of the same jobs is refused, by name', () => {
    jobs.worker('single', async () => undefined);
    expect(() => jobs.worker('single', async () => undefined)).toThrow(/single have a worker already/);
  });

  test('a worker closed lets its successor in', async () => {
    const first = jobs.worker('handed-over', async () => undefined);
    await first.close();
    let runs = 0;
    jobs.worker('handed-over', async () => void (runs += 1));
    await jobs.queue('handed-over').add('look', {});
    await eventually(() => expect(runs).toBe(1));
  });

  test('keeps a bounded number of jobs that are done', async () => {
    let runs = 0;
    jobs.worker('many', async () => void (runs += 1), { concurrency: 8 });
    const queue = jobs.queue('many');
    await queue.addBulk(Array.from({ length: 300 }, () => ({ name: 'look', data: {} })));
    await eventually(() => expect(runs).toBe(300), { timeoutMs: 30_000 });
    // Jobs that end at the same moment do not see each other's end: as many as run at once may stay in addition.
    await eventually(async () =>
      expect((await queue.getJobCounts('completed')).completed).toBeLessThanOrEqual(200 + 8),
    );
  });

  test('takes few connections for all of them', async () => {
    const [row] = await db().query<{ count: string }>(
      `select count(*) from pg_stat_activity where datname = current_database() and application_name <> 'vigil test'`,
    );
    expect(Number(row?.count)).toBeLessThanOrEqual(3 + 8);
  });
});

describe('when PostgreSQL is killed and comes back', () => {
  const { folder } = withTemporaryFolder();

  test('waiting jobs, delayed jobs and schedulers go on', async () => {
    const engine = await EmbeddedPostgres.start({ dataDir: folder() });
    const database = new PgDatabase({
      connectionString: engine.connectionString,
      poolSize: 2,
      statementTimeoutMs: 5_000,
      log: SILENT,
    });
    const { telemetry } = recordingTelemetry();
    const jobs = await BullJobs.open(database, telemetry);
    try {
      const seen = new Set<string>();
      let ticks = 0;
      jobs.worker<{ n: string }>('work', async (job) => void seen.add(job.data.n));
      jobs.worker('ticks', async () => void (ticks += 1));
      await jobs.queue('ticks').upsertJobScheduler('poll', { every: 300 });
      await jobs.queue<{ n: string }>('work').add('look', { n: 'before' });
      await jobs.queue<{ n: string }>('work').add('look', { n: 'delayed' }, { delay: 1_000 });
      await eventually(() => seen.has('before') && ticks > 0);

      const killed = engine.pid;
      process.kill(killed ?? 0, 'SIGKILL');
      await eventually(() => engine.pid !== null && engine.pid !== killed && engine.failure === null, {
        timeoutMs: 20_000,
      });

      const before = ticks;
      await eventually(() =>
        jobs
          .queue<{ n: string }>('work')
          .add('look', { n: 'after' }, { jobId: 'after' })
          .then(() => true),
      );
      await eventually(() => expect([...seen].sort()).toEqual(['after', 'before', 'delayed']), {
        timeoutMs: 40_000,
      });
      await eventually(() => ticks > before + 1, { timeoutMs: 40_000 });
    } finally {
      await jobs.close();
      await database.close();
      await engine.stop();
    }
  });
});
