import { randomBytes } from 'node:crypto';
import { link, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { VigilError } from '@vigil/contracts';
import { birthOf, errorCode, isAlive } from './processes.js';

const FILE = 'vigil.lock';

interface Holder {
  readonly pid: number;
  readonly born: string | null;
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
  const mine = JSON.stringify({ pid: process.pid, born: await birthOf(process.pid), token: randomBytes(8).toString('hex') });
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, mine, { mode: 0o644 });
  try {
    while (!(await linked(draft, file))) await removeStale(file, folder);
  } finally {
    await unlink(draft);
  }
  return {
    release: async () => {
      if ((await contents(file)) === mine) await unlink(file).catch(() => undefined);
    },
  };
}

/** A hard link is made whole or not at all, and never over another file: of two processes one succeeds. */
async function linked(draft: string, file: string): Promise<boolean> {
  try {
    await link(draft, file);
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
  if (holder && (await lives(holder))) throw inUse(folder, holder.pid);
  // Moved aside before it is removed: had another start replaced it meanwhile, its lock is put back.
  const aside = `${file}.stale.${randomBytes(4).toString('hex')}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  if ((await contents(aside)) !== seen) await linked(aside, file);
  await unlink(aside);
}

async function lives(holder: Holder): Promise<boolean> {
  if (!isAlive(holder.pid)) return false;
  const born = await birthOf(holder.pid);
  return holder.born === null || born === null || born === holder.born;
}

function parseHolder(text: string): Holder | null {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number') return null;
    return { pid: value.pid, born: 'born' in value && typeof value.born === 'string' ? value.born : null };
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

function inUse(folder: string, pid: number): VigilError {
  return new VigilError(
    'engine-misconfigured',
    `The data folder ${folder} is in use by another Vigil (process ${pid}). Stop that one, or give this one its own folder with VIGIL_DATA_DIR. ` +
      'Several processes can share one PostgreSQL server: set VIGIL_DATABASE_URL.',
  );
}
