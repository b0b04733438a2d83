import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../engines/server-process.js';
import { READY_WITHIN_MS, ServiceProcess } from '../ledger/service-process.js';
import { askingAt } from '../ledger/stored.js';

const MAIN = fileURLToPath(new URL('../../../apps/standalone/dist/main.js', import.meta.url));

/** Vigil as a process of its own on a data folder of its own, with the PostgreSQL that it starts there. */
export class Program extends ServiceProcess {
  /** Asks its database. */
  readonly ask = askingAt(() => this.databaseAddress());

  private constructor(
    readonly dataDir: string,
    address: string,
    env: Readonly<Record<string, string>>,
    logFile: string,
  ) {
    super(MAIN, address, env, logFile);
  }

  static async on(dataDir: string, env: Readonly<Record<string, string>>, logFile: string): Promise<Program> {
    const port = await freePort();
    return new Program(
      dataDir,
      `http://127.0.0.1:${port}`,
      { ...env, VIGIL_DATA_DIR: dataDir, VIGIL_PORT: String(port) },
      logFile,
    );
  }

  /** Process id of its PostgreSQL; null while there is none. */
  async databasePid(): Promise<number | null> {
    return (await this.#postmaster())?.pid ?? null;
  }

  /** SIGKILL to its PostgreSQL's first process, whose children end then. False where there was none. */
  async killDatabase(): Promise<boolean> {
    const pid = await this.databasePid();
    if (pid === null) return false;
    try {
      process.kill(pid, 'SIGKILL');
      return true;
    } catch {
      return false;
    }
  }

  /** Resolves once another PostgreSQL than `pid` works. */
  async untilDatabaseIsNot(pid: number | null): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline) {
      const found = await this.#postmaster();
      if (found !== null && found.pid !== pid && found.ready) return;
      await pause(20);
    }
    throw new Error('the program did not start its PostgreSQL again');
  }

  /** Address of its database: the Unix socket that postmaster.pid names. Null while there is none. */
  async databaseAddress(): Promise<string | null> {
    const found = await this.#postmaster();
    return (
      found && `postgresql://vigil@localhost:${found.port}/vigil?host=${encodeURIComponent(found.folder)}`
    );
  }

  /** Lines of postmaster.pid, as pg_ctl reads them: pid, folder, start, port, socket folder, address, key, status. */
  async #postmaster(): Promise<{ pid: number; port: string; folder: string; ready: boolean } | null> {
    const text = await readFile(path.join(this.dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(
      () => '',
    );
    const lines = text.split('\n');
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 0) return null;
    return { pid, port: lines[3] ?? '', folder: lines[4] ?? '', ready: (lines[7] ?? '').trim() === 'ready' };
  }
}
