import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../../apps/standalone/dist/main.js', import.meta.url));
/** As `npm start` gives them (tools/launch/workspace.mjs). */
const NODE_FLAGS = [
  '--enable-source-maps',
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=64',
];
/** A start after a kill takes some three seconds; a machine busy with other things, half a minute. Beyond this something is wrong. */
const READY_WITHIN_MS = 150_000;

/** Vigil as a process of its own on a data folder of its own, to be killed and started again. */
export class Program {
  #child: ChildProcess | null = null;
  readonly #log: WriteStream;

  private constructor(
    readonly dataDir: string,
    readonly address: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly logFile: string,
  ) {
    this.#log = createWriteStream(logFile, { flags: 'a' });
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

  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Process id while it runs. Throws where it was never started. */
  get pid(): number {
    if (this.#child?.pid === undefined) throw new Error('the program was not started');
    return this.#child.pid;
  }

  /** Starts it and resolves once it is ready. */
  async start(): Promise<void> {
    this.launch();
    await this.untilReady();
  }

  /** Starts it. */
  launch(): void {
    const inherited = ['PATH', 'HOME', 'TMPDIR', 'LANG'].flatMap((name) =>
      process.env[name] ? [[name, process.env[name]] as const] : [],
    );
    const child = spawn(process.execPath, [...NODE_FLAGS, MAIN], {
      env: { ...Object.fromEntries(inherited), ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout?.pipe(this.#log, { end: false });
    child.stderr?.pipe(this.#log, { end: false });
    this.#child = child;
  }

  /** Resolves once /readyz says so. Throws where the process ends before, or does not become ready in time. */
  async untilReady(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      if (!this.isRunning)
        throw new Error(`the program ended by itself (code ${this.#child?.exitCode}): see ${this.logFile}`);
      const ready = await fetch(`${this.address}/readyz`, { signal: AbortSignal.timeout(2_000) }).then(
        async (response) => (response.ok ? null : await response.text()),
        (error: unknown) => reasonOf(error),
      );
      if (ready === null) return;
      if (Date.now() > deadline)
        throw new Error(
          `the program is not ready after ${READY_WITHIN_MS / 1_000} s: ${ready.slice(0, 500)}`,
        );
      await pause(50);
    }
  }

  /** SIGKILL: it learns nothing of it. Resolves once the process is gone; its PostgreSQL lives on. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
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

  /** An orderly end: SIGTERM, and SIGKILL where that takes too long. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child && this.isRunning) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), 25_000);
      await gone;
      clearTimeout(late);
    }
    this.#log.end();
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

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
