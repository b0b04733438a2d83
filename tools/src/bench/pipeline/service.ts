import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../engines/server-process.js';
import { startProfile } from './inspector.js';
import type { CpuProfile } from './profile.js';

export const SERVICES = ['collector', 'classifier', 'alerts'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** As `npm start` gives them (tools/launch/workspace.mjs); the inspector, once asked for by a signal, takes a free port. */
const NODE_FLAGS = [
  '--enable-source-maps',
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=64',
  '--inspect-port=127.0.0.1:0',
];
const READY_WITHIN_MS = 90_000;
/** The services themselves end within 20 s. */
const STOP_WITHIN_MS = 25_000;

/** One service as a process of its own, with a data folder and a log of its own. */
export class ServiceProcess {
  private readonly log: WriteStream;

  private constructor(
    readonly name: ServiceName,
    readonly address: string,
    readonly dataDir: string,
    private readonly logFile: string,
    private readonly child: ChildProcess,
  ) {
    this.log = createWriteStream(logFile, { flags: 'a' });
    child.stdout?.pipe(this.log, { end: false });
    child.stderr?.pipe(this.log, { end: false });
  }

  /** Resolves once it is ready. Throws where it ends before, or takes too long; its log is `<folder>/<label>.log`. */
  static async start(
    name: ServiceName,
    label: string,
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<ServiceProcess> {
    const main = fileURLToPath(new URL(`../../../../apps/${name}/dist/main.js`, import.meta.url));
    const port = await freePort();
    const dataDir = path.join(folder, `${label}-data`);
    await mkdir(dataDir, { recursive: true });
    const child = spawn(process.execPath, [...NODE_FLAGS, main], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        ...env,
        VIGIL_DATA_DIR: dataDir,
        VIGIL_PORT: String(port),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const address = `http://127.0.0.1:${port}`;
    const service = new ServiceProcess(name, address, dataDir, path.join(folder, `${label}.log`), child);
    try {
      await service.untilReady();
    } catch (error) {
      await service.stop();
      throw error;
    }
    return service;
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.name} has no process id`);
    return this.child.pid;
  }

  /** Samples where its processor time goes for so long. */
  async profile(ms: number): Promise<CpuProfile> {
    const stop = await startProfile(await this.inspector());
    await pause(ms);
    return stop();
  }

  /** SIGTERM, and SIGKILL where that takes too long. */
  async stop(): Promise<void> {
    if (this.isRunning) {
      const gone = new Promise((resolve) => this.child.once('exit', resolve));
      this.child.kill('SIGTERM');
      const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_WITHIN_MS);
      await gone;
      clearTimeout(late);
    }
    this.log.end();
  }

  private get isRunning(): boolean {
    return this.child.pid !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  private async untilReady(): Promise<void> {
    await this.until('ready', async () => {
      const { ok } = await fetch(`${this.address}/readyz`, { signal: AbortSignal.timeout(2_000) });
      return ok || null;
    });
  }

  /** Address of its inspector, which SIGUSR1 opens and names in the log. */
  private inspector(): Promise<string> {
    this.child.kill('SIGUSR1');
    return this.until('profiled', async () => {
      const text = await readFile(this.logFile, 'utf8');
      return /Debugger listening on (ws:\S+)/.exec(text)?.[1] ?? null;
    });
  }

  private async until<T>(what: string, look: () => Promise<T | null>): Promise<T> {
    const deadline = Date.now() + READY_WITHIN_MS;
    for (;;) {
      if (!this.isRunning)
        throw new Error(`${this.name} ended by itself (code ${this.child.exitCode}): see ${this.logFile}`);
      const found = await look().catch(() => null);
      if (found !== null) return found;
      if (Date.now() > deadline)
        throw new Error(
          `${this.name} is not ${what} after ${READY_WITHIN_MS / 1_000} s: see ${this.logFile}`,
        );
      await pause(50);
    }
  }
}
