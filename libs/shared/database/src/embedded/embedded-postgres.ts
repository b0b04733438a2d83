import { type ChildProcess, spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { VigilError } from '@vigil/contracts';
import { Client } from 'pg';
import { type EngineLog, SILENT } from '../engine-log.js';
import { reasonOf } from '../failures.js';
import { type Binaries, findBinaries } from './binaries.js';
import {
  assertVersion,
  clusterExists,
  makeCluster,
  SERVER_ENVIRONMENT,
  writeAccessRules,
} from './cluster.js';
import { chooseEndpoint, connectionStringOf, type Endpoint, passwordOf, SOCKET_PORT } from './endpoint.js';
import { type FolderLock, lockFolder } from './folder-lock.js';
import { clusterPlace, usableFolder } from './place.js';
import { readPostmasterFile, signal } from './processes.js';
import { ServerOutput } from './server-output.js';
import { serverUser, type ServerUser } from './server-user.js';
import { serverSettings } from './settings.js';
import { removeTraces, stopServer } from './stop-server.js';

export interface EmbeddedOptions {
  /** The data folder; the cluster is `postgres` in it. Made where it is missing. */
  readonly dataDir: string;
  readonly log?: EngineLog;
  /** False only in tests, whose data nobody needs after a power cut. */
  readonly durable?: boolean;
  readonly maxConnections?: number;
  /** How long one start may take, crash recovery included. */
  readonly startTimeoutMs?: number;
}

/** What a server is started from, once everything about its folder has been found out. */
interface Ground {
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly user: ServerUser | null;
  readonly endpoint: Endpoint;
}

/** The pool of a program and a few for its jobs, its listeners and an operator. */
const MAX_CONNECTIONS = 60;
/** Recovery replays at most max_wal_size (2 GB): a minute on a slow disk, and room. */
const START_TIMEOUT_MS = 300_000;
/** How soon a start that goes on is worth a line in the log. */
const SAY_AFTER_MS = 3_000;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** A server that lived so long is taken to have been well: the next failure starts the back-off anew. */
const HEALTHY_AFTER_MS = 5_000;
export const DATABASE = 'vigil';

/**
 * PostgreSQL 18 from npm on one data folder: started, watched and stopped by this process.
 * A server that dies is started again, with back-off; until then `failure` says why there is none.
 */
export class EmbeddedPostgres {
  private child: ChildProcess | null = null;
  private stopped: Promise<void> | null = null;
  private restarting: Promise<void> | null = null;
  private reason: string | null = 'PostgreSQL is starting';
  private backoffMs = FIRST_BACKOFF_MS;
  private readonly stopping = new AbortController();
  /** A process that ends without `stop` takes its server along, as far as a signal does. */
  private readonly onExit = (): void => {
    if (this.child?.pid !== undefined) signal(this.child.pid, 'SIGINT');
  };

  private constructor(
    private readonly ground: Ground,
    private readonly lock: FolderLock,
    private readonly log: EngineLog,
    private readonly options: EmbeddedOptions,
  ) {}

  /**
   * Starts the server of a data folder, making it first where there is none. A server that a killed Vigil left
   * behind is stopped first; a crash is recovered from.
   * Throws `engine-misconfigured` where the folder is in use, not writable, or of another major version, and
   * `engine-unavailable` where the server does not come up; both say what to do or what it said.
   */
  static async start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const log = options.log ?? SILENT;
    const dataDir = await usableFolder(resolve(options.dataDir));
    const lock = await lockFolder(dataDir);
    let engine: EmbeddedPostgres | null = null;
    try {
      engine = new EmbeddedPostgres(await prepareGround(dataDir, log), lock, log, options);
      process.once('exit', engine.onExit);
      await engine.launch();
      await createDatabase(engine.connectionStringOf('postgres'));
      return engine;
    } catch (error) {
      await (engine ? engine.stop() : lock.release());
      throw error;
    }
  }

  /** Address of the program's database. */
  get connectionString(): string {
    return this.connectionStringOf(DATABASE);
  }

  /** Address of another database of this server, for example `postgres`. */
  connectionStringOf(database: string): string {
    return connectionStringOf(this.ground.endpoint, database);
  }

  /** Process id of the server; null while there is none. */
  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** Null while the server takes connections; else why it does not. */
  get failure(): string | null {
    return this.reason;
  }

  /** Stops the server: open transactions are rolled back, everything committed is on disk. */
  stop(): Promise<void> {
    this.stopped ??= this.stopOnce();
    return this.stopped;
  }

  private async stopOnce(): Promise<void> {
    const { cluster, endpoint } = this.ground;
    this.stopping.abort();
    this.reason = 'PostgreSQL was stopped';
    await this.restarting;
    try {
      await stopServer(cluster, this.child?.pid);
      if (endpoint.kind === 'socket' && endpoint.folder !== cluster)
        await rm(endpoint.folder, { recursive: true, force: true });
    } finally {
      process.off('exit', this.onExit);
      await this.lock.release();
    }
  }

  /** One start, from ending what an earlier server left to taking connections. */
  private async launch(): Promise<void> {
    const { cluster, binaries, user, endpoint } = this.ground;
    const startedAt = performance.now();
    const left = await stopServer(cluster);
    if (left > 0) this.log.warn({ processes: left }, 'stopped what an earlier PostgreSQL had left running');
    await removeTraces(cluster, endpoint.kind === 'socket' ? endpoint.folder : null);
    const accessRules = await writeAccessRules(cluster, endpoint.kind === 'socket');
    const child = spawn(binaries.postgres, this.serverArguments(accessRules), {
      cwd: cluster,
      env: SERVER_ENVIRONMENT,
      // A group of its own: Ctrl-C in our terminal is ours to handle, the server is stopped last.
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(user ? { uid: user.uid, gid: user.gid } : {}),
    });
    const output = new ServerOutput(this.log);
    output.follow(child);
    child.unref();
    this.child = child;
    await this.untilReady(child, output);
    const readyAt = performance.now();
    output.ready();
    this.reason = null;
    this.log.info(
      { pid: child.pid, tookMs: Math.round(readyAt - startedAt), cluster },
      'PostgreSQL takes connections',
    );
    child.once('exit', (code, by) =>
      this.died(child, by ?? `exit code ${code}`, performance.now() - readyAt),
    );
    if (hasEnded(child)) this.died(child, 'at once', 0);
  }

  private serverArguments(accessRules: string): string[] {
    const { cluster, endpoint } = this.ground;
    const settings = serverSettings({
      accessRules,
      socketFolder: endpoint.kind === 'socket' ? endpoint.folder : null,
      port: endpoint.kind === 'socket' ? SOCKET_PORT : endpoint.port,
      maxConnections: this.options.maxConnections ?? MAX_CONNECTIONS,
      durable: this.options.durable ?? true,
    });
    return [
      '-D',
      cluster,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ];
  }

  /** The server writes `ready` into its pid file once recovery is done (as pg_ctl reads it). */
  private async untilReady(child: ChildProcess, output: ServerOutput): Promise<void> {
    const { cluster, binaries } = this.ground;
    const timeoutMs = this.options.startTimeoutMs ?? START_TIMEOUT_MS;
    const startedAt = performance.now();
    let saidAt = startedAt;
    let cannotRun: Error | null = null;
    child.once('error', (error) => (cannotRun = error));
    for (;;) {
      await pause(20);
      if (cannotRun) throw notRunnable(binaries.postgres, cannotRun);
      if (hasEnded(child)) throw notStarted(cluster, output.lastLines());
      if (this.stopping.signal.aborted) throw notStarted(cluster, 'it was stopped');
      const file = await readPostmasterFile(cluster);
      if (file?.pid === child.pid && file?.status === 'ready') return;
      const now = performance.now();
      if (now - startedAt > timeoutMs) {
        await stopServer(cluster, child.pid);
        throw notStarted(
          cluster,
          `not ready after ${Math.round(timeoutMs / 1_000)} s. ${output.lastLines()}`,
        );
      }
      if (now - saidAt < SAY_AFTER_MS) continue;
      saidAt = now;
      this.log.info(
        { forMs: Math.round(now - startedAt), cluster },
        'PostgreSQL is starting: it recovers what was not yet in its files',
      );
    }
  }

  private died(child: ChildProcess, how: string, livedMs: number): void {
    if (this.child !== child || this.stopping.signal.aborted) return;
    this.child = null;
    this.reason = `PostgreSQL stopped unexpectedly (${how}) and is being started again`;
    this.log.error(
      { how, livedMs: Math.round(livedMs) },
      'PostgreSQL stopped unexpectedly and is started again',
    );
    this.backoffMs =
      livedMs > HEALTHY_AFTER_MS ? FIRST_BACKOFF_MS : Math.min(this.backoffMs * 2, LONGEST_BACKOFF_MS);
    this.restarting = this.restart();
  }

  private async restart(): Promise<void> {
    const { signal: stopped } = this.stopping;
    while (!stopped.aborted) {
      try {
        await pause(this.backoffMs, undefined, { signal: stopped, ref: false });
        return await this.launch();
      } catch (error) {
        if (stopped.aborted) return;
        this.backoffMs = Math.min(this.backoffMs * 2, LONGEST_BACKOFF_MS);
        this.reason = `PostgreSQL stopped and does not start again: ${reasonOf(error)}`;
        this.log.error({ err: error, nextTryMs: this.backoffMs }, 'PostgreSQL does not start');
      }
    }
  }
}

async function prepareGround(dataDir: string, log: EngineLog): Promise<Ground> {
  const user = await serverUser(dataDir);
  const cluster = await clusterPlace(dataDir, user, log);
  const binaries = await findBinaries(user, dirname(cluster));
  if (await clusterExists(cluster)) await assertVersion(cluster);
  else
    await makeCluster(
      cluster,
      binaries,
      user,
      process.platform === 'win32' ? await passwordOf(cluster) : null,
      log,
    );
  return { cluster, binaries, user, endpoint: await chooseEndpoint(cluster, user) };
}

async function createDatabase(server: string): Promise<void> {
  const client = new Client({ connectionString: server });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

function notRunnable(binary: string, cause: Error): VigilError {
  const hint =
    process.platform === 'linux'
      ? 'The binaries need glibc: on Alpine and other musl systems set VIGIL_DATABASE_URL instead.'
      : 'Set VIGIL_DATABASE_URL to use another PostgreSQL.';
  return new VigilError('engine-misconfigured', `${binary} cannot be run (${cause.message}). ${hint}`, {
    cause,
  });
}

function notStarted(cluster: string, lines: string): VigilError {
  return new VigilError(
    'engine-unavailable',
    `PostgreSQL did not start in ${cluster}: ${lines || 'it said nothing'}`,
  );
}
