// Brings a checkout to the point where the program can run: packages installed, everything built.
// Runs on whatever Node the machine has (20 or later) and before anything is installed, so it imports nothing.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');
const stamps = path.join(root, 'node_modules', '.vigil');
const bin = path.join(root, 'node_modules', '.bin');

/** Node 24 from the npm package `node`: the program's libraries need 22 or later, the machine may have 20. */
export const node24 = path.join(
  root,
  'node_modules',
  'node',
  'bin',
  process.platform === 'win32' ? 'node.exe' : 'node',
);

/** The environment of everything started here: our Node first, no calls home. */
export function environment(extra = {}) {
  return {
    ...process.env,
    PATH: [path.dirname(node24), bin, process.env.PATH].join(path.delimiter),
    NX_DAEMON: 'false',
    NX_NO_CLOUD: 'true',
    ...extra,
  };
}

/** Runs a command in the checkout; resolves to its exit code, or 128 + the signal that ended it. */
export function run(command, args, { env = {}, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: environment(env),
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      shell: process.platform === 'win32',
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (quiet && code !== 0) process.stderr.write(Buffer.concat(output));
      resolve(code ?? (signal ? 143 : 1));
    });
  });
}

function say(text) {
  process.stderr.write(`vigil: ${text}\n`);
}

function stampIs(name, value) {
  const file = path.join(stamps, name);
  return existsSync(file) && readFileSync(file, 'utf8') === value;
}

function stamp(name, value) {
  mkdirSync(stamps, { recursive: true });
  writeFileSync(path.join(stamps, name), value);
}

/** Whoever installs or builds holds this file, with its process id in it: two at once would destroy each other's work. */
const turn = path.join(root, '.vigil', 'launching');

/** Waits until no other launcher of this checkout installs or builds, then works alone. */
async function alone(work) {
  mkdirSync(path.dirname(turn), { recursive: true });
  for (let told = false; ; told = true) {
    try {
      writeFileSync(turn, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readOrEmpty(turn));
    if (holder > 0 && !lives(holder)) rmSync(turn, { force: true });
    else {
      if (!told) say(`waiting for process ${holder}, which installs or builds here …`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  const leave = () => rmSync(turn, { force: true });
  process.once('exit', leave);
  try {
    return await work();
  } finally {
    process.off('exit', leave);
    leave();
  }
}

function readOrEmpty(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function lives(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

/** Installs exactly what the lock file names, once per lock file. */
export async function ensureInstalled() {
  if (!isInstalled()) await alone(install);
}

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(path.join(root, 'package-lock.json')))
    .digest('hex');
}

function isInstalled() {
  return existsSync(node24) && stampIs('installed', lockHash());
}

async function install() {
  if (isInstalled()) return;
  say('installing packages (about a minute the first time) …');
  const started = Date.now();
  const code = await run('npm', ['ci', '--no-audit', '--no-fund', '--prefer-offline'], { quiet: true });
  if (code !== 0) {
    say('npm ci failed; its messages are above. Is the package registry reachable?');
    process.exit(1);
  }
  stamp('installed', lockHash());
  say(`installed in ${seconds(started)}`);
}

/** One hash over the names, sizes and times of all sources: tells in milliseconds whether a build is current. */
function sourcesFingerprint() {
  const hash = createHash('sha256');
  const visit = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      if (entry.name === 'node_modules' || entry.name.startsWith('dist') || entry.name.startsWith('.'))
        continue;
      const file = path.join(folder, entry.name);
      if (entry.isDirectory()) visit(file);
      else if (!entry.name.endsWith('.spec.ts') && !entry.name.endsWith('.tsbuildinfo')) {
        const { size, mtimeMs } = statSync(file);
        hash.update(`${path.relative(root, file)} ${size} ${mtimeMs}\n`);
      }
    }
  };
  for (const folder of ['apps', 'libs', 'tools']) visit(path.join(root, folder));
  for (const file of ['package-lock.json', '.swcrc', 'nx.json'])
    hash.update(readFileSync(path.join(root, file)));
  return hash.digest('hex');
}

/** Builds every package through Nx's cache, unless nothing changed since the last build. */
export async function ensureBuilt() {
  if (!isBuilt(sourcesFingerprint())) await alone(build);
}

function isBuilt(fingerprint) {
  const complete = ['apps/standalone/dist/main.js', 'apps/console/dist/index.html'].every((f) =>
    existsSync(path.join(root, f)),
  );
  return complete && stampIs('built', fingerprint);
}

async function build() {
  const fingerprint = sourcesFingerprint();
  if (isBuilt(fingerprint)) return;
  say('building …');
  const started = Date.now();
  const nx = path.join(root, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  const code = await run(node24, [nx, 'run-many', '-t', 'build', '--parallel=2', '--outputStyle=static'], {
    quiet: true,
  });
  if (code !== 0) {
    say('the build failed; its messages are above.');
    process.exit(1);
  }
  stamp('built', fingerprint);
  say(`built in ${seconds(started)}`);
}

/** Whether sources changed since `ensureBuilt` last ran here; false where it never did (an image built elsewhere). */
export function buildIsStale() {
  return existsSync(path.join(stamps, 'built')) && !stampIs('built', sourcesFingerprint());
}

function seconds(started) {
  return `${Math.round((Date.now() - started) / 1000)} s`;
}

/**
 * Replaces this process by the program as nearly as Node can: its output and input, its exit code,
 * and the signals that should stop it.
 */
export function become(script, args, env = {}) {
  const child = spawn(node24, [...nodeFlags, path.join(root, script), ...args], {
    cwd: process.cwd(),
    env: environment(env),
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(error.message);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal ? 143 : 1)));
}

/**
 * Stack traces of built code point into the sources. The nursery for new objects is 64 MB instead of 16: at 6,500 posts/s
 * a tenth less processor goes into collecting garbage (measured with `npm run bench -- pipeline`).
 */
const nodeFlags = [
  '--enable-source-maps',
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=64',
];
