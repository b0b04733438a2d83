import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { birthOf } from '@vigil/database';
import { containerRuns, dockerAnswers, IMAGES, removeContainer, startContainer } from './docker.js';
import { elasticsearch } from './elasticsearch.js';
import { kafka } from './kafka.js';
import { ENGINE_NAMES, type EngineName, type Recipe, type Running } from './recipe.js';
import { redis } from './redis.js';
import { s3 } from './s3.js';
import { startServer, stopProcess } from './server-process.js';

export const RECIPES: Record<EngineName, Recipe> = { kafka, elasticsearch, redis, s3 };

/** One engine in the table that `npm run engines` and `npm test` print. */
export interface EngineState {
  readonly name: EngineName;
  readonly version: string;
  /** How it was had, or why not. */
  readonly how: string;
  readonly env: Readonly<Record<string, string>>;
  readonly up: boolean;
}

/** Starts, remembers and stops the engines of one folder: containers where Docker answers, else local servers. */
export class Engines {
  private readonly file: string;

  constructor(
    private readonly folder: string,
    private readonly given: Readonly<Record<string, string | undefined>>,
    /** Downloaded servers, which several folders may share. */
    private readonly downloads = path.join(folder, 'downloads'),
  ) {
    this.file = path.join(folder, 'running.json');
  }

  /** Brings an engine up, or says why it cannot be had. One that runs already is used. */
  async up(name: EngineName): Promise<EngineState> {
    const recipe = RECIPES[name];
    const address = this.given[recipe.givenBy];
    if (address) return { name, version: '', how: `given by ${recipe.givenBy}`, env: {}, up: true };
    const running = (await this.running()).get(name);
    if (running) return { ...running, how: `${running.how}, running already`, up: true };
    if (await dockerAnswers(this.given)) return this.contained(name);
    const missing = await recipe.missing();
    if (missing !== null)
      return { name, version: recipe.version, how: `not to be had: ${missing}`, env: {}, up: false };
    const place = { folder: path.join(this.folder, name), downloads: this.downloads };
    rmSync(place.folder, { recursive: true, force: true });
    mkdirSync(place.folder, { recursive: true });
    try {
      const { launch, env } = await recipe.prepare(place);
      const pid = await startServer(launch);
      const pidStarted = await birthOf(pid);
      const state: Running = { name, version: recipe.version, how: 'local server', env, pid, pidStarted };
      this.remember(new Map([...(await this.running()), [name, state]]));
      return { ...state, up: true };
    } catch (error) {
      return { name, version: recipe.version, how: failure(error), env: {}, up: false };
    }
  }

  private async contained(name: EngineName): Promise<EngineState> {
    const { image } = IMAGES[name];
    const [from = '', version = ''] = image.split(':');
    try {
      const started = await startContainer(name);
      const state: Running = {
        ...{ name, version, how: `container of ${from}`, ...started },
        ...{ pid: null, pidStarted: null },
      };
      this.remember(new Map([...(await this.running()), [name, state]]));
      return { ...state, up: true };
    } catch (error) {
      return { name, version, how: failure(error), env: {}, up: false };
    }
  }

  async status(name: EngineName): Promise<EngineState> {
    const recipe = RECIPES[name];
    if (this.given[recipe.givenBy])
      return { name, version: '', how: `given by ${recipe.givenBy}`, env: {}, up: true };
    const running = (await this.running()).get(name);
    return running
      ? { ...running, up: true }
      : { name, version: recipe.version, how: 'not running', env: {}, up: false };
  }

  /** Process id of a local server that runs; null where there is none, or where it is not ours. */
  async pid(name: EngineName): Promise<number | null> {
    return (await this.running()).get(name)?.pid ?? null;
  }

  /** Stops an engine by its process or container, and removes its folder unless it is to be kept; false where it did not run. */
  async down(name: EngineName, { keepFolder = false } = {}): Promise<boolean> {
    const running = await this.running();
    const one = running.get(name);
    if (!one) return false;
    if (one.container !== undefined) await removeContainer(one.container);
    if (one.pid !== null) await stopProcess(one.pid);
    running.delete(name);
    this.remember(running);
    if (!keepFolder) rmSync(path.join(this.folder, name), { recursive: true, force: true });
    return true;
  }

  /** What the state file names and what still lives: a process id that another program has meanwhile is not ours. */
  private async running(): Promise<Map<EngineName, Running>> {
    if (!existsSync(this.file)) return new Map();
    const all: Running[] = JSON.parse(readFileSync(this.file, 'utf8'));
    const alive = new Map<EngineName, Running>();
    for (const one of all) {
      const lives =
        one.container === undefined
          ? one.pid !== null && (await birthOf(one.pid)) === one.pidStarted
          : await containerRuns(one.container);
      if (lives && ENGINE_NAMES.includes(one.name)) alive.set(one.name, one);
    }
    return alive;
  }

  private remember(running: Map<EngineName, Running>): void {
    mkdirSync(this.folder, { recursive: true });
    writeFileSync(`${this.file}.new`, JSON.stringify([...running.values()], null, 2), { mode: 0o600 });
    renameSync(`${this.file}.new`, this.file);
  }
}

function failure(error: unknown): string {
  return `failed: ${error instanceof Error ? error.message : String(error)}`;
}
