import { performance } from 'node:perf_hooks';
import { VigilError } from '@vigil/contracts';
import { type Database, openPool } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import {
  claim,
  type Claim,
  type Client,
  free,
  type Joined,
  LOCKS,
  type Member,
  newId,
  OFFSETS,
  type OffsetRow,
  REMOVE_DEAD,
  renew,
  share,
  tryLock,
} from './shares.js';
import { Signal } from '../delivery/signal.js';
import { reasonOf } from '../delivery/transient.js';
import type { Tuning } from './tuning.js';

const MEMBERS_CHANNEL = 'vigil_bus_members';

type Pool = Database['pool'];

/**
 * Shares partitions among the consumers of all processes. Each consumer holds a lease, renewed at every beat, and an advisory
 * lock on this process's one connection. A process that dies loses the lock at once, so that its successor need not wait; one
 * that hangs (SIGSTOP, a suspended machine) keeps the lock but loses the lease. What such a zombie still does is fenced by the
 * generation in `bus_offset`. Rebalances run one at a time in the database, under an advisory lock.
 */
export class Membership {
  readonly #joined = new Set<Joined>();
  readonly #wake = new Signal();
  /** Holds the one connection: the locks live in its session. */
  readonly #pool: Pool;
  #client: Client | null = null;
  #turn: Promise<void> = Promise.resolve();
  #running: Promise<void> | null = null;
  #closed = false;
  #lastBeat = performance.now();
  #elsewhere: ReadonlySet<string> | null = null;

  constructor(
    connectionString: string,
    private readonly tuning: Tuning,
    private readonly log: Telemetry['log'],
  ) {
    this.#pool = openPool({
      connectionString,
      size: 1,
      applicationName: 'vigil-bus',
      statementTimeoutMs: tuning.leaseMs / 2,
      onLost: () => undefined,
    });
  }

  /** Why the last beat failed; null when it did not. */
  failure: string | null = null;

  /** Whether consumers of the topic live in other processes, as of the last beat; true where nobody knows. */
  readElsewhere(topic: string): boolean {
    return this.#elsewhere?.has(topic) ?? true;
  }

  /** Id of a consumer that has joined: the owner that its commits name. */
  idOf(member: Member): number {
    return this.#find(member)?.id ?? -1;
  }

  /** Resolves once the consumer is known to all and has been given its share, which may be nothing for now. */
  async join(member: Member): Promise<void> {
    await this.#alone(async (client) => {
      const joined = { member, id: await newId(client) };
      this.#joined.add(joined);
      try {
        await this.#beat(client);
      } catch (error) {
        this.#joined.delete(joined);
        throw error;
      }
      await client.query(`NOTIFY ${MEMBERS_CHANNEL}`);
    });
    this.#running ??= this.#run();
  }

  /** Gives partitions back and tells the others. The caller no longer works on them. */
  async released(member: Member, partitions: readonly number[]): Promise<void> {
    await this.#alone(async (client) => {
      await free(client, this.idOf(member), member, partitions);
      await client.query(`NOTIFY ${MEMBERS_CHANNEL}`);
    });
  }

  async leave(member: Member): Promise<void> {
    const joined = this.#find(member);
    if (!joined) return;
    this.#joined.delete(joined);
    try {
      await this.#alone(async (client) => {
        await client.query('UPDATE bus_offset SET owner = NULL WHERE owner = $1', [joined.id]);
        await client.query('DELETE FROM bus_consumer WHERE id = $1', [joined.id]);
        await client.query('SELECT pg_advisory_unlock($1, $2)', [LOCKS, joined.id]);
        await client.query(`NOTIFY ${MEMBERS_CHANNEL}`);
      });
    } catch (error) {
      // The lock goes with the connection, and the others take over then.
      this.log.warn(
        { topic: member.topic, group: member.group, reason: reasonOf(error) },
        'bus: could not say goodbye',
      );
    }
  }

  beatSoon(): void {
    this.#wake.raise();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake.raise();
    await this.#running;
    this.#drop(this.#client);
    await this.#pool.end();
  }

  #find(member: Member): Joined | undefined {
    for (const joined of this.#joined) if (joined.member === member) return joined;
    return undefined;
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#closed) {
      const quick = Math.min(this.tuning.beatMs, 100 * 2 ** Math.min(failures, 10));
      await this.#wake.wait(failures > 0 ? quick : this.tuning.beatMs);
      if (this.#closed) break;
      try {
        await this.#alone((client) => this.#beat(client));
        failures = 0;
        this.failure = null;
      } catch (error) {
        failures += 1;
        this.failure = reasonOf(error);
        if (failures === 1) this.log.warn({ reason: this.failure }, 'bus: lease not renewed, trying again');
        this.#checkLease();
      }
    }
  }

  /** Without a beat for a whole lease others may have taken over: stop before they begin, as far as our clock can tell. */
  #checkLease(): void {
    if (performance.now() - this.#lastBeat < this.tuning.leaseMs) return;
    for (const { member } of this.#joined) {
      const held = [...member.held.keys()];
      if (held.length > 0) member.lose(held, 'its lease ended without being renewed');
    }
  }

  /** The one connection carries transactions: whoever uses it has it alone, and not for longer than half a lease. */
  async #alone<R>(work: (client: Client) => Promise<R>): Promise<R> {
    const turn = this.#turn.then(() => this.#soon(async () => work(await this.#connected())));
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  /** A connection whose other end is gone without a word answers nothing at all: it is given up. */
  async #soon<R>(work: () => Promise<R>): Promise<R> {
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      this.#drop(this.#client);
      reject(new VigilError('engine-unavailable', 'the database does not answer', { retriable: true }));
    }, this.tuning.leaseMs / 2);
    try {
      return await Promise.race([work(), promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #drop(client: Client | null): void {
    if (client === null || this.#client !== client) return;
    this.#client = null;
    client.release(true);
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client;
    const client = await this.#pool.connect();
    const gone = (): void => {
      this.#drop(client);
      this.beatSoon();
    };
    client.on('error', gone);
    client.on('end', gone);
    client.on('notification', () => this.beatSoon());
    try {
      // A lost beat is a beat repeated: no need to wait for the disk every two seconds. A process that is stopped amid a
      // beat must not hold up everyone else's: the server ends its transaction.
      await client.query(
        `SET synchronous_commit = off; SET idle_in_transaction_session_timeout = ${this.tuning.leaseMs / 2}; LISTEN ${MEMBERS_CHANNEL}`,
      );
      for (const joined of this.#joined) {
        if (await tryLock(client, joined.id)) continue;
        // The server has not noticed yet that our former connection is gone. Begin anew; what the old id held is free.
        await client.query('DELETE FROM bus_consumer WHERE id = $1', [joined.id]);
        joined.id = await newId(client);
      }
    } catch (error) {
      client.release(true);
      throw error;
    }
    this.#client = client;
    return client;
  }

  /** Renews the leases and lets partitions change hands, in one transaction. */
  async #beat(client: Client): Promise<void> {
    const began = performance.now();
    const claims = new Map<Joined, Claim[]>();
    const joined = [...this.#joined];
    await client.query('BEGIN');
    try {
      await client.query('SELECT pg_advisory_xact_lock($1, 0)', [LOCKS]);
      await renew(client, joined, this.tuning.leaseMs);
      await client.query(REMOVE_DEAD, [LOCKS, joined.map((one) => one.id)]);
      const { rows: living } = await client.query<{ id: number; topic: string; consumer_group: string }>(
        'SELECT id, topic, consumer_group FROM bus_consumer',
      );
      const own = new Set(joined.map((one) => one.id));
      this.#elsewhere = new Set(living.filter((one) => !own.has(one.id)).map((one) => one.topic));
      const { rows: offsets } = await client.query<OffsetRow>(OFFSETS, [
        joined.map((one) => one.member.topic),
        joined.map((one) => one.member.group),
      ]);
      const alive = new Set(living.map((one) => one.id));
      for (const one of joined) {
        const of = (row: { topic: string; consumer_group: string }): boolean =>
          row.topic === one.member.topic && row.consumer_group === one.member.group;
        const peers = living.filter(of).map((peer) => peer.id);
        const { wanted, stray } = share(one, offsets.filter(of), peers, alive);
        if (stray.length > 0) await free(client, one.id, one.member, stray);
        if (wanted.length > 0) claims.set(one, await claim(client, one, wanted));
      }
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => this.#drop(client));
      throw error;
    }
    this.#lastBeat = began;
    for (const [one, given] of claims) one.member.claimed(given);
  }
}
