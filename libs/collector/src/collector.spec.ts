import { appendFile, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, withTestDatabase } from '@vigil/testing';
import {
  aDraft,
  serve,
  startCollector,
  type LoopbackServer,
  type RunningCollector,
} from './testing/harness.js';

const line = (text: string, more: object = {}) => `${JSON.stringify({ text, ...more })}\n`;

describe('collecting imports', () => {
  const { db } = withTestDatabase();
  let running: RunningCollector;
  const servers: LoopbackServer[] = [];

  beforeEach(async () => {
    await db().query('DELETE FROM source');
    running = await startCollector(db());
    running.published.length = 0;
  });
  afterEach(async () => {
    await running.stop();
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });

  const texts = (id: string) =>
    running.published.filter((event) => event.post.sourceId === id).map((event) => event.post.text);
  const health = async (id: string) => (await running.sources.get(id)).health;
  const create = (id: string, locator: object, more: object = {}) =>
    running.sources.create([aDraft(id, { kind: 'import', ...locator }, { ...more })], 'tester');

  it('reads a file once, sets bad lines aside with their place, and ends', async () => {
    await writeFile(
      join(running.dir, 'once.ndjson'),
      `${line('one', { id: 1 })}nonsense\n${line('two', { platform: 'telegram', id: 7 })}{"text":5}\n{"text":"three"}`,
    );
    await create('once', { from: { file: 'once.ndjson' } });
    await eventually(() => texts('once').length === 3);
    await eventually(
      async () => (await health('once')).state === 'ok' && (await health('once')).nextPollAt === null,
    );
    const events = running.published.filter((event) => event.post.sourceId === 'once');
    expect(events.map((event) => event.post.id)).toEqual([
      'import:once/1',
      'telegram:7',
      expect.stringMatching(/^import:[0-9a-f]{40}$/),
    ]);
    expect(events[0]).toMatchObject({
      type: 'observed',
      region: 'sahel',
      post: { revision: 0, channel: 'once', demo: false },
    });
    const { problems, total } = await eventually(async () => {
      const found = await running.sources.problems('once');
      return found.total === 2 ? found : null;
    });
    expect(total).toBe(2);
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(
      /line 4, byte \d+: text: .*\n.*line 2, byte 22: not JSON/,
    );
    expect((await health('once')).postsCollected).toBe(3);
  });

  it('follows a growing file: half a line waits, a replaced or shrunken file is read anew and reported', async () => {
    const file = join(running.dir, 'grow.ndjson');
    await writeFile(file, line('one'));
    await create('grow', { from: { file: 'grow.ndjson' }, mode: 'follow' });
    await eventually(() => texts('grow').length === 1);
    await appendFile(file, '{"text":"tw');
    await appendFile(file, `o"}\n${line('three')}`);
    await eventually(() => texts('grow').length === 3);
    await rename(file, join(running.dir, 'grow.old'));
    await writeFile(file, line('four'));
    await eventually(() => texts('grow').length === 4);
    await writeFile(file, '');
    await eventually(async () => (await running.sources.problems('grow')).total === 2);
    await appendFile(file, line('five'));
    await eventually(() => texts('grow').length === 5);
    expect(texts('grow')).toEqual(['one', 'two', 'three', 'four', 'five']);
  });

  it('goes on at its offset after a restart', async () => {
    const file = join(running.dir, 'again.ndjson');
    await writeFile(file, line('one') + line('two'));
    await create('again', { from: { file }, mode: 'follow' });
    await eventually(async () => (await health('again')).postsCollected === 2);
    const { dir, published } = running;
    await running.collector.beforeApplicationShutdown();
    await appendFile(file, line('three'));
    const next = await startCollector(db(), { dir });
    await eventually(async () => (await next.sources.get('again')).health.postsCollected === 3);
    await next.stop();
    await eventually(() => published.length + next.published.length >= 3);
    expect([...published, ...next.published].map((event) => event.post.text).sort()).toEqual([
      'one',
      'three',
      'two',
    ]);
  });

  it('reads no file outside the import folder, not even through a link', async () => {
    await symlink('/etc/hostname', join(running.dir, 'link.ndjson'));
    await create('outside', { from: { file: '/etc/hostname' } });
    await create('linked', { from: { file: 'link.ndjson' } });
    await create('climbing', { from: { file: '../../etc/hostname' } });
    for (const id of ['outside', 'linked', 'climbing']) {
      const failed = await eventually(async () =>
        (await health(id)).state === 'failing' ? health(id) : null,
      );
      expect(failed.lastError).toMatch(/outside the import folder|no such file/);
    }
    expect(running.published).toEqual([]);
  });

  it('follows a held HTTP stream and resumes where it broke, whether the server knows ranges or not', async () => {
    for (const ranges of [true, false]) {
      const lines = Array.from({ length: 6 }, (_, at) => line(`${ranges} ${at}`));
      const offsets: (string | undefined)[] = [];
      let released = 3;
      const server = await serve((request, response) => {
        const { range } = request.headers;
        offsets.push(range);
        const whole = Buffer.from(lines.slice(0, released).join(''));
        const from = ranges ? Number(/^bytes=(\d+)-$/.exec(range ?? 'bytes=0-')?.[1]) : 0;
        released = 6;
        if (ranges && from > 0) response.writeHead(206, { 'content-range': `bytes ${from}-/*` });
        response.write(whole.subarray(from, whole.length - 4));
        if (offsets.length === 1)
          setImmediate(() => request.socket.destroy()); // in the middle of a line
        else response.write(whole.subarray(whole.length - 4));
      });
      servers.push(server);
      const id = ranges ? 'ranges' : 'whole';
      await create(id, { from: server.url, mode: 'follow' }, { schedule: { everySeconds: 10 } });
      await eventually(() => texts(id).length === 6, { timeoutMs: 20_000 });
      expect(texts(id)).toEqual(lines.map((one) => (JSON.parse(one) as { text: string }).text));
      if (ranges) expect(offsets[1]).toMatch(/^bytes=\d+-$/);
    }
  }, 40_000);

  it('takes 416 for nothing new, and reads a shrunken stream anew', async () => {
    let body = line('one') + line('two');
    const server = await serve((request, response) => {
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? 'bytes=0-')?.[1]);
      const bytes = Buffer.from(body);
      if (from >= bytes.length) response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
      else
        response
          .writeHead(
            from > 0 ? 206 : 200,
            from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {},
          )
          .end(bytes.subarray(from));
    });
    servers.push(server);
    await create('sized', { from: server.url, mode: 'follow' });
    await eventually(() => texts('sized').length === 2);
    body += line('three');
    await eventually(() => texts('sized').length === 3);
    body = line('four');
    await eventually(() => texts('sized').length === 4);
    expect(texts('sized')).toEqual(['one', 'two', 'three', 'four']);
    await eventually(async () =>
      expect((await running.sources.problems('sized')).problems[0]?.message).toContain('shrank'),
    );
  });

  it('replays lines at their spacing, faster', async () => {
    const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds)).toISOString();
    await writeFile(
      join(running.dir, 'replay.ndjson'),
      line('one', { publishedAt: at(0) }) +
        line('two', { publishedAt: at(60) }) +
        line('three', { publishedAt: at(120) }),
    );
    const begun = Date.now();
    await create('replayed', { from: { file: 'replay.ndjson' }, mode: 'replay', speed: 200 });
    await eventually(() => texts('replayed').length === 3);
    expect(Date.now() - begun).toBeGreaterThanOrEqual(550);
    await eventually(async () => (await health('replayed')).nextPollAt === null);
  });

  it('stops by itself when the approval ends, and when it is paused; begins again when resumed', async () => {
    const file = join(running.dir, 'stops.ndjson');
    await writeFile(file, line('one'));
    await create('stops', { from: { file }, mode: 'follow' });
    await eventually(() => texts('stops').length === 1);
    await running.sources.patch('stops', { paused: true }, 'tester');
    expect((await health('stops')).state).toBe('paused');
    await eventually(
      async () =>
        (await db().query('SELECT 1 FROM source_progress WHERE lease_owner IS NOT NULL')).length === 0,
    );
    await appendFile(file, line('two'));
    await running.sources.patch('stops', { paused: false }, 'tester');
    await eventually(() => texts('stops').length === 2);
    await running.sources.patch(
      'stops',
      {
        justification: {
          reason: 'only for this moment',
          approvedBy: 'tester',
          until: new Date(Date.now() + 300).toISOString(),
        },
      },
      'tester',
    );
    await eventually(async () => (await health('stops')).state === 'expired');
    await eventually(
      async () =>
        (await db().query('SELECT 1 FROM source_progress WHERE lease_owner IS NOT NULL')).length === 0,
    );
    await appendFile(file, line('three'));
    expect(texts('stops')).toEqual(['one', 'two']);
  });

  it('says what is wrong with a cursor that cannot be read, and changes nothing', async () => {
    await writeFile(join(running.dir, 'cursor.ndjson'), line('one'));
    await create('cursor', { from: { file: 'cursor.ndjson' }, mode: 'follow' }, { paused: true });
    await db().query(`UPDATE source_progress SET cursor = '{"offset": -3}' WHERE source_id = 'cursor'`);
    await running.sources.patch('cursor', { paused: false }, 'tester');
    const failed = await eventually(async () =>
      (await health('cursor')).state === 'failing' ? health('cursor') : null,
    );
    expect(failed.lastError).toMatch(/cursor of source cursor: offset: /);
    expect(await db().query(`SELECT cursor FROM source_progress WHERE source_id = 'cursor'`)).toEqual([
      { cursor: { offset: -3 } },
    ]);
  });
});
