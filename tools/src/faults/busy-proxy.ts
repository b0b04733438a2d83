import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** What Elasticsearch itself answers when its queue of writes is full. */
const BUSY = JSON.stringify({
  error: { type: 'es_rejected_execution_exception', reason: 'rejected execution: the queue is full' },
  status: 429,
});

/** Stands before Elasticsearch, and answers writes for it while it is to seem overloaded. */
export class BusyProxy {
  #busy = false;
  #refused = 0;

  private constructor(
    private readonly server: Server,
    readonly port: number,
    private readonly targetPort: number,
  ) {
    server.on('request', (from, to) => this.#answer(from, to));
  }

  static async before(targetPort: number): Promise<BusyProxy> {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port for a proxy');
    return new BusyProxy(server, address.port, targetPort);
  }

  /** Bulk writes answered with 429 so far. */
  get refused(): number {
    return this.#refused;
  }

  busy(busy: boolean): void {
    this.#busy = busy;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  #answer(from: IncomingMessage, to: ServerResponse): void {
    const { method, url, headers } = from;
    if (this.#busy && url?.split('?')[0]?.endsWith('/_bulk')) {
      this.#refused += 1;
      from.resume();
      to.writeHead(429, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' }).end(
        BUSY,
      );
      return;
    }
    const onward = request(
      { host: '127.0.0.1', port: this.targetPort, method, path: url, headers },
      (answer) => {
        to.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(to);
        answer.on('error', () => to.destroy());
      },
    );
    // As if the server itself had gone.
    onward.on('error', () => to.destroy());
    from.on('aborted', () => onward.destroy());
    from.pipe(onward);
  }
}
