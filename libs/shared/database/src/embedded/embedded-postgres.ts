import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, readlink, realpath, rm, stat, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { VigilError } from '@vigil/contracts';
import { Client } from 'pg';
import { SILENT, type EngineLog } from '../engine-log.js';
import { reasonOf } from '../failures.js';
import { findBinaries, type Binaries } from './binaries.js';
import { assertVersion, clusterExists, makeCluster, placeFor, serverEnvironment, writeAccessRules } from './cluster.js';
import { chooseEndpoint, connectionStringOf, passwordOf, SOCKET_PORT, type Endpoint } from './endpoint.js';
import { lockFolder, type FolderLock } from './folder-lock.js';
import { errorCode, isAlive, postgresProcessesOf, readPostmasterFile, signal, waitUntilGone } from './processes.js';
import { serverUser, type ServerUser } from './server-user.js';
import { serverSettings } from './settings.js';
import { ServerOutput } from './server-output.js';

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

/** Recovery replays at most max_wal_size (2 GB): a minute on a slow disk, and room. */
const START_TIMEOUT_MS = 300_000;
/** A fast stop writes a checkpoint first. */
const STOP_TIMEOUT_MS = 12_000;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 10_000;
/** A server that lived so long is taken to have been well: the next failure starts the back-off anew. */
const HEALTHY_AFTER_MS = 60_000;
const DATABASE = 'vigil';

/**
 * PostgreSQL 18 from npm on one data folder: started, watched and stopped by this process.
 * A server that dies is started again, with back-off; until then `failure` says why there is none.
 */
export class EmbeddedPostgres {
  private child: ChildProcess | null = null;
  private stopping = false;
  private restarting: Promise<void> | null = null;
  private reason: string | null = null;
  private readonly stopWaiting = new AbortController();
  private readonly onExit = (): void => {
    if (this.child?.pid) signal(this.child.pid, 'SIGINT');
  };

  private constructor(
    private readonly cluster: string,
    private readonly binaries: Binaries,
    private readonly user: ServerUser | null,
    private readonly endpoint: Endpoint,
    private readonly lock: FolderLock,
    private readonly log: EngineLog,
    private readonly options: EmbeddedOptions,
  ) {}

  /**
   * Starts the server of a data folder, making it first where there is none. A server that a killed Vigil left
   * behind is stopped first; a crash is recovered from.
   * Throws `engine-misconfigured` where the folder is in use, not writable, or of another major version.
   */
  static async start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const log = options.log ?? SILENT;
    const dataDir = await usableFolder(resolve(options.dataDir));
    const lock = await lockFolder(dataDir);
    try {
      const engine = await prepare(dataDir, lock, log, options);
      await engine.launch();
      process.once('exit', engine.onExit);
      await createDatabase(engine.endpoint);
      return engine;
    } catch (error) {
      await lock.release();
      throw error;
    }

    async function prepare(folder: string, held: FolderLock, logger: EngineLog, given: EmbeddedOptions) {
      const user = await serverUser(join(folder, 'postgres'));
      const place = await placeFor(folder, user, logger);
      const home = await homeOf(place, folder);
      const binaries = await findBinaries(user, home);
      const cluster = join(home, 'postgres');
      const password = process.platform === 'win32' ? await passwordOf(cluster) : null;
      if (await clusterExists(cluster)) await assertVersion(cluster);
      else await makeCluster(cluster, binaries, user, password, logger);
      const endpoint = await chooseEndpoint(cluster, user);
      return new EmbeddedPostgres(cluster, binaries, user, endpoint, held, logger, given);
    }
  }

  /** Address of the program's database. */
  get connectionString(): string {
    return this.connectionStringOf(DATABASE);
  }

  /** Address of another database of this server, for example `postgres`. */
  connectionStringOf(database: string): string {
    return connectionStringOf(this.endpoint, database);
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
  async stop(): Promise<void> {
    if (this.stopping) return;
    this.stopping = true;
    this.stopWaiting.abort();
    this.reason = 'PostgreSQL was stopped';
    process.off('exit', this.onExit);
    await this.restarting;
    try {
      await stopServer(this.cluster, this.log, this.child?.pid);
    } finally {
      if (this.endpoint.kind === 'socket' && !this.endpoint.folder.startsWith(this.cluster)) {
        await rm(this.endpoint.folder, { recursive: true, force: true }).catch(() => undefined);
      }
      await this.lock.release();
    }
  }

  /** One start, from clearing what an earlier server left to taking connections. */
  private async launch(): Promise<void> {
    const startedAt = Date.now();
    await stopServer(this.cluster, this.log);
    await removeStalePidFile(this.cluster);
    await writeAccessRules(this.cluster, this.endpoint.kind === 'socket', this.user);
    const output = new ServerOutput(this.log);
    const child = spawn(this.binaries.postgres, this.serverArguments(), {
      cwd: this.cluster,
      env: serverEnvironment(),
      // A group of its own: Ctrl-C in our terminal is ours to handle, the server is stopped last.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(this.user ? { uid: this.user.uid, gid: this.user.gid } : {}),
    });
    output.follow(child);
    child.unref();
    this.child = child;
    await this.untilReady(child, output);
    output.ready();
    this.reason = null;
    child.once('exit', (code, by) => this.died(child, by ?? `code ${code}`, Date.now() - startedAt));
    if (child.exitCode !== null || child.signalCode !== null) this.died(child, 'at once', 0);
    this.log.info({ pid: child.pid, tookMs: Date.now() - startedAt, cluster: this.cluster }, 'PostgreSQL takes connections');
  }

  private serverArguments(): string[] {
    const settings = serverSettings({
      socketFolder: this.endpoint.kind === 'socket' ? this.endpoint.folder : null,
      port: this.endpoint.kind === 'socket' ? SOCKET_PORT : this.endpoint.port,
      maxConnections: this.options.maxConnections ?? 60,
      durable: this.options.durable ?? true,
    });
    return ['-D', this.cluster, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  }

  /** The server writes `ready` into its pid file once recovery is done (as pg_ctl reads it). */
  private async untilReady(child: ChildProcess, output: ServerOutput): Promise<void> {
    let spawnError: Error | null = null;
    child.once('error', (error) => (spawnError = error));
    const started = Date.now();
    const timeoutMs = this.options.startTimeoutMs ?? START_TIMEOUT_MS;
    for (let saidAt = started; ; ) {
      if (spawnError) throw notStartable(this.binaries.postgres, spawnError);
      if (child.exitCode !== null || child.signalCode !== null) throw startFailed(this.cluster, output.lastLines());
      const file = await readPostmasterFile(this.cluster);
      if (file !== null && file.pid === child.pid && file.status === 'ready') return;
      const now = Date.now();
      if (now - started > timeoutMs) {
        await stopServer(this.cluster, this.log, child.pid);
        throw startFailed(this.cluster, `not ready after ${Math.round(timeoutMs / 1000)} s. ${output.lastLines()}`);
      }
      if (now - saidAt > 3_000) {
        saidAt = now;
        this.log.info({ forMs: now - started, cluster: this.cluster }, 'PostgreSQL is starting: it recovers from a crash');
      }
      await pause(20);
    }
  }

  private died(child: ChildProcess, how: string, livedMs: number): void {
    if (this.child !== child || this.stopping) return;
    this.child = null;
    this.reason = `PostgreSQL stopped unexpectedly (${how}) and is being started again`;
    this.log.error({ how, livedMs }, 'PostgreSQL stopped unexpectedly; starting it again');
    this.restarting = this.restart(livedMs > HEALTHY_AFTER_MS ? FIRST_BACKOFF_MS : FIRST_BACKOFF_MS * 2);
  }

  private async restart(firstWaitMs: number): Promise<void> {
    for (let waitMs = firstWaitMs; !this.stopping; waitMs = Math.min(waitMs * 2, LONGEST_BACKOFF_MS)) {
      try {
        await pause(waitMs, undefined, { signal: this.stopWaiting.signal, ref: false });
        await this.launch();
        return;
      } catch (error) {
        if (this.stopping) return;
        this.reason = `PostgreSQL stopped and does not start: ${reasonOf(error)}`;
        this.log.error({ err: error, nextTryMs: waitMs * 2 }, 'PostgreSQL does not start');
      }
    }
  }
}

async function usableFolder(dataDir: string): Promise<string> {
  try {
    await mkdir(dataDir, { recursive: true });
    const folder = await realpath(dataDir);
    if (!(await stat(folder)).isDirectory()) throw new Error('it is not a folder');
    const probe = join(folder, `.writable-${process.pid}`);
    await mkdir(probe);
    await rm(probe, { recursive: true });
    return folder;
  } catch (cause) {
    const why = reasonOf(cause);
    throw new VigilError(
      'engine-misconfigured',
      `The data folder ${dataDir} cannot be written (${why}). Give this user the right to write there, or choose another folder with VIGIL_DATA_DIR.`,
      { cause },
    );
  }
}

/** The real folder that holds the cluster: the data folder, or where its link leads. */
async function homeOf(place: string, dataDir: string): Promise<string> {
  const target = await readlink(place).catch(() => null);
  return target === null ? dataDir : resolve(dataDir, target, '..');
}

/**
 * Stops whatever server works in the folder: SIGINT (fast stop, PostgreSQL's own word), then SIGQUIT, then SIGKILL,
 * after which the next start recovers. Children that outlived a killed server are ended as well: a new one cannot
 * start beside them.
 */
async function stopServer(cluster: string, log: EngineLog, known?: number): Promise<void> {
  const pids = new Set(await postgresProcessesOf(cluster));
  if (known !== undefined && isAlive(known)) pids.add(known);
  if (pids.size === 0) return;
  const server = (await readPostmasterFile(cluster))?.pid;
  const head = server !== undefined && pids.has(server) ? server : null;
  if (known === undefined) log.warn({ pids: pids.size, server: head }, 'stopping the PostgreSQL that an earlier Vigil left behind');
  if (head !== null) {
    signal(head, 'SIGINT');
    if (await waitUntilGone([...pids], STOP_TIMEOUT_MS)) return;
  }
  for (const name of ['SIGQUIT', 'SIGKILL'] as const) {
    const left = [...new Set([...pids, ...(await postgresProcessesOf(cluster))])].filter(isAlive);
    for (const pid of left) signal(pid, name);
    if (await waitUntilGone(left, 5_000)) return;
  }
  throw new VigilError('engine-unavailable', `A PostgreSQL in ${cluster} (processes ${[...pids].join(', ')}) cannot be stopped.`, { retriable: true });
}

/** Called when no postgres works in the folder any more: what stands in the file is then of the past. */
async function removeStalePidFile(cluster: string): Promise<void> {
  await unlink(join(cluster, 'postmaster.pid')).catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error;
  });
}

async function createDatabase(endpoint: Endpoint): Promise<void> {
  const client = new Client({ connectionString: connectionStringOf(endpoint, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function notStartable(binary: string, cause: Error): VigilError {
  const hint =
    process.platform === 'linux'
      ? 'The binaries need glibc: on Alpine and other musl systems set VIGIL_DATABASE_URL instead.'
      : 'Set VIGIL_DATABASE_URL to use another PostgreSQL.';
  return new VigilError('engine-misconfigured', `${binary} cannot be run (${cause.message}). ${hint}`, { cause });
}

function startFailed(cluster: string, lines: string): VigilError {
  return new VigilError('engine-unavailable', `PostgreSQL did not start in ${cluster}: ${lines || 'it said nothing'}`);
}
