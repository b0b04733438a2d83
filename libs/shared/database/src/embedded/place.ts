import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readlink, realpath, rmdir, stat, symlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { VigilError } from '@vigil/contracts';
import type { EngineLog } from '../engine-log.js';
import { reasonOf } from '../failures.js';
import { canEnter, type ServerUser } from './server-user.js';

/** Where a data folder closed to the server's account keeps its cluster (see `clusterPlace`). */
const OPEN_PLACE = '/var/lib/vigil';

/** The real path of the data folder, made where it is missing. Throws `engine-misconfigured` where it cannot be written. */
export async function usableFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    const folder = await realpath(dataDir);
    if (!(await stat(folder)).isDirectory()) throw new Error('it is not a folder');
    const probe = join(folder, `.writable-${randomBytes(6).toString('hex')}`);
    await mkdir(probe);
    await rmdir(probe);
    return folder;
  } catch (cause) {
    throw new VigilError(
      'engine-misconfigured',
      `The data folder ${dataDir} cannot be written (${reasonOf(cause)}). Give this user the right to write there, or choose another folder with VIGIL_DATA_DIR.`,
      { cause },
    );
  }
}

/**
 * Where the cluster of a data folder is or shall be: `<dataDir>/postgres`. As root with a data folder that the
 * server's account cannot enter (below /root, say), a folder of its own under /var/lib/vigil, to which
 * `<dataDir>/postgres` is then a link.
 */
export async function clusterPlace(
  dataDir: string,
  user: ServerUser | null,
  log: EngineLog,
): Promise<string> {
  const place = join(dataDir, 'postgres');
  const existing = await lstat(place).catch(() => null);
  if (existing?.isSymbolicLink()) {
    const target = resolve(dataDir, await readlink(place));
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    return target;
  }
  if (existing || !user || (await canEnter(user, dataDir))) return place;
  const open = join(OPEN_PLACE, randomBytes(6).toString('hex'), 'postgres');
  await mkdir(dirname(open), { recursive: true, mode: 0o755 });
  await symlink(open, place);
  log.warn(
    { dataDir, cluster: open, account: user.name },
    'the data folder is closed to the account that PostgreSQL runs under: its files are kept elsewhere, and a link leads there',
  );
  return open;
}
