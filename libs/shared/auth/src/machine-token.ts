import { mkdir, open, readFile } from 'node:fs/promises';
import path from 'node:path';
import { secret } from './sessions.js';

/** The file by which scripts on this machine prove that they may read the data folder. */
export function machineTokenFile(dataDir: string): string {
  return path.join(dataDir, 'cli-token');
}

/** Reads the machine token, making it (readable by its owner alone) where there is none yet. */
export async function ensureMachineToken(dataDir: string): Promise<string> {
  const file = machineTokenFile(dataDir);
  const existing = await readFile(file, 'utf8').catch(() => '');
  if (existing.trim()) return existing.trim();
  await mkdir(dataDir, { recursive: true });
  const token = secret();
  const handle = await open(file, 'w', 0o600);
  try {
    await handle.writeFile(`${token}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return token;
}
