import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { secret } from './sessions.js';

/** The file by which scripts on this machine prove that they may read the data folder. */
export function machineTokenFile(dataDir: string): string {
  return path.join(dataDir, 'cli-token');
}

/**
 * Reads the machine token, making it (readable by its owner alone) where there is none yet. Instances that share a
 * folder and start together get the same one: the file appears with its content, and the first that appears stays.
 */
export async function ensureMachineToken(dataDir: string): Promise<string> {
  const file = machineTokenFile(dataDir);
  const existing = await tokenIn(file);
  if (existing) return existing;
  await mkdir(dataDir, { recursive: true });
  const token = secret();
  const made = `${file}.${randomUUID()}`;
  try {
    await writeFile(made, `${token}\n`, { mode: 0o600, flush: true });
    await link(made, file).catch(async () => {
      // An empty one is what a crash left of an earlier program; some file systems know no links.
      if ((await tokenIn(file)) === '') await rename(made, file);
    });
  } finally {
    await rm(made, { force: true });
  }
  return (await tokenIn(file)) || token;
}

async function tokenIn(file: string): Promise<string> {
  return (await readFile(file, 'utf8').catch(() => '')).trim();
}
