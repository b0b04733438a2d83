import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../engines/server-process.js';
import { ServiceProcess } from '../../ledger/service-process.js';
import { startProfile } from './inspector.js';
import type { CpuProfile } from './profile.js';

export const SERVICES = ['collector', 'classifier', 'alerts'] as const;
export type ServiceName = (typeof SERVICES)[number];

/** The inspector, opened by a signal, takes a free port. */
const NODE_OPTIONS = '--inspect-port=127.0.0.1:0';
const INSPECTOR_WITHIN_MS = 10_000;

/** One service as a process of its own, which can be profiled. */
export class Service {
  private constructor(
    readonly name: ServiceName,
    private readonly process: ServiceProcess,
  ) {}

  /** Resolves once it is ready. Its log is `<folder>/<label>.log`. */
  static async start(
    name: ServiceName,
    label: string,
    folder: string,
    env: Readonly<Record<string, string>>,
  ): Promise<Service> {
    const main = fileURLToPath(new URL(`../../../../apps/${name}/dist/main.js`, import.meta.url));
    const port = String(await freePort());
    const running = new ServiceProcess(
      main,
      `http://127.0.0.1:${port}`,
      { NODE_OPTIONS, ...env, VIGIL_PORT: port },
      path.join(folder, `${label}.log`),
    );
    try {
      await running.start();
    } catch (error) {
      await running.stop();
      throw error;
    }
    return new Service(name, running);
  }

  get address(): string {
    return this.process.address;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Samples where its processor time goes for so long. */
  async profile(ms: number): Promise<CpuProfile> {
    const stop = await startProfile(await this.inspector());
    await pause(ms);
    return stop();
  }

  stop(): Promise<void> {
    return this.process.stop();
  }

  /** Address of its inspector, which SIGUSR1 opens and names in the log. */
  private async inspector(): Promise<string> {
    process.kill(this.pid, 'SIGUSR1');
    const deadline = Date.now() + INSPECTOR_WITHIN_MS;
    while (Date.now() < deadline) {
      const text = await readFile(this.process.logFile, 'utf8');
      const address = /Debugger listening on (ws:\S+)/.exec(text)?.[1];
      if (address !== undefined) return address;
      await pause(50);
    }
    throw new Error(`${this.name} opened no inspector: see ${this.process.logFile}`);
  }
}
