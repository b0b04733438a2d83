import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresAuditLog } from '@vigil/auth';
import { SystemClock } from '@vigil/contracts';
import { eventually, withTestDatabase } from '@vigil/testing';
import { Progress } from '../publishing/progress.js';
import { Sources } from '../sources/sources.js';
import { aDraft, serve, startCollector } from '../testing/harness.js';
import { Leases } from './leases.js';

const clock = new SystemClock();

describe('leases', () => {
  const { db } = withTestDatabase();
  const now = () => clock.instant();
  const add = (id: string, more: object = {}) =>
    new Sources(db(), clock, new PostgresAuditLog(db(), clock)).create(
      [aDraft(id, { kind: 'import', from: { file: `${id}.ndjson` }, mode: 'follow' }, { ...more })],
      'tester',
    );
  beforeEach(async () => {
    await db().query('DELETE FROM source');
  });

  it('have one holder; those of a process that no longer beats are free after three seconds', async () => {
    await add('held');
    const [one, other] = [new Leases(db()), new Leases(db())];
    await Promise.all([one.beat(), other.beat()]);
    const both = await Promise.all([one.take(['held'], now(), now()), other.take(['held'], now(), now())]);
    expect(both.flat()).toHaveLength(1);
    const [holder, waiting] = both[0]?.length === 1 ? [one, other] : [other, one];
    expect(await waiting.take(['held'], now(), now())).toEqual([]);
    await db().query(`UPDATE collector_instance SET beat_at = beat_at - interval '4 seconds' WHERE id = $1`, [
      holder.instance,
    ]);
    expect(await waiting.take(['held'], now(), now())).toHaveLength(1);
  });

  it('are not given for sources that are paused, expired or not yet due', async () => {
    await add('paused', { paused: true });
    await add('expired', {
      justification: { reason: 'only for a moment', approvedBy: 'tester', until: '2020-01-01T00:00:00Z' },
    });
    await add('later');
    await db().query(
      `UPDATE source_progress SET next_poll_at = now() + interval '1 hour' WHERE source_id = 'later'`,
    );
    const leases = new Leases(db());
    await leases.beat();
    expect(await leases.take(['paused', 'expired', 'later', 'unknown'], now(), now())).toEqual([]);
  });

  it('fence: who lost a lease moves no cursor and cannot end the next run', async () => {
    await add('fenced');
    const [zombie, next] = [new Leases(db()), new Leases(db())];
    await next.beat();
    const [old] = await zombie.take(['fenced'], now(), now());
    const [taken] = await next.take(['fenced'], now(), now());
    if (old === undefined || taken === undefined) throw new Error('both were free to take');
    const progress = new Progress(db(), now);
    await progress.move({ sourceId: 'fenced', epoch: taken.epoch, cursor: { offset: 10 }, posts: 1 }, 'now');
    await expect(
      progress.move({ sourceId: 'fenced', epoch: old.epoch, cursor: { offset: 5 }, posts: 1 }, 'now'),
    ).rejects.toMatchObject({ code: 'fenced' });
    await zombie.give(old, { nextPollAt: 'infinity', error: 'late', polledAt: now(), success: false });
    expect(
      await db().query(
        `SELECT cursor, last_error, lease_owner, posts_collected FROM source_progress WHERE source_id = 'fenced'`,
      ),
    ).toEqual([
      { cursor: { offset: 10 }, last_error: null, lease_owner: next.instance, posts_collected: '1' },
    ]);
  });

  it('many moves of many sources are few writes, and the last of each stays', async () => {
    for (const id of ['a', 'b', 'c']) await add(id);
    const leases = new Leases(db());
    await leases.beat();
    const taken = await leases.take(['a', 'b', 'c'], now(), now());
    let writes = 0;
    const counting = {
      query: <Row extends Record<string, unknown>>(text: string, values?: readonly unknown[]) => (
        writes++,
        db().query<Row>(text, values)
      ),
      transaction: db().transaction.bind(db()),
    };
    const progress = new Progress(counting, now);
    await Promise.all(
      taken.flatMap((lease) =>
        [1, 2, 3, 4].map((offset) =>
          progress.move(
            { sourceId: lease.sourceId, epoch: lease.epoch, cursor: { offset }, posts: 2 },
            'soon',
          ),
        ),
      ),
    );
    expect(writes).toBe(1);
    expect(await db().query('SELECT DISTINCT cursor, posts_collected FROM source_progress')).toEqual([
      { cursor: { offset: 4 }, posts_collected: '8' },
    ]);
  });
});

describe('a collector that was killed', () => {
  const { db } = withTestDatabase();

  it('is followed by the next within five seconds, from where its cursors stood', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'vigil-killed-'));
    await writeFile(join(dir, 'k.ndjson'), '{"text":"one"}\n');
    const sources = new Sources(db(), clock, new PostgresAuditLog(db(), clock));
    await sources.create(
      [aDraft('killed', { kind: 'import', from: { file: 'k.ndjson' }, mode: 'follow' })],
      'tester',
    );
    // What a kill -9 leaves behind: a lease of a process that has just beaten, and a cursor.
    const dead = new Leases(db());
    await dead.beat();
    const [lease] = await dead.take(['killed'], clock.instant(), clock.instant());
    await new Progress(db(), () => clock.instant()).move(
      {
        sourceId: 'killed',
        epoch: lease?.epoch ?? 0n,
        cursor: { offset: 15, line: 1, mark: null, replay: null },
        posts: 1,
      },
      'now',
    );
    await appendFile(join(dir, 'k.ndjson'), '{"text":"two"}\n');
    const begun = Date.now();
    const next = await startCollector(db(), { dir });
    await eventually(() => next.published.length > 0);
    expect(Date.now() - begun).toBeLessThan(5_000);
    expect(next.published.map((event) => event.post.text)).toEqual(['two']);
    await next.stop();
    await rm(dir, { recursive: true });
  });

  it('loses what was not acknowledged only where the fault switch moves cursors early', async () => {
    for (const commitEarly of [false, true]) {
      const id = commitEarly ? 'early' : 'late';
      let served = 0;
      const server = await serve((_, response) => {
        served++;
        response.end(
          `<rss version="2.0"><channel><item><guid>urn:test:${id}</guid><title>one</title></item></channel></rss>`,
        );
      });
      const first = await startCollector(db(), {
        env: { VIGIL_FAULT_COMMIT_EARLY: commitEarly ? '1' : '0' },
      });
      // A bus that dies before it acknowledges.
      const { funnel } = first.collector;
      const publish = funnel.publish.bind(funnel);
      funnel.publish = () => Promise.reject(new Error('killed'));
      await first.sources.create([aDraft(id, { kind: 'rss', url: server.url })], 'tester');
      await eventually(async () => (await first.sources.get(id)).health.consecutiveFailures > 0);
      funnel.publish = publish;
      await first.sources.makeDue(id);
      await eventually(async () => (await first.sources.get(id)).health.state === 'ok');
      if (!commitEarly) await eventually(() => first.published.length === 1);
      expect(served).toBeGreaterThanOrEqual(2);
      expect(first.published.map((event) => event.post.title)).toEqual(commitEarly ? [] : ['one']);
      await first.stop();
      await server.close();
      await db().query('DELETE FROM source');
    }
  });
});
