import { randomBytes } from 'node:crypto';
import { link, readFile, rename, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { VigilError } from '@vigil/contracts';
import { birthOf, errorCode, isAlive } from './processes.js';

const FILE = 'vigil.lock';
/** How often a holder touches its lock, for those who cannot see its process: another machine or container. */
const TOUCH_EVERY_MS = 3_000;
/** A lock of elsewhere that is not touched for so long has lost its holder. */
const UNTOUCHED_MS = 4 * TOUCH_EVERY_MS;

interface Holder {
  readonly pid: number;
  readonly born: string | null;
  readonly host: string;
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a data folder for this process. The lock is a file with our process id and birth, so that neither a
 * killed holder nor a reused id keeps the folder closed.
 * Throws `engine-misconfigured` while another live process holds it.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const file = join(folder, FILE);
  const holder: Holder = { pid: process.pid, born: await birthOf(process.pid), host: hostname() };
  const mine = JSON.stringify({ ...holder, token: randomBytes(8).toString('hex') });
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, mine, { mode: 0o644 });
  try {
    while (!(await placed(draft, file, mine))) await removeStale(file, folder);
  } finally {
    await unlink(draft);
  }
  const touching = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), TOUCH_EVERY_MS);
  touching.unref();
  return {
    release: async () => {
      clearInterval(touching);
      if ((await contents(file)) === mine) await unlink(file).catch(() => undefined);
    },
  };
}

/** A hard link is made whole or not at all, and never over another file: of two processes one succeeds. */
async function placed(draft: string, file: string, text: string): Promise<boolean> {
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errorCode(error))) throw error;
  }
  // A file system without hard links (exFAT, some network mounts): the next best.
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(file: string, folder: string): Promise<void> {
  const seen = await contents(file);
  if (seen === null) return;
  const holder = parseHolder(seen);
  if (holder && (await lives(holder, file))) throw inUse(folder, holder);
  // Moved aside before it is removed: had another start replaced it meanwhile, its lock is put back.
  const aside = `${file}.stale.${randomBytes(6).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  const moved = await contents(aside);
  if (moved !== null && moved !== seen) await placed(aside, file, moved);
  await unlink(aside);
}

async function lives(holder: Holder, file: string): Promise<boolean> {
  if (holder.host !== hostname()) return isTouched(file);
  if (!isAlive(holder.pid)) return false;
  const born = await birthOf(holder.pid);
  return holder.born === null || born === null || born === holder.born;
}

/** Whether the lock's time moves while we watch: clocks of two machines need not agree for that. */
async function isTouched(file: string): Promise<boolean> {
  const timeOf = (): Promise<number | null> => stat(file).then((facts) => facts.mtimeMs, () => null);
  const first = await timeOf();
  for (let watchedMs = 0; watchedMs < UNTOUCHED_MS; watchedMs += 500) {
    await pause(500);
    const now = await timeOf();
    if (now !== first) return now !== null;
  }
  return false;
}

function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null;
    return {
      pid: value.pid,
      born: 'born' in value && typeof value.born === 'string' ? value.born : null,
      host: 'host' in value && typeof value.host === 'string' ? value.host : hostname(),
    };
  } catch {
    return null;
  }
}

async function contents(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function inUse(folder: string, holder: Holder): VigilError {
  const who = holder.host === hostname() ? `process ${holder.pid}` : `process ${holder.pid} on ${holder.host}`;
  return new VigilError(
    'engine-misconfigured',
    `The data folder ${folder} is in use by another Vigil (${who}). Stop that one, or give this one its own folder with VIGIL_DATA_DIR. ` +
      'Several processes can share one PostgreSQL server: set VIGIL_DATABASE_URL.',
  );
}
