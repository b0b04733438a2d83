import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { VigilError } from '@vigil/contracts';
import { SOCKET_FILE } from './endpoint.js';
import { isAlive, postgresProcessesOf, readPostmasterFile, signal, waitUntilGone } from './processes.js';

/** A fast stop writes a checkpoint first. */
const FAST_STOP_MS = 12_000;
const HARD_STOP_MS = 5_000;

/**
 * Stops whatever server works in the cluster's folder, also one that we did not start: SIGINT (PostgreSQL's fast
 * stop), then SIGQUIT, then SIGKILL, after which the next start recovers. Children that outlived a killed server are
 * ended as well: a new one cannot start beside them. `known` is a server we started ourselves.
 * Returns how many processes there were.
 */
export async function stopServer(cluster: string, known?: number): Promise<number> {
  const pids = new Set(await postgresProcessesOf(cluster));
  if (known !== undefined && isAlive(known)) pids.add(known);
  if (pids.size === 0) return 0;
  const head = (await readPostmasterFile(cluster))?.pid ?? known;
  if (head !== undefined && pids.has(head)) {
    signal(head, 'SIGINT');
    if (await waitUntilGone([...pids], FAST_STOP_MS)) return pids.size;
  }
  for (const name of ['SIGQUIT', 'SIGKILL'] as const) {
    const left = [...new Set([...pids, ...(await postgresProcessesOf(cluster))])].filter(isAlive);
    for (const pid of left) signal(pid, name);
    if (await waitUntilGone(left, HARD_STOP_MS)) return pids.size;
  }
  throw new VigilError(
    'engine-unavailable',
    `A PostgreSQL in ${cluster} (processes ${[...pids].join(', ')}) cannot be stopped.`,
    {
      retriable: true,
    },
  );
}

/**
 * For when no postgres works in the cluster's folder any more: what a killed one left of its files is then of the past.
 * PostgreSQL would refuse to start where another process has the number in them by now.
 */
export async function removeTraces(cluster: string, socketFolder: string | null): Promise<void> {
  const socket =
    socketFolder === null ? [] : [join(socketFolder, SOCKET_FILE), join(socketFolder, `${SOCKET_FILE}.lock`)];
  for (const file of [join(cluster, 'postmaster.pid'), ...socket]) await rm(file, { force: true });
}
