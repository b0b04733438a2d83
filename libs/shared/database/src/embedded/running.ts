import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { clusterExists } from './cluster.js';
import { connectionStringOf, passwordOf } from './endpoint.js';
import { DATABASE } from './embedded-postgres.js';
import { isAlive } from './processes.js';

/** The cluster folder of a data folder, and whether one was made there. */
export async function clusterOf(dataDir: string): Promise<{ cluster: string; exists: boolean }> {
  const cluster = join(dataDir, 'postgres');
  return { cluster, exists: await clusterExists(cluster) };
}

/**
 * Address of the embedded server that a running program has on this data folder, for reading beside it; null where none
 * takes connections. It tells by itself where it listens (postmaster.pid: port, socket folder, status in lines 4, 5, 8).
 */
export async function runningServer(dataDir: string): Promise<string | null> {
  const { cluster } = await clusterOf(dataDir);
  const lines = (await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const [pid, , , port, socket, , , status] = lines.map((line) => line.trim());
  if (status !== 'ready' || !isAlive(Math.abs(Number(pid)))) return null;
  return socket
    ? connectionStringOf({ kind: 'socket', folder: socket }, DATABASE)
    : connectionStringOf(
        { kind: 'loopback', port: Number(port), password: await passwordOf(cluster) },
        DATABASE,
      );
}
