import type { Readable } from 'node:stream';

/** Where a command reads and writes: the process, or a test. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  /** Results. Resolves when the reader has taken them, so that a slow reader slows the command down. */
  out(text: string): Promise<void>;
  /** Progress, messages and errors. */
  err(text: string): void;
  /** Aborted by Ctrl-C, and when nobody reads the results any more. */
  readonly signal: AbortSignal;
  /** Whether a person looks at the messages, so that progress may overwrite itself. */
  readonly interactive: boolean;
}

/** The process as a terminal. A reader that goes away (`vigil search x | head`) ends the command quietly. */
export function processTerminal(process: NodeJS.Process): Terminal {
  const stop = new AbortController();
  const closed = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    stop.abort();
    process.exit(process.exitCode ?? 0);
  };
  process.stdout.on('error', closed);
  process.stderr.on('error', () => undefined);
  process.once('SIGINT', () => {
    stop.abort();
    process.exitCode = 130;
    // What listens to the signal ends by itself; the second Ctrl-C is Node's own.
  });
  return {
    env: process.env,
    stdin: process.stdin,
    out: (text) =>
      new Promise((resolve) =>
        process.stdout.write(text) ? resolve() : process.stdout.once('drain', resolve),
      ),
    err: (text) => void process.stderr.write(text),
    signal: stop.signal,
    interactive: process.stderr.isTTY,
  };
}
