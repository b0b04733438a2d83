import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@vigil/testing';
import { type Feeder, startFeeder } from './feeder-process.js';
import { parseLedger } from './ledger.js';
import { makeLoad } from './posts.js';

describe('the feeder', () => {
  const options = {
    seed: 3,
    posts: 200,
    durationMs: 5_000,
    repeatedShare: 0.04,
    editedShare: 0.03,
    mostEdits: 1,
  };
  const plan = makeLoad(options);
  let folder = '';
  let feeder: Feeder;
  let base = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vigil-feeder-'));
    feeder = await startFeeder(options, path.join(folder, 'ledger'));
    base = `http://127.0.0.1:${feeder.port}`;
  });
  afterAll(async () => {
    feeder.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('releases everything on schedule, in feeds and streams that go on where a reader stood, and writes it down', async () => {
    expect((await feeder.ask('state')).released).toBe(0);
    await feeder.ask('start');
    await eventually(async () => (await feeder.ask('state')).released === plan.lines.length, {
      timeoutMs: 15_000,
    });
    const entries = parseLedger(await readFile(path.join(folder, 'ledger'), 'utf8'));
    expect(entries).toHaveLength(plan.lines.length);
    expect(new Set(entries.map((entry) => entry.post)).size).toBe(200);

    const growing = plan.sources.find((source) => source.kind === 'growing-stream')?.id ?? '';
    const whole = await (await fetch(`${base}/${growing}`)).text();
    expect(whole.trimEnd().split('\n')).toHaveLength(
      plan.lines.filter((line) => line.source === growing).length,
    );
    const part = await fetch(`${base}/${growing}`, { headers: { range: 'bytes=100-' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toBe(whole.slice(100));
    const beyond = await fetch(`${base}/${growing}`, {
      headers: { range: `bytes=${Buffer.byteLength(whole)}-` },
    });
    expect([beyond.status, beyond.headers.get('content-range')]).toEqual([
      416,
      `bytes */${Buffer.byteLength(whole)}`,
    ]);

    const feed = await fetch(`${base}/feed-0`);
    const items = (await feed.text()).match(/<item>/g)?.length;
    expect(items).toBe(plan.lines.filter((line) => line.source === 'feed-0').length);
    const again = await fetch(`${base}/feed-0`, {
      headers: { 'if-none-match': feed.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test('asked to finish, it leaves out what is not released yet', async () => {
    const cut = await startFeeder({ ...options, durationMs: 3_600_000 }, path.join(folder, 'cut'));
    try {
      await cut.ask('start');
      const { released, lines } = await cut.ask('finish');
      expect(lines).toBe(released);
      expect(lines).toBeLessThan(plan.lines.length);
    } finally {
      cut.stop();
    }
  });
});
