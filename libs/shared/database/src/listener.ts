import { setTimeout as pause } from 'node:timers/promises';
import pg, { type Client } from 'pg';
import { VigilError } from '@vigil/contracts';
import type { EngineLog } from './engine-log.js';

type Listen = (payload: string) => void;

const CONNECT_TIMEOUT_MS = 10_000;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;
/** How often a quiet connection is tried: a peer that vanished says nothing by itself. */
const PROBE_EVERY_MS = 30_000;
const PROBE_TIMEOUT_MS = 10_000;
/** PostgreSQL cuts longer identifiers. */
const CHANNEL = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * NOTIFY for any number of listeners over one connection of its own, made with the first of them and made again
 * when it is lost. What was notified meanwhile is lost too, so after a reconnection every listener is called once with ''.
 */
export class Listener {
  private readonly listeners = new Map<string, Set<Listen>>();
  private client: Client | null = null;
  private connecting: Promise<void> | null = null;
  private closed = false;
  private hadConnection = false;
  private readonly stopWaiting = new AbortController();
  private probe: NodeJS.Timeout | null = null;

  constructor(
    private readonly connectionString: string,
    private readonly log: EngineLog,
  ) {}

  async listen(channel: string, listener: Listen): Promise<() => Promise<void>> {
    if (!CHANNEL.test(channel))
      throw new VigilError(
        'internal',
        `${channel} is no channel: lower-case letters, digits and _, at most 63`,
      );
    if (this.closed) throw new VigilError('engine-unavailable', 'The database connection is closed.');
    const own: Listen = (payload) => listener(payload);
    const set = this.listeners.get(channel) ?? new Set();
    this.listeners.set(channel, set);
    set.add(own);
    // Again for a further listener: that of the first may still be under way.
    if (this.client) await this.client.query(`listen ${channel}`).catch((error: unknown) => this.lost(error));
    else await this.connected();
    return async () => {
      set.delete(own);
      if (set.size > 0 || this.listeners.get(channel) !== set) return;
      this.listeners.delete(channel);
      await this.client?.query(`unlisten ${channel}`).catch(() => undefined);
    };
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopWaiting.abort();
    if (this.probe) clearInterval(this.probe);
    this.listeners.clear();
    await this.connecting;
    const client = this.client;
    this.client = null;
    await client?.end().catch(() => undefined);
  }

  /** Resolves once connected; tries until then, or until closed. */
  private connected(): Promise<void> {
    if (this.client || this.closed) return Promise.resolve();
    this.connecting ??= this.connect().finally(() => (this.connecting = null));
    return this.connecting;
  }

  private async connect(): Promise<void> {
    for (let waitMs = FIRST_BACKOFF_MS; !this.closed; waitMs = Math.min(waitMs * 2, LONGEST_BACKOFF_MS)) {
      const client = new pg.Client({
        connectionString: this.connectionString,
        application_name: 'vigil listen',
        keepAlive: true,
        connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      });
      client.on('error', (error) => this.lost(error, client));
      client.on('end', () => this.lost(new Error('the connection ended'), client));
      client.on('notification', (n) => this.deliver(n.channel, n.payload ?? ''));
      try {
        await client.connect();
        this.client = client;
        for (const channel of this.listeners.keys()) await client.query(`listen ${channel}`);
        // Lost again while listening was set up.
        if (this.client !== client) continue;
        this.startProbe();
        if (this.hadConnection) for (const channel of [...this.listeners.keys()]) this.deliver(channel, '');
        this.hadConnection = true;
        return;
      } catch (error) {
        if (this.client === client) this.client = null;
        void client.end().catch(() => undefined);
        this.log.debug(
          { err: error, nextTryMs: waitMs },
          'the connection for notifications cannot be made yet',
        );
        await pause(waitMs, undefined, { signal: this.stopWaiting.signal }).catch(() => undefined);
      }
    }
  }

  private lost(error: unknown, client: Client | null = this.client): void {
    if (this.client === null || this.client !== client) return;
    this.client = null;
    void client.end().catch(() => undefined);
    if (this.closed) return;
    this.log.warn({ err: error }, 'the connection for notifications was lost and is made again');
    void this.connected();
  }

  private deliver(channel: string, payload: string): void {
    for (const listener of this.listeners.get(channel) ?? []) {
      try {
        listener(payload);
      } catch (error) {
        this.log.error({ err: error, channel }, 'a listener failed');
      }
    }
  }

  private startProbe(): void {
    if (this.probe) clearInterval(this.probe);
    this.probe = setInterval(() => {
      const client = this.client;
      if (!client) return;
      const late = setTimeout(
        () => this.lost(new Error(`no answer in ${PROBE_TIMEOUT_MS} ms`), client),
        PROBE_TIMEOUT_MS,
      );
      client.query('select 1').then(
        () => clearTimeout(late),
        (error: unknown) => {
          clearTimeout(late);
          this.lost(error, client);
        },
      );
    }, PROBE_EVERY_MS);
    this.probe.unref();
  }
}
