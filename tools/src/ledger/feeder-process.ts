import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FeederState } from './feeder.js';
import type { LoadOptions } from './posts.js';

/** The feeder, as the process that started it sees it. */
export interface Feeder {
  readonly port: number;
  /** `state`, `start`, `delay?ms=N` or `finish`. */
  ask(what: string): Promise<FeederState>;
  stop(): void;
}

/** Starts the feeder. It writes what it releases into the file `ledger`, and begins when it is asked to. */
export async function startFeeder(options: LoadOptions, ledger: string): Promise<Feeder> {
  // Under Jest this runs from source, and so must the feeder.
  const fromSource = import.meta.url.endsWith('.ts');
  const script = fileURLToPath(new URL(fromSource ? 'feeder.ts' : 'feeder.js', import.meta.url));
  const hooks = new URL('../../../libs/shared/testing/src/server/source-hooks.mjs', import.meta.url).href;
  const flags = fromSource
    ? ['--disable-warning=ExperimentalWarning', '--experimental-transform-types', '--import', hooks]
    : [];
  const child = spawn(process.execPath, [...flags, script, JSON.stringify({ options, ledger })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString().trim())));
    child.once('exit', () => reject(new Error('the feeder ended before it said its port')));
  });
  return {
    port,
    ask: async (what) => {
      const response = await fetch(`http://127.0.0.1:${port}/${what}`);
      const state: FeederState = JSON.parse(await response.text());
      return state;
    },
    stop: () => void child.kill(),
  };
}
