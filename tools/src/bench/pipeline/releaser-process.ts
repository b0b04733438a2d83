import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SOURCES } from './corpus.js';
import type { ReleaserState } from './releaser.js';

/** The releaser, seen from the bench: started, asked and ended. */
export class ReleaserProcess {
  private seen = 0;

  private constructor(
    private readonly child: ChildProcess,
    readonly port: number,
  ) {}

  static async start(): Promise<ReleaserProcess> {
    const child = spawn(process.execPath, [fileURLToPath(new URL('./releaser.js', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const port = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.stdout.once('data', (text: Buffer) => resolve(Number(text.toString())));
    });
    return new ReleaserProcess(child, port);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('the releaser has no process id');
    return this.child.pid;
  }

  phase(rate: number, seconds: number): Promise<ReleaserState> {
    return this.ask(`/phase?rate=${rate}&seconds=${seconds}`);
  }

  /** With the sampled posts released since the last call. */
  async state(from = this.seen): Promise<ReleaserState> {
    const state = await this.ask(`/state?from=${from}`);
    this.seen = from + state.sampled.length;
    return state;
  }

  async untilFollowed(): Promise<void> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const { streams } = await this.state();
      if (streams === SOURCES) return;
      if (Date.now() > deadline)
        throw new Error(`only ${streams} of ${SOURCES} streams are followed after a minute`);
      await pause(100);
    }
  }

  stop(): void {
    this.child.stdin?.end();
  }

  private async ask(route: string): Promise<ReleaserState> {
    const response = await fetch(`http://127.0.0.1:${this.port}${route}`, { method: 'POST' });
    return (await response.json()) as ReleaserState;
  }
}
