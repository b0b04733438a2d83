import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, open, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { VigilError } from '@vigil/contracts';
import type { EngineLog } from '../engine-log.js';
import { isError, reasonOf } from '../failures.js';
import type { Binaries } from './binaries.js';
import { errorCode } from './processes.js';
import type { ServerUser } from './server-user.js';

const run = promisify(execFile);

/** The major version of the binaries; a cluster folder belongs to one. */
export const MAJOR_VERSION = 18;
/** Owner of everything in the embedded server. Reached over a socket only we can open, so without a password. */
export const SUPERUSER = 'vigil';

/** Throws `engine-misconfigured` where the folder was made by another major version. */
export async function assertVersion(cluster: string): Promise<void> {
  const version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  if (version === String(MAJOR_VERSION)) return;
  throw new VigilError(
    'engine-misconfigured',
    `The database in ${cluster} was made by PostgreSQL ${version}, and this program brings PostgreSQL ${MAJOR_VERSION}, which cannot read it. ` +
      `Nothing was changed. Start the Vigil that made it and move the data to a PostgreSQL server (VIGIL_DATABASE_URL), or give this one another folder with VIGIL_DATA_DIR.`,
  );
}

/** Whether a cluster has been made there. A folder holding anything else is refused rather than filled. */
export async function clusterExists(cluster: string): Promise<boolean> {
  const entries = await readdir(cluster).catch((cause: unknown): string[] => {
    if (errorCode(cause) === 'ENOENT') return [];
    throw new VigilError(
      'engine-misconfigured',
      `The database in ${cluster} cannot be read (${reasonOf(cause)}). It was made by another account: start Vigil as that one or as root, or choose another folder with VIGIL_DATA_DIR.`,
      { cause },
    );
  });
  if (entries.length === 0) return false;
  if (entries.includes('PG_VERSION')) return true;
  throw new VigilError(
    'engine-misconfigured',
    `The folder ${cluster} should hold Vigil's database and holds something else (${entries.slice(0, 3).join(', ')}). Move that away, or choose another folder with VIGIL_DATA_DIR.`,
  );
}

/**
 * Makes a cluster: UTF-8, sorted by code point, page checksums on. Made beside its place and renamed, so that a
 * kill half-way leaves nothing that looks like a database.
 */
export async function makeCluster(
  cluster: string,
  binaries: Binaries,
  user: ServerUser | null,
  password: string | null,
  log: EngineLog,
): Promise<void> {
  const parent = dirname(cluster);
  for (const name of await readdir(parent)) {
    if (name.startsWith('postgres.new-')) await rm(join(parent, name), { recursive: true, force: true });
  }
  const draft = join(parent, `postgres.new-${randomBytes(4).toString('hex')}`);
  await mkdir(draft, { mode: 0o700 });
  if (user) await chown(draft, user.uid, user.gid);
  const passwordFile =
    password === null ? null : join(parent, `postgres.new-${randomBytes(4).toString('hex')}.password`);
  try {
    if (passwordFile && password !== null) await writeFile(passwordFile, password, { mode: 0o600 });
    await initdb(draft, binaries, user, passwordFile, log);
    // Empty, or `clusterExists` had refused it.
    await rm(cluster, { recursive: true, force: true });
    await rename(draft, cluster);
    await syncFolder(parent);
  } finally {
    if (passwordFile) await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * Character classes for pg_trgm come from the C library's locale: under plain C no letter outside ASCII has
 * trigrams. Everything else (sorting, case) is PostgreSQL's own C.UTF-8, the same on every machine.
 */
const CHARACTER_CLASSES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

async function initdb(
  folder: string,
  binaries: Binaries,
  user: ServerUser | null,
  passwordFile: string | null,
  log: EngineLog,
): Promise<void> {
  const failures: string[] = [];
  for (const classes of CHARACTER_CLASSES) {
    const args = [
      `--pgdata=${folder}`,
      `--username=${SUPERUSER}`,
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${classes}`,
      '--data-checksums',
      '--no-instructions',
      ...(passwordFile ? ['--auth=scram-sha-256', `--pwfile=${passwordFile}`] : ['--auth=trust']),
    ];
    try {
      await run(binaries.initdb, args, {
        cwd: folder,
        env: SERVER_ENVIRONMENT,
        timeout: 120_000,
        ...(user ? { uid: user.uid, gid: user.gid } : {}),
      });
      if (classes === 'C')
        log.warn({ folder }, 'this machine has no UTF-8 locale: fuzzy search will only see ASCII letters');
      return;
    } catch (error) {
      failures.push(initdbReason(error));
      for (const name of await readdir(folder))
        await rm(join(folder, name), { recursive: true, force: true });
    }
  }
  throw new VigilError(
    'engine-misconfigured',
    `PostgreSQL could not make its folder ${folder}: ${failures[0] ?? 'no reason given'}. The disk may be full or mounted without rights for it; or set VIGIL_DATABASE_URL.`,
  );
}

/** What initdb wrote on standard error says more than `Command failed`. */
function initdbReason(error: unknown): string {
  if (isError(error) && 'stderr' in error && typeof error.stderr === 'string' && error.stderr.trim()) {
    return error.stderr.trim().split('\n').slice(0, 3).join(' ');
  }
  return reasonOf(error);
}

/** Nothing of our environment reaches the server: no secret, and no PG* variable that bends it. */
export const SERVER_ENVIRONMENT = { LANG: 'C', TZ: 'UTC', PATH: '/usr/bin:/bin' };

/**
 * Who may connect: over the socket whoever can open its folder, over loopback whoever has the password. Returns the
 * file. It stands beside the cluster, not in it: as root we write no file in a folder that another account owns, who
 * could have put a link to another file in its place.
 */
export async function writeAccessRules(cluster: string, viaSocket: boolean): Promise<string> {
  const file = `${cluster}.hba.conf`;
  const rule = viaSocket ? 'local all all trust' : 'host all all 127.0.0.1/32 scram-sha-256';
  await writeFile(file, `# Written by Vigil at every start.\n${rule}\n`);
  // Readable whatever the umask; there is no secret in it.
  await chmod(file, 0o644);
  return file;
}

async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
