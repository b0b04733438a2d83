import { type Launch, startServer, stopProcess } from '../engines/server-process.js';

/** One engine's process, which is stopped, killed, frozen and started again on the same folder and port. */
export class Server {
  #pid: number | null = null;

  constructor(private readonly launch: Launch) {}

  async start(): Promise<void> {
    await startServer(this.launch, (pid) => (this.#pid = pid));
  }

  /** In order: SIGTERM, and SIGKILL where that takes too long. */
  async stop(): Promise<void> {
    if (this.#pid === null) return;
    this.signal('SIGCONT');
    await stopProcess(this.#pid);
    this.#pid = null;
  }

  /** SIGKILL. Resolves once it is gone. */
  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.stop();
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    if (this.#pid === null) return;
    try {
      process.kill(this.#pid, name);
    } catch {
      // It is gone already.
    }
  }
}
