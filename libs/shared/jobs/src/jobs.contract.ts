import { VigilError } from '@vigil/contracts';
import { eventually, recordingTelemetry } from '@vigil/testing';
import type { BullJobs } from './bull-jobs.js';

type Recorded = ReturnType<typeof recordingTelemetry>;

/** What BullJobs do on every backend. `open` gives them with queues of their own, once for all tests. */
export function jobsContract(
  name: string,
  open: (telemetry: Recorded['telemetry']) => Promise<BullJobs>,
): void {
  describe(`${name}: the contract of jobs`, () => {
    const { telemetry, events } = recordingTelemetry();
    let jobs: BullJobs;

    beforeAll(async () => {
      jobs = await open(telemetry);
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
  });
}

/** Takes the backend of jobs away, and back. */
export interface Outage {
  readonly jobs: BullJobs;
  /** Resolves when the backend is back. */
  away(): Promise<void>;
  close(): Promise<void>;
}

/** What BullJobs do when their backend goes away with all that is in it kept. */
export function outageContract(name: string, open: () => Promise<Outage>): void {
  describe(`${name}: when it goes away and comes back`, () => {
    test('waiting jobs, delayed jobs and schedulers go on', async () => {
      const { jobs, away, close } = await open();
      try {
        const seen = new Set<string>();
        let ticks = 0;
        jobs.worker<{ n: string }>('work', async (job) => void seen.add(job.data.n));
        jobs.worker('ticks', async () => void (ticks += 1));
        await jobs.queue('ticks').upsertJobScheduler('poll', { every: 300 });
        await jobs.queue<{ n: string }>('work').add('look', { n: 'before' });
        await jobs.queue<{ n: string }>('work').add('look', { n: 'delayed' }, { delay: 1_000 });
        await eventually(() => seen.has('before') && ticks > 0);

        await away();

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
        await close();
      }
    });
  });
}
