import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, LiveEvent, VigilError } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { AlertsMetrics } from '../alerts-metrics.js';
import { LIVE_CHANNEL } from '../live-events.js';

/** What a stream is written to: Node's response, or a test's. */
export interface LiveSink {
  write(text: string): void;
  /** Bytes accepted and not yet taken by the other side. */
  readonly waiting: number;
  end(): void;
}

/** Streams of one process: an organisation's reviewers several times over. */
const MOST_CLIENTS = 500;
/** A client that has not taken so much is cut off; it reconnects and reads anew. */
const MOST_WAITING_BYTES = 64 * 1024;
/** Proxies cut a silent connection after a minute or less. */
const HEARTBEAT_MS = 15_000;

interface Client {
  readonly sink: LiveSink;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
  /** Asked at each heartbeat: whether the session is still open. */
  readonly stillAllowed: () => Promise<boolean>;
}

/** Server-sent events: passes NOTIFY on to every open page. */
@Injectable()
export class LiveStreams implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #clients = new Set<Client>();
  #heartbeat: NodeJS.Timeout | null = null;
  #unlisten: (() => Promise<void>) | null = null;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly metrics: AlertsMetrics,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.#unlisten = await this.db.listen(LIVE_CHANNEL, (payload) => this.#pass(payload));
    this.#heartbeat = setInterval(() => void this.beat(), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#heartbeat) clearInterval(this.#heartbeat);
    for (const client of this.#clients) this.#drop(client);
    await this.#unlisten?.();
  }

  /** Throws `too-many-requests` where there is no room for another. */
  makeRoom(): void {
    if (this.#clients.size >= MOST_CLIENTS) {
      throw new VigilError(
        'too-many-requests',
        `There are ${MOST_CLIENTS} open event streams already. Close a page, or try again later.`,
        { retriable: true },
      );
    }
  }

  /** Adds a stream until its session ends or it is removed. Returns what removes it. */
  add(sink: LiveSink, session: { endsAt: number; stillAllowed: () => Promise<boolean> }): () => void {
    const client = { sink, ...session };
    this.#clients.add(client);
    this.metrics.liveClients.set(this.#clients.size);
    // The browser waits so long before it reconnects.
    sink.write('retry: 2000\n: open\n\n');
    return () => this.#forget(client);
  }

  /** One heartbeat: keeps connections alive, and ends those whose session has. */
  async beat(): Promise<void> {
    for (const client of [...this.#clients]) {
      if (client.endsAt <= this.clock.now() || !(await client.stillAllowed().catch(() => true)))
        this.#drop(client);
      else this.#write(client, ': alive\n\n');
    }
  }

  #pass(payload: string): void {
    const event = decoded(payload);
    if (event === null) return;
    const text = `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    for (const client of [...this.#clients]) this.#write(client, text);
  }

  #write(client: Client, text: string): void {
    if (client.sink.waiting > MOST_WAITING_BYTES) this.#drop(client);
    else client.sink.write(text);
  }

  #drop(client: Client): void {
    this.#forget(client);
    client.sink.end();
  }

  #forget(client: Client): void {
    this.#clients.delete(client);
    this.metrics.liveClients.set(this.#clients.size);
  }
}

function decoded(payload: string): LiveEvent | null {
  try {
    const result = LiveEvent.safeParse(JSON.parse(payload));
    return result.success ? result.data : null;
  } catch {
    return null;
  }
}
