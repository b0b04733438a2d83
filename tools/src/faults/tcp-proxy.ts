import { connect, createServer, type Server, type Socket } from 'node:net';

/** What may become of a connection on its way. */
export interface Line {
  /** Each piece of bytes comes so much later, in both directions; their order stays. */
  readonly delayMs: number;
  /** And no faster than this, in each direction of each connection; null without a limit. */
  readonly bytesPerSecond: number | null;
}

export const CLEAR: Line = { delayMs: 0, bytesPerSecond: null };

/** Where the proxy leads to: a port on 127.0.0.1 or a Unix socket. */
export type Target = { readonly port: number } | { readonly path: string };

/** Bytes held back for a slow line before the sender is made to wait. */
const MOST_HELD = 256 * 1024;

/** Stands between services and an engine, to cut and slow what they say to each other. */
export class TcpProxy {
  readonly #pairs = new Set<[Socket, Socket]>();
  #line = CLEAR;
  #target: Target | null = null;
  #refusing = false;

  private constructor(
    private readonly server: Server,
    /** Where it listens, on 127.0.0.1. */
    readonly port: number,
  ) {
    server.on('connection', (socket) => this.#accept(socket));
  }

  /** Listens at once, so that an engine can be told where it will be reached; leads somewhere once `target` is set. */
  static async listen(): Promise<TcpProxy> {
    // Either side may end while the other still speaks.
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port for a proxy');
    return new TcpProxy(server, address.port);
  }

  set target(target: Target) {
    this.#target = target;
  }

  /** Connections open now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Resets every connection. Returns how many there were. */
  cut(): number {
    const cut = this.#pairs.size;
    for (const pair of this.#pairs) for (const socket of pair) reset(socket);
    return cut;
  }

  /** Whether new connections are reset too. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  slow(line: Line): void {
    this.#line = line;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  #accept(near: Socket): void {
    if (this.#target === null || this.#refusing) {
      near.on('error', () => undefined);
      near.resetAndDestroy();
      return;
    }
    const far = connect({ ...this.#target, allowHalfOpen: true });
    const pair: [Socket, Socket] = [near, far];
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near]] as const) {
      from.setNoDelay(true);
      this.#carry(from, to);
      // One end gone, the other goes too.
      from.on('error', () => reset(to));
      from.on('close', () => {
        this.#pairs.delete(pair);
        if (!from.readableEnded) to.destroy();
      });
    }
  }

  /** Carries bytes in their order; a slow line's are held back, and its sender waits when too many are. */
  #carry(from: Socket, to: Socket): void {
    const waiting: { readonly bytes: Buffer; readonly dueAt: number }[] = [];
    let held = 0;
    let free = 0;
    let timer: NodeJS.Timeout | null = null;
    let ended = false;
    // One timer for all: of two that are due within the same millisecond the later may fire first.
    const passOn = (): void => {
      timer = null;
      for (let next = waiting[0]; next && next.dueAt <= performance.now(); next = waiting[0]) {
        waiting.shift();
        held -= next.bytes.length;
        if (to.writable && !to.write(next.bytes)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      }
      const [next] = waiting;
      if (next) timer = setTimeout(passOn, Math.ceil(next.dueAt - performance.now()));
      else if (ended) to.end();
      if (held <= MOST_HELD && !to.writableNeedDrain) from.resume();
    };
    from.on('data', (bytes: Buffer) => {
      const { delayMs, bytesPerSecond } = this.#line;
      const takesMs = bytesPerSecond === null ? 0 : (1_000 * bytes.length) / bytesPerSecond;
      // Never before what is held already, also when the line has become clear since.
      free = Math.max(free, performance.now() + delayMs) + takesMs;
      waiting.push({ bytes, dueAt: free });
      held += bytes.length;
      if (held > MOST_HELD) from.pause();
      if (timer === null) passOn();
    });
    from.on('end', () => {
      ended = true;
      if (timer === null) passOn();
    });
  }
}

/** Only TCP knows a reset: a Unix socket is closed. */
function reset(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
