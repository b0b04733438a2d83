import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { isAlive } from '@vigil/database';

/** A free port on loopback. Another process may take it before the server does; the start then fails and says so. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** How a server is started, the first time and again. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  /** Of this server alone: data, configuration, `server.log`. */
  readonly folder: string;
  readonly ready: () => Promise<boolean>;
  readonly withinMs: number;
}

/**
 * Starts a server that outlives us, its output in `server.log`. Resolves once it is ready; throws with the log's end.
 * `spawned` hears of its process id at once, so that a start can be broken off.
 */
export async function startServer(
  { command, args, ...options }: Launch,
  spawned: (pid: number) => void = () => undefined,
): Promise<number> {
  const logFile = path.join(options.folder, 'server.log');
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, {
    cwd: options.folder,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  if (child.pid !== undefined) spawned(child.pid);
  const failed = new Promise<never>((_, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      reject(new Error(`${command} ended with ${code} at its start:\n${lastLines(logFile)}`)),
    );
  });
  const until = Date.now() + options.withinMs;
  const ready = async (): Promise<void> => {
    while (Date.now() < until) {
      if (await options.ready().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    throw new Error(`${command} was not ready within ${options.withinMs / 1000} s:\n${lastLines(logFile)}`);
  };
  try {
    await Promise.race([ready(), failed]);
  } catch (error) {
    if (child.pid !== undefined) await stopProcess(child.pid);
    throw error;
  }
  failed.catch(() => undefined);
  child.removeAllListeners();
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} has no process id`);
  return child.pid;
}

/** Ends a process by its id: asks first, insists after 15 s. */
export async function stopProcess(pid: number): Promise<void> {
  const signal = (name: NodeJS.Signals): boolean => {
    try {
      process.kill(pid, name);
      return true;
    } catch {
      return false;
    }
  };
  if (!signal('SIGTERM')) return;
  const until = Date.now() + 15_000;
  while (isAlive(pid)) {
    if (Date.now() > until) signal('SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').split('\n').slice(-30).join('\n');
}
