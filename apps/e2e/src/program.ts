import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@vigil/testing';

const MAIN = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));
/** First start with an empty folder, on two busy cores. */
const START_WITHIN_MS = 90_000;
/** After that it is killed: a stop that hangs must not hang the run. */
const STOP_WITHIN_MS = 20_000;

/** The built program, running on a free port with a data folder of its own. */
export interface Program {
  /** `http://127.0.0.1:PORT` */
  readonly address: string;
  /** The link that it printed; works once. */
  readonly signInLink: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
}

/** Starts what `npm start` starts, and waits for the sign-in link. Throws with the program's last output where it does not come. */
export async function startProgram(env: Readonly<Record<string, string>> = {}): Promise<Program> {
  if (!existsSync(MAIN))
    throw new Error('The program is not built: run npm run build, or npm test, which does.');
  const dataDir = await temporaryFolder();
  const child = spawn(process.execPath, ['--enable-source-maps', MAIN], {
    env: {
      ...process.env,
      VIGIL_DATA_DIR: dataDir,
      VIGIL_PORT: '0',
      VIGIL_HOST: '127.0.0.1',
      VIGIL_LOG_LEVEL: 'warn',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stop = async () => {
    await stopChild(child);
    await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const signInLink = await printedLink(child);
    return { address: new URL(signInLink).origin, signInLink, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function printedLink(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (why: string) => {
      clearTimeout(timer);
      reject(new Error(`${why}. It said last:\n${output.slice(-4_000)}`));
    };
    const timer = setTimeout(
      () => fail(`The program printed no sign-in link within ${START_WITHIN_MS} ms`),
      START_WITHIN_MS,
    );
    const read = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-20_000);
      const link = /https?:\/\/\S+\/sign-in#token=[\w-]+/.exec(output)?.[0];
      if (link === undefined) return;
      clearTimeout(timer);
      resolve(link);
    };
    // Both are read on, so that a full pipe never stops the program.
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code, signal) => fail(`The program ended (${code ?? signal})`));
    child.once('error', (error) => fail(error.message));
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await ended;
  clearTimeout(timer);
}
