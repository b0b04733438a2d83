import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { EngineLog } from '../engine-log.js';

const KEPT_LINES = 20;
const LONGEST_LINE = 500;

/** What the server writes on standard error, passed to our log at its level; the last lines are kept for errors. */
export class ServerOutput {
  private readonly lines: string[] = [];
  private isReady = false;

  constructor(private readonly log: EngineLog) {}

  follow(child: ChildProcess): void {
    if (!child.stderr) return;
    const reader = createInterface({ input: child.stderr });
    reader.on('line', (line) => this.take(line.slice(0, LONGEST_LINE)));
    // The pipe must not keep our process alive.
    if ('unref' in child.stderr && typeof child.stderr.unref === 'function') child.stderr.unref();
  }

  /** From here on what it refuses is worth a warning: before, `the database system is starting up` is no news. */
  ready(): void {
    this.isReady = true;
  }

  lastLines(): string {
    return this.lines.slice(-5).join(' | ');
  }

  private take(line: string): void {
    this.lines.push(line);
    if (this.lines.length > KEPT_LINES) this.lines.shift();
    const severity = /\b(LOG|WARNING|ERROR|FATAL|PANIC|HINT|DETAIL):/.exec(line)?.[1];
    const fields = { line };
    if (severity === 'PANIC') this.log.error(fields, 'postgres');
    else if (this.isReady && (severity === 'FATAL' || severity === 'WARNING'))
      this.log.warn(fields, 'postgres');
    else this.log.debug(fields, 'postgres');
  }
}
