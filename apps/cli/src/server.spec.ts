import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { runCli } from './program.js';

const STANDALONE = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));
const built = existsSync(STANDALONE);

/** The commands that need a server, on the real one. `npm test` builds it first. */
(built ? describe : describe.skip)(
  `against a running server${built ? '' : ' (the program is not built: npm run build)'}`,
  () => {
    let folder: string;
    let url: string;
    let server: ChildProcess;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'vigil-cli-server-'));
      const port = await freePort();
      url = `http://127.0.0.1:${port}`;
      server = spawn(process.execPath, [STANDALONE], {
        env: {
          ...process.env,
          VIGIL_DATA_DIR: folder,
          VIGIL_PORT: String(port),
          VIGIL_DEMO: '0',
          VIGIL_LOG_LEVEL: 'error',
        },
        stdio: 'ignore',
      });
      await eventually(async () => (await fetch(`${url}/readyz`)).ok, 120_000);
    }, 130_000);

    afterAll(async () => {
      const gone = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await gone;
      await rm(folder, { recursive: true, force: true });
    }, 60_000);

    async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
      let out = '';
      let err = '';
      const code = await runCli([...args, '--url', url], {
        env: { VIGIL_DATA_DIR: folder },
        stdin: Readable.from([]),
        out: async (text) => void (out += text),
        err: (text) => void (err += text),
        signal: new AbortController().signal,
        interactive: false,
      });
      return { code, out, err };
    }

    test('watches a source, imports an archive and finds its hits', async () => {
      const source = join(folder, 'source.yaml');
      await writeFile(
        source,
        'id: archive\nname: Archive\nlocator: { kind: import }\njustification: { reason: a source of this test, approvedBy: tests, until: 2099-01-01T00:00:00Z }\n',
      );
      expect(await run('sources', 'add', source)).toMatchObject({ code: 0, out: 'archive\n' });
      expect(await run('sources', 'add', source)).toMatchObject({
        code: 1,
        err: expect.stringContaining('archive'),
      });
      expect((await run('sources', 'list')).out).toMatch(/^ID .*\narchive +import/);

      const archive = join(folder, 'archive.ndjson');
      const posts = [
        { id: 1, text: 'a neutral post' },
        { id: 2, text: 'باقية وتتمدد ☝️' },
        { nothing: true },
      ];
      await writeFile(archive, posts.map((post) => JSON.stringify(post)).join('\n'));
      const imported = await run('import', archive);
      expect(imported).toMatchObject({ code: 1, err: expect.stringContaining('line 3') });
      expect(JSON.parse(imported.out)).toMatchObject({ source: 'archive', published: 2, refused: 1 });

      await eventually(async () => (await run('search', 'باقية', '--json')).out !== '', 30_000);
      const found = await run('search', '"باقية وتتمدد"');
      expect(found.out).toContain('[باقية وتتمدد]');
      expect(found.err).toBe('vigil: 1 found\n');
      expect(await run('search', '"never closed')).toMatchObject({
        code: 2,
        err: expect.stringContaining('position 1'),
      });

      const reindexed = await run('reindex');
      expect(reindexed).toMatchObject({ code: 0, err: 'vigil: 1 hits go into the index again\n' });
      expect(JSON.parse(reindexed.out)).toEqual({ state: 'done', hits: 1, setAside: 0 });
      expect(JSON.parse((await run('reindex', '--to', '2000-01-01')).out)).toMatchObject({ hits: 0 });
      expect(await run('reindex', '--from', 'yesterday')).toMatchObject({ code: 2 });
      expect(await run('reindex', '--replay')).toMatchObject({
        code: 0,
        err: expect.stringContaining('0 hits'),
      });
      expect(await run('reindex', '--stop')).toMatchObject({ err: 'vigil: none is under way\n' });

      expect(await run('sources', 'pause', 'archive')).toMatchObject({ code: 0 });
      expect(await run('import', archive, '--source', 'archive')).toMatchObject({
        code: 1,
        err: expect.stringContaining('paused'),
      });
      expect(await run('sources', 'resume', 'archive')).toMatchObject({ code: 0 });
      expect(await run('sources', 'remove', 'archive')).toMatchObject({ code: 0 });
      expect(await run('sources', 'remove', 'archive')).toMatchObject({ code: 1 });
    }, 120_000);

    test('holds a hit against erasure, lets it go, and erases it for good', async () => {
      const [line = ''] = (await run('search', 'باقية', '--json')).out.split('\n');
      const { post } = (JSON.parse(line) as { hit: { post: { id: string } } }).hit;
      const placed = await run('holds', 'place', 'post', post.id, '--reason', 'case 7');
      expect(placed).toMatchObject({ code: 0, err: 'vigil: 1 hits are held\n' });
      expect(await run('erase', post.id, '--reason', 'request 1')).toMatchObject({
        code: 1,
        err: expect.stringContaining('hold'),
      });
      const listed = await run('holds', 'list');
      expect(listed.out).toMatch(new RegExp(`${placed.out.trim()} +post +1 .* stands .*case 7`));
      expect(listed.err).toMatch(/hits are kept for \d+ days; /);
      expect(await run('holds', 'release', placed.out.trim())).toMatchObject({
        code: 0,
        err: expect.stringContaining('is held no longer'),
      });
      expect(await run('erase', post.id, '--reason', 'request 1')).toMatchObject({
        code: 0,
        err: 'vigil: erased, 1 of 1 were hits\n',
      });
      await eventually(async () => (await run('search', 'باقية', '--json')).out === '', 30_000);
    }, 60_000);

    test('imports known texts, and finds and groups their copies', async () => {
      const statement =
        'from this spring on every orchard between the river and the old mill stands under our care and none may prune it';
      const item = { label: 'Orchards', text: statement, severity: 'high', indicator: 'allegiance' };
      const bank = join(folder, 'bank.ndjson');
      await writeFile(bank, `${JSON.stringify(item)}\n\n${JSON.stringify({ ...item, severity: 'x' })}`);
      expect(await run('banks', 'import', bank)).toMatchObject({
        code: 2,
        err: expect.stringContaining('bank.ndjson, line 3: severity'),
      });
      await writeFile(bank, `${JSON.stringify(item)}\n`);
      expect(await run('banks', 'import', bank)).toMatchObject({ code: 0, out: '{"added":1,"known":0}\n' });
      expect((await run('banks', 'import', bank)).out).toBe('{"added":0,"known":1}\n');
      expect((await run('banks', 'list')).out).toMatch(/^ID .*\n[0-9a-f-]{36} +Orchards +und +22 +high/);

      const source = join(folder, 'copies.yaml');
      await writeFile(
        source,
        'id: copies\nname: Copies\nlocator: { kind: import }\njustification: { reason: a source of this test, approvedBy: tests, until: 2099-01-01T00:00:00Z }\n',
      );
      expect(await run('sources', 'add', source)).toMatchObject({ code: 0 });
      const archive = join(folder, 'copies.ndjson');
      const copies = async (round: number) => {
        const posts = [
          { id: `a${round}`, text: statement.toUpperCase() },
          { id: `b${round}`, text: statement.replace('spring', 'summer') },
        ];
        await writeFile(archive, posts.map((post) => JSON.stringify(post)).join('\n'));
        expect(await run('import', archive, '--source', 'copies')).toMatchObject({ code: 0 });
        const found = await run('search', '"stands under our care"', '--json');
        return found.out
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));
      };
      // The classifier has the item within 5 s; what came before is not looked at again.
      let round = 0;
      await eventually(async () => (await copies(++round)).length >= 2, 60_000);
      const [hit, other] = (await copies(round)).map((line) => (line.hit ?? line).verdict);
      expect(hit.reuse).toMatchObject({ label: 'Orchards' });
      expect(hit.matches[0]).toMatchObject({ kind: 'text-bank', title: 'Orchards' });
      expect(hit.cluster.id).toBe(other.cluster.id);
    }, 120_000);

    test('lists packs and alerts, tells how the server is, and refuses what is not there', async () => {
      expect((await run('packs', 'list')).out).toContain('isis-messaging');
      expect(await run('alerts', 'list')).toMatchObject({
        code: 0,
        err: expect.stringMatching(/^vigil: \d+ alerts\n$/),
      });
      for (const command of [['show'], ['claim'], ['undo']]) {
        expect(await run('alerts', ...command, 'no-such-alert')).toMatchObject({ code: 1 });
      }
      expect(await run('alerts', 'decide', 'x', 'maybe')).toMatchObject({ code: 2 });
      const status = await run('status');
      expect(status).toMatchObject({ code: 0, out: expect.stringContaining('posts → classifier') });
      const link = await run('sign-in');
      expect(link.out).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/sign-in#token=\S+\n$/);
    }, 60_000);

    test('tries a pack on the posts of the server', async () => {
      const pack = fileURLToPath(new URL('../../../packs/isis-messaging', import.meta.url));
      const tried = await run('rules', 'backtest', pack, '--json');
      expect(tried).toMatchObject({ code: 0, err: expect.stringContaining('trying posts') });
      expect(JSON.parse(tried.out)).toMatchObject({
        pack: 'isis-messaging',
        result: { total: { added: 0, dropped: 0 } },
        examples: [],
      });
    }, 180_000);

    test('publishes a pack, and says when the same is in force', async () => {
      const pack = fileURLToPath(new URL('../../../packs/isis-messaging', import.meta.url));
      expect(await run('packs', 'publish', pack, '--dry-run')).toMatchObject({
        code: 0,
        err: expect.stringContaining('nothing was published'),
      });
      expect(await run('packs', 'publish', pack)).toMatchObject({
        code: 0,
        err: expect.stringMatching(/in force already|published as version/),
      });
    }, 60_000);

    test('exports a pack signed, and takes it back only as it was signed', async () => {
      const exported = await run('packs', 'export', 'isis-messaging');
      expect(exported).toMatchObject({
        code: 0,
        err: expect.stringMatching(/signed with the key [0-9a-f]{16}; who imports it needs VIGIL_PACK_KEYS=/),
      });
      const file = join(folder, 'pack.json');
      await writeFile(file, exported.out);
      expect(await run('packs', 'import', file)).toMatchObject({
        code: 0,
        err: expect.stringContaining('in force already'),
      });
      await writeFile(file, exported.out.replace('"version": ', '"version": 9'));
      expect(await run('packs', 'import', file)).toMatchObject({
        code: 1,
        err: expect.stringMatching(/signature of the key [0-9a-f]{16} does not fit/),
      });
    }, 60_000);
  },
);

async function eventually(is: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await is().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
