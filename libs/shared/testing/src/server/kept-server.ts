import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keeperLog, keeperSocket } from './kept-folder.js';

const START_TIMEOUT_MS = 90_000;
/** Keepers that fail one after the other have a reason to, which waiting does not mend. */
const MOST_FAILURES = 5;
const ROOT = fileURLToPath(new URL('../../../../..', import.meta.url));

/** One folder for a checkout and a user: all test runs of it share a server. Short, for the socket in it. */
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
  const given = process.env.VIGIL_TEST_DATABASE_URL;
  known ??= given ? Promise.resolve(given) : keptServer(folderOfServer());
  return known;
}

async function keptServer(folder: string): Promise<string> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  let keeper: ChildProcess | null = null;
  let failures = 0;
  for (;;) {
    const address = await addressFrom(keeperSocket(folder));
    if (address) return address;
    // One that left with 0 met another keeper, just starting or just ending.
    const failed = keeper !== null && keeper.exitCode !== null && keeper.exitCode !== 0;
    if (failed) failures += 1;
    if (failures >= MOST_FAILURES || performance.now() > deadline) throw await notStarted(folder);
    if (keeper === null || keeper.exitCode !== null || keeper.signalCode !== null)
      keeper = await startKeeper(folder);
    await pause(100);
  }
}

async function startKeeper(folder: string): Promise<ChildProcess> {
  await mkdir(folder, { recursive: true, mode: 0o755 });
  const log = await open(keeperLog(folder), 'a');
  const child = spawn(
    process.execPath,
    [
      '--experimental-transform-types',
      '--disable-warning=ExperimentalWarning',
      '--conditions=@vigil/source',
      '--import',
      new URL('source-hooks.mjs', import.meta.url).href,
      fileURLToPath(new URL('keeper.ts', import.meta.url)),
      folder,
    ],
    // Of a group of its own: it outlives the run that starts it, for the others.
    { detached: true, stdio: ['ignore', 'ignore', log.fd] },
  );
  child.unref();
  await log.close();
  return child;
}

async function notStarted(folder: string): Promise<Error> {
  const log = await readFile(keeperLog(folder), 'utf8').catch(() => 'it left no log');
  return new Error(`The tests' PostgreSQL does not start: ${log.slice(-2_000)}`);
}

/** Connects to the keeper and stays connected until this process ends. Null where none listens. */
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
