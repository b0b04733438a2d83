import { spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** A script of this folder in Python, asked a line at a time. */
export class PythonScript {
  private readonly answers: AsyncIterator<string>;

  private constructor(private readonly process: ChildProcessByStdio<Writable, Readable, null>) {
    this.answers = createInterface({ input: process.stdout })[Symbol.asyncIterator]();
  }

  /** Starts it, or says on standard error what the machine lacks. `VIGIL_BENCH_PYTHON` names another Python. */
  static start(name: string, modules: readonly string[]): PythonScript | null {
    const python = process.env['VIGIL_BENCH_PYTHON'] ?? 'python3';
    const check = spawnSync(python, ['-c', `import ${modules.join(', ')}`], { encoding: 'utf8' });
    if (check.status !== 0) {
      process.stderr.write(`Not compared: ${python} has no ${modules.join(' and ')} (pip install)\n`);
      return null;
    }
    const script = fileURLToPath(new URL(`../../../src/bench/pictures/${name}.py`, import.meta.url));
    return new PythonScript(spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] }));
  }

  async ask(line: string): Promise<unknown> {
    this.process.stdin.write(`${line}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error('the Python script ended');
    return JSON.parse(value) as unknown;
  }

  end(): void {
    this.process.stdin.end();
  }
}
