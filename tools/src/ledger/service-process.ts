import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

/** As `npm start` gives them (tools/launch/workspace.mjs). */
const NODE_FLAGS = [
  '--enable-source-maps',
  '--disable-warning=ExperimentalWarning',
  '--max-semi-space-size=64',
];
/** A check of an engine gives up after some three seconds itself. */
const READYZ_WITHIN_MS = 5_000;
/** A start after a kill takes some three seconds; a machine busy with other things, half a minute. Beyond this something is wrong. */
export const READY_WITHIN_MS = 150_000;

/** Vigil's own patience with itself is 20 s. */
const TERMINATE_WITHIN_MS = 25_000;

/** One of Vigil's programs as a process, to be killed and started again. */
export class ServiceProcess {
  #child: ChildProcess | null = null;
  readonly #log: WriteStream;

  /** `main`: the built program. `address`: where it will answer, as its environment says. */
  constructor(
    readonly main: string,
    readonly address: string,
    private readonly env: Readonly<Record<string, string>>,
    readonly logFile: string,
  ) {
    this.#log = createWriteStream(logFile, { flags: 'a' });
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
    const child = spawn(process.execPath, [...NODE_FLAGS, this.main], {
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
      const ready = await this.problem();
      if (ready === null) return;
      if (Date.now() > deadline)
        throw new Error(
          `the program is not ready after ${READY_WITHIN_MS / 1_000} s: ${ready.slice(0, 500)}`,
        );
      await pause(50);
    }
  }

  /** Why it is not ready; null when it is. */
  problem(): Promise<string | null> {
    return fetch(`${this.address}/readyz`, { signal: AbortSignal.timeout(READYZ_WITHIN_MS) }).then(
      async (response) => (response.ok ? null : await response.text()),
      (error: unknown) => reasonOf(error),
    );
  }

  /** SIGKILL: it learns nothing of it. Resolves once the process is gone; a PostgreSQL of its own lives on. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Freezes it where it stands; false where it does not run. A frozen process is heard of no more, and knows of nothing. */
  freeze(): boolean {
    return this.isRunning && this.#child?.kill('SIGSTOP') === true;
  }

  thaw(): boolean {
    return this.isRunning && this.#child?.kill('SIGCONT') === true;
  }

  /** SIGTERM, and SIGKILL where that takes too long. Resolves once it is gone. */
  async terminate(): Promise<void> {
    const child = this.#child;
    if (!child || !this.isRunning) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), TERMINATE_WITHIN_MS);
    await gone;
    clearTimeout(late);
  }

  /** Terminates it for good. */
  async stop(): Promise<void> {
    await this.terminate();
    this.#log.end();
  }
}

/** fetch hides why it failed in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
