import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A first start, on two busy cores. */
const START_WITHIN_MS = 90_000;
/** After that it is killed: a stop that hangs must not hang the run. */
const STOP_WITHIN_MS = 20_000;
const OUTPUT_KEPT = 20_000;

/** A built app as a process, and the end of what it printed. */
export interface Child {
  readonly process: ChildProcess;
  /** Standard output and error, the last of it. */
  output(): string;
}

/** Starts a built app on a free port of this machine. The test's own settings of engines do not reach it. */
export function spawnApp(app: string, env: Readonly<Record<string, string>>): Child {
  const main = fileURLToPath(new URL(`../../${app}/dist/main.js`, import.meta.url));
  if (!existsSync(main)) throw new Error(`${app} is not built: run npm run build, or npm test, which does.`);
  const child = spawn(process.execPath, ['--enable-source-maps', main], {
    env: { ...process.env, VIGIL_PORT: '0', VIGIL_HOST: '127.0.0.1', VIGIL_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  // Both are read on, so that a full pipe never stops the program.
  const read = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-OUTPUT_KEPT));
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  return { process: child, output: () => output };
}

/** Waits for what it prints. Throws with its last output where that does not come. */
export function printed(child: Child, pattern: RegExp): Promise<RegExpExecArray> {
  const { process: running } = child;
  return new Promise((resolve, reject) => {
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`${why}. It said last:\n${child.output().slice(-4_000)}`));
    };
    const timer = setTimeout(
      () => fail(`The program did not print ${pattern} within ${START_WITHIN_MS} ms`),
      START_WITHIN_MS,
    );
    const look = () => {
      const found = pattern.exec(child.output());
      if (found === null) return;
      clearTimeout(timer);
      resolve(found);
    };
    running.stdout?.on('data', look);
    running.stderr?.on('data', look);
    running.once('exit', (code, signal) => fail(`The program ended (${code ?? signal})`));
    running.once('error', (error) => fail(error.message));
  });
}

export function isRunning({ process: child }: Child): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Ends it as a supervisor does, or at once. */
export async function stopChild(child: Child, signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
  if (!isRunning(child)) return;
  const ended = once(child.process, 'exit');
  child.process.kill(signal);
  const timer = setTimeout(() => child.process.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
