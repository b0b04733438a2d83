import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '@vigil/testing';
import type { FeederState } from './feeder.js';
import { makePlan } from './plan.js';
import { parseLedger } from './run.js';

describe('the feeder', () => {
  const options = { seed: 3, posts: 200, kills: 0, killEveryMs: 1_000 };
  const plan = makePlan(options);
  let folder = '';
  let child: ChildProcess;
  let base = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vigil-feeder-'));
    const hooks = new URL('../../../libs/shared/testing/src/server/source-hooks.mjs', import.meta.url).href;
    const script = fileURLToPath(new URL('feeder.ts', import.meta.url));
    const argument = JSON.stringify({ options, ledger: path.join(folder, 'ledger') });
    child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        '--experimental-transform-types',
        '--import',
        hooks,
        script,
        argument,
      ],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const port = await new Promise((resolve) =>
      child.stdout?.once('data', (text: Buffer) => resolve(text.toString().trim())),
    );
    base = `http://127.0.0.1:${String(port)}`;
  });
  afterAll(async () => {
    child.kill();
    await rm(folder, { recursive: true, force: true });
  });

  const state = async (): Promise<FeederState> => JSON.parse(await (await fetch(`${base}/state`)).text());

  test('releases everything on schedule, in feeds and streams that go on where a reader stood, and writes it down', async () => {
    expect((await state()).released).toBe(0);
    await fetch(`${base}/start`);
    await eventually(async () => (await state()).released === plan.lines.length, { timeoutMs: 15_000 });
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
});
