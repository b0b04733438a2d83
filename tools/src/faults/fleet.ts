import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../engines/server-process.js';
import { ServiceProcess } from '../ledger/service-process.js';
import { INSTANCES, SERVICES, type Service } from './plan.js';

/** A supervisor starts a process again after a moment, as docker compose does. */
const START_AGAIN_AFTER_MS = 2_000;
const LOOK_EVERY_MS = 200;

/** An instance of a service: its process is started again whenever it is gone. */
export class Instance {
  /** How often it ended without having been told to. */
  crashes = 0;
  #meant = false;
  #over = false;
  #watching: Promise<void> = Promise.resolve();

  constructor(
    readonly service: Service,
    readonly name: string,
    readonly process: ServiceProcess,
  ) {}

  async start(): Promise<void> {
    await this.process.start();
    this.#watching = this.#watch();
  }

  /** SIGKILL. The supervisor starts it again. */
  async kill(): Promise<void> {
    this.#meant = true;
    await this.process.kill();
  }

  /** SIGTERM. The supervisor starts it again. */
  async restart(): Promise<void> {
    this.#meant = true;
    await this.process.terminate();
  }

  async stop(): Promise<void> {
    this.#over = true;
    await this.#watching;
    await this.process.stop();
  }

  async #watch(): Promise<void> {
    while (!this.#over) {
      if (!this.process.isRunning) {
        if (!this.#meant) this.crashes += 1;
        await pause(START_AGAIN_AFTER_MS);
        if (this.#over) return;
        this.#meant = false;
        this.process.launch();
      }
      await pause(LOOK_EVERY_MS);
    }
  }
}

/** All services of the run, two instances of each. */
export class Fleet {
  private constructor(readonly instances: readonly Instance[]) {}

  /** Makes them; `start` starts them. */
  static async of(folder: string, env: Readonly<Record<string, string>>): Promise<Fleet> {
    const instances: Instance[] = [];
    for (const service of SERVICES) {
      const main = fileURLToPath(new URL(`../../../apps/${service}/dist/main.js`, import.meta.url));
      for (let n = 0; n < INSTANCES; n += 1) {
        const name = `${service}-${n}`;
        const port = await freePort();
        const own = { VIGIL_PORT: String(port), VIGIL_DATA_DIR: path.join(folder, name) };
        const log = path.join(folder, `${name}.log`);
        const process = new ServiceProcess(main, `http://127.0.0.1:${port}`, { ...env, ...own }, log);
        instances.push(new Instance(service, name, process));
      }
    }
    return new Fleet(instances);
  }

  /** The first of each before the others: it brings the database up to date, and publishes the first rules. */
  async start(): Promise<void> {
    const first = this.instances.filter((_, n) => n % INSTANCES === 0);
    for (const instance of first) await instance.start();
    await Promise.all(this.instances.filter((one) => !first.includes(one)).map((one) => one.start()));
  }

  /** Instance `n` of a service. */
  of(service: Service, n: number): Instance {
    const found = this.instances.filter((one) => one.service === service)[n];
    if (!found) throw new Error(`there is no ${service} ${n}`);
    return found;
  }

  /** Which of them are not ready, and why. */
  async problems(): Promise<string[]> {
    const found = await Promise.all(
      this.instances.map(async (one) => [one.name, await one.process.problem()] as const),
    );
    return found.flatMap(([name, problem]) =>
      problem === null ? [] : [`${name}: ${problem.slice(0, 300)}`],
    );
  }

  get crashes(): number {
    return this.instances.reduce((sum, one) => sum + one.crashes, 0);
  }

  async stop(): Promise<void> {
    await Promise.allSettled(this.instances.map((instance) => instance.stop()));
  }
}
