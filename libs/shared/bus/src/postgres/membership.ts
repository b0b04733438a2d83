import { hostname } from 'node:os';
import { performance } from 'node:perf_hooks';
import { Client } from 'pg';
import type { Logger } from 'pino';
import { Signal } from './signal.js';
import { reasonOf } from './transient.js';
import type { Tuning } from './tuning.js';

/** First key of the bus's advisory locks: (7318, 0) orders rebalances, (7318, id) says that consumer `id` lives. */
const LOCKS = 7318;
const MEMBERS_CHANNEL = 'vigil_bus_members';

/** A partition given to a consumer. */
export interface Claim {
  readonly partition: number;
  readonly generation: bigint;
  /** The group's offset as the bus has it. */
  readonly next: bigint;
  /** The partition's head when it was given. */
  readonly head: bigint;
}

/** What a consumer must offer to be given partitions. */
export interface Member {
  readonly topic: string;
  readonly group: string;
  /** Partitions it works on, with the generation of each. */
  readonly held: ReadonlyMap<number, bigint>;
  claimed(claims: readonly Claim[]): void;
  /** Finish the batch in hand, then call `released`. */
  giveUp(partitions: readonly number[]): void;
  /** They belong to someone else now: drop what is in hand. */
  lose(partitions: readonly number[], why: string): void;
}

interface Joined {
  readonly member: Member;
  id: number;
}

interface OffsetRow extends Record<string, unknown> {
  topic: string;
  consumer_group: string;
  partition: number;
  owner: number | null;
  generation: string;
}

/** Which consumer a partition belongs to: every process works out the same from the same list. */
export function fairOwner(partition: number, consumers: readonly number[]): number | undefined {
  return consumers.toSorted((a, b) => a - b)[partition % consumers.length];
}

/**
 * Shares partitions among the consumers of all processes. Each consumer holds a lease, renewed at every beat, and an advisory
 * lock on this process's one connection. A process that dies loses the lock at once, so that its successor need not wait; one
 * that hangs (SIGSTOP, a suspended machine) keeps the lock but loses the lease. What such a zombie still does is fenced by the
 * generation in `bus_offset`. Rebalances run one at a time in the database, under an advisory lock.
 */
export class Membership {
  readonly #joined = new Set<Joined>();
  readonly #wake = new Signal();
  #client: Client | null = null;
  #turn: Promise<void> = Promise.resolve();
  #running: Promise<void> | null = null;
  #closed = false;
  #lastBeat = performance.now();
  #elsewhere: ReadonlySet<string> | null = null;

  constructor(
    private readonly connectionString: string,
    private readonly tuning: Tuning,
    private readonly log: Logger,
  ) {}

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
      this.log.warn({ topic: member.topic, group: member.group, reason: reasonOf(error) }, 'bus: could not say goodbye');
    }
  }

  beatSoon(): void {
    this.#wake.raise();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#wake.raise();
    await this.#running;
    await this.#client?.end().catch(() => undefined);
    this.#client = null;
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

  /** The one connection carries transactions: whoever uses it has it alone. */
  async #alone<R>(work: (client: Client) => Promise<R>): Promise<R> {
    const turn = this.#turn.then(async () => work(await this.#connected()));
    this.#turn = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async #connected(): Promise<Client> {
    if (this.#client) return this.#client;
    const client = new Client({
      connectionString: this.connectionString,
      application_name: 'vigil-bus',
      connectionTimeoutMillis: this.tuning.leaseMs / 2,
      query_timeout: this.tuning.leaseMs / 2,
      keepAlive: true,
    });
    const gone = (): void => {
      if (this.#client !== client) return;
      this.#client = null;
      this.beatSoon();
    };
    client.on('error', gone);
    client.on('end', gone);
    client.on('notification', () => this.beatSoon());
    await client.connect();
    try {
      // A lost beat is a beat repeated: no need to wait for the disk every two seconds.
      await client.query(`SET synchronous_commit = off; LISTEN ${MEMBERS_CHANNEL}`);
      for (const joined of this.#joined) {
        if (await tryLock(client, joined.id)) continue;
        // The server has not noticed yet that our former connection is gone. Begin anew; what the old id held is free.
        await client.query('DELETE FROM bus_consumer WHERE id = $1', [joined.id]);
        joined.id = await newId(client);
      }
    } catch (error) {
      await client.end().catch(() => undefined);
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
      await client.query('ROLLBACK').catch(() => client.end().catch(() => undefined));
      throw error;
    }
    this.#lastBeat = began;
    for (const [one, given] of claims) one.member.claimed(given);
  }
}

async function tryLock(client: Client, id: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', [LOCKS, id]);
  return rows[0]?.locked === true;
}

async function newId(client: Client): Promise<number> {
  for (;;) {
    const { rows } = await client.query<{ id: number }>("SELECT nextval('bus_consumer_id')::int AS id");
    const id = rows[0]?.id;
    if (id !== undefined && (await tryLock(client, id))) return id;
  }
}

async function renew(client: Client, joined: readonly Joined[], leaseMs: number): Promise<void> {
  const owner = `${hostname()}:${process.pid}`;
  await client.query(
    `INSERT INTO bus_consumer (id, topic, consumer_group, process, lease_until)
     SELECT id, topic, consumer_group, $4, clock_timestamp() + $5 * interval '1 ms'
     FROM unnest($1::int[], $2::text[], $3::text[]) AS own(id, topic, consumer_group)
     ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until`,
    [joined.map((one) => one.id), joined.map((one) => one.member.topic), joined.map((one) => one.member.group), owner, leaseMs],
  );
}

const REMOVE_DEAD = `
DELETE FROM bus_consumer c
WHERE NOT c.id = ANY($2::int[]) AND (c.lease_until < clock_timestamp() OR NOT EXISTS (
  SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = $1::oid AND l.objid = c.id::oid AND l.objsubid = 2 AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())))`;

const OFFSETS = `
SELECT topic, consumer_group, partition, owner, generation::text FROM bus_offset
WHERE (topic, consumer_group) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

/**
 * Which partitions the consumer should claim now, and which are stray: its own in the database, but neither its share nor in its
 * hands (a release whose answer was lost). Tells the consumer what to give up and what it has lost.
 */
function share(
  one: Joined,
  rows: readonly OffsetRow[],
  peers: readonly number[],
  alive: ReadonlySet<number>,
): { wanted: number[]; stray: number[] } {
  const { member, id } = one;
  const wanted: number[] = [];
  const stray: number[] = [];
  const surplus: number[] = [];
  const lost: number[] = [];
  for (const row of rows) {
    const held = member.held.get(row.partition);
    const mine = fairOwner(row.partition, peers) === id;
    if (held !== undefined) {
      if (row.owner !== id || BigInt(row.generation) !== held) lost.push(row.partition);
      else if (!mine) surplus.push(row.partition);
    } else if (mine && (row.owner === null || row.owner === id || !alive.has(row.owner))) wanted.push(row.partition);
    else if (row.owner === id) stray.push(row.partition);
  }
  if (lost.length > 0) member.lose(lost, 'another consumer has it');
  if (surplus.length > 0) member.giveUp(surplus);
  return { wanted, stray };
}

async function free(client: Client, id: number, member: Member, partitions: readonly number[]): Promise<void> {
  await client.query(
    'UPDATE bus_offset SET owner = NULL WHERE owner = $1 AND topic = $2 AND consumer_group = $3 AND partition = ANY($4::smallint[])',
    [id, member.topic, member.group, partitions],
  );
}

async function claim(client: Client, one: Joined, partitions: readonly number[]): Promise<Claim[]> {
  const { rows } = await client.query<{ partition: number; generation: string; next: string; head: string }>(
    `UPDATE bus_offset o SET owner = $1, generation = o.generation + 1
     FROM bus_partition p
     WHERE o.topic = $2 AND o.consumer_group = $3 AND o.partition = ANY($4::smallint[]) AND p.topic = o.topic AND p.partition = o.partition
     RETURNING o.partition, o.generation::text, o.next_offset::text AS next, p.next_offset::text AS head`,
    [one.id, one.member.topic, one.member.group, partitions],
  );
  return rows.map((row) => ({
    partition: row.partition,
    generation: BigInt(row.generation),
    next: BigInt(row.next),
    head: BigInt(row.head),
  }));
}
