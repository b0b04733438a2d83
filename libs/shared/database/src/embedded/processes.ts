import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile, readdir, readlink, realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify, types } from 'node:util';

const run = promisify(execFile);

/** Whether a process of this id runs, ours or not. One that has ended and whose parent has not asked (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') return false;
  }
  return !isZombie(pid);
}

/** proc_pid_stat(5), field 3. Only Linux tells; in a container whose first process reaps nobody, zombies stay. */
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /^[ZX]/.test(fieldsAfterCommand(readFileSync(`/proc/${pid}/stat`, 'utf8'))[0] ?? '');
  } catch {
    return false;
  }
}

/** The second field is the command in brackets and may hold spaces and brackets itself; these are the third and on. */
function fieldsAfterCommand(stat: string): string[] {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/**
 * What tells a process from a later one with the same id: when it started, in a form only comparable with itself.
 * Linux counts clock ticks since boot (proc_pid_stat(5), field 22), so the boot's id stands beside it.
 * Null where the process is gone or the platform does not say.
 */
export async function birthOf(pid: number): Promise<string | null> {
  try {
    if (process.platform === 'linux') {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
      const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
      return `${boot.trim()} ${fieldsAfterCommand(stat)[19] ?? ''}`;
    }
    if (process.platform === 'win32') return null;
    const { stdout } = await run('ps', ['-o', 'lstart=', '-p', String(pid)]);
    return stdout.trim() || null;
  } catch {
    return null;
  }
}

/**
 * Ids of the postgres processes that work in a cluster folder: the server first, its children after it.
 * On Linux by their working directory (a server and all its children stand in the cluster folder);
 * elsewhere only the server itself can be told, by the `-D` of its command line.
 */
export async function postgresProcessesOf(cluster: string): Promise<number[]> {
  const folder = await realpath(cluster).catch(() => cluster);
  if (process.platform === 'linux') return linuxProcessesOf(folder);
  const pid = (await readPostmasterFile(cluster))?.pid;
  if (pid === undefined || !isAlive(pid)) return [];
  if (process.platform === 'win32') return [pid];
  const { stdout } = await run('ps', ['-o', 'command=', '-p', String(pid)]).catch(() => ({ stdout: '' }));
  return stdout.includes('postgres') && (stdout.includes(folder) || stdout.includes(cluster)) ? [pid] : [];
}

async function linuxProcessesOf(folder: string): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const [cwd, exe] = await Promise.all([
      readlink(`/proc/${name}/cwd`).catch(() => ''),
      readlink(`/proc/${name}/exe`).catch(() => ''),
    ]);
    if (cwd === folder && basename(exe.replace(/ \(deleted\)$/, '')) === 'postgres') found.push(Number(name));
  }
  return found.sort((a, b) => a - b);
}

export interface PostmasterFile {
  readonly pid: number;
  /** `starting`, `ready`, `standby` or `stopping`; empty before the server has written it. */
  readonly status: string;
}

/** What a server writes of itself into its folder (postmaster.pid), or null where there is none. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | null> {
  const text = await readFile(`${cluster}/postmaster.pid`, 'utf8').catch(() => null);
  if (text === null) return null;
  const lines = text.split('\n');
  const pid = Math.abs(Number(lines[0]));
  return Number.isInteger(pid) && pid > 0 ? { pid, status: (lines[7] ?? '').trim() } : null;
}

/** Waits until none of the processes lives; false when `timeoutMs` passed first. */
export async function waitUntilGone(pids: readonly number[], timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (pids.some(isAlive)) {
    if (performance.now() > deadline) return false;
    await pause(20);
  }
  return true;
}

/** Sends a signal; a process that has gone meanwhile is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

/** The system's code of an error, such as ENOENT; empty where it has none. */
export function errorCode(error: unknown): string {
  return types.isNativeError(error) && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
