import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const START_TIMEOUT_MS = 90_000;
const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));

/** One folder for a checkout and a user: all test runs of it share a server. */
function folderOfServer(): string {
  const key = createHash('sha256').update(`${ROOT} ${userInfo().uid}`).digest('hex').slice(0, 10);
  return join(tmpdir(), `vigil-test-${key}`);
}

let known: Promise<string> | null = null;

/**
 * Address of the PostgreSQL of this test run: that of VIGIL_TEST_DATABASE_URL, or an embedded one that all runs of
 * this checkout share. It is started by whoever needs it first and ends by itself a few seconds after its last user
 * has gone, however that went.
 */
export function testServer(): Promise<string> {
  known ??= process.env.VIGIL_TEST_DATABASE_URL
    ? Promise.resolve(process.env.VIGIL_TEST_DATABASE_URL)
    : keptServer();
  return known;
}

async function keptServer(): Promise<string> {
  const folder = folderOfServer();
  const logFile = `${folder}.log`;
  const deadline = Date.now() + START_TIMEOUT_MS;
  let startedAt = 0;
  for (;;) {
    const address = await addressFrom(join(folder, 'keeper.sock'));
    if (address) return address;
    const now = Date.now();
    if (now > deadline) {
      throw new Error(
        `The tests' PostgreSQL does not start: ${await readFile(logFile, 'utf8').catch(() => 'no log')}`,
      );
    }
    // Again after a while: a keeper that was just ending may have been in the way of the first.
    if (now - startedAt > 10_000) {
      startedAt = now;
      await startKeeper(folder, logFile);
    }
    await pause(50);
  }
}

async function startKeeper(folder: string, logFile: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const log = await open(logFile, 'w');
  const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
  const child = spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--conditions=@vigil/source',
      '--import',
      new URL('source-hooks.mjs', import.meta.url).href,
      here('keeper.ts'),
      folder,
    ],
    {
      detached: true,
      stdio: ['ignore', 'ignore', log.fd],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR },
    },
  );
  child.unref();
  await log.close();
}

/**
 * Connects to the keeper and stays connected until this process ends. Null where none listens.
 */
function addressFrom(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    socket.setEncoding('utf8');
    socket.once('error', () => resolve(null));
    socket.once('close', () => resolve(null));
    socket.on('data', (part: string) => {
      text += part;
      if (!text.endsWith('\n')) return;
      socket.unref();
      resolve(text.trim());
    });
  });
}
