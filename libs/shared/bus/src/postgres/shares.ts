import { hostname } from 'node:os';
import type { Transaction } from '@vigil/database';

/** The connection that carries leases and locks. */
export type Client = Transaction['client'];

/** First key of the bus's advisory locks: (7318, 0) orders rebalances, (7318, id) says that consumer `id` lives. */
export const LOCKS = 7318;

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

/** A consumer that has joined, with its id: the owner that its commits name. */
export interface Joined {
  readonly member: Member;
  id: number;
}

export interface OffsetRow extends Record<string, unknown> {
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

export async function tryLock(client: Client, id: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS locked', [
    LOCKS,
    id,
  ]);
  return rows[0]?.locked === true;
}

export async function newId(client: Client): Promise<number> {
  for (;;) {
    const { rows } = await client.query<{ id: number }>("SELECT nextval('bus_consumer_id')::int AS id");
    const id = rows[0]?.id;
    if (id !== undefined && (await tryLock(client, id))) return id;
  }
}

export async function renew(client: Client, joined: readonly Joined[], leaseMs: number): Promise<void> {
  const owner = `${hostname()}:${process.pid}`;
  await client.query(
    `INSERT INTO bus_consumer (id, topic, consumer_group, process, lease_until)
     SELECT id, topic, consumer_group, $4, clock_timestamp() + $5 * interval '1 ms'
     FROM unnest($1::int[], $2::text[], $3::text[]) AS own(id, topic, consumer_group)
     ON CONFLICT (id) DO UPDATE SET lease_until = excluded.lease_until`,
    [
      joined.map((one) => one.id),
      joined.map((one) => one.member.topic),
      joined.map((one) => one.member.group),
      owner,
      leaseMs,
    ],
  );
}

export const REMOVE_DEAD = `
DELETE FROM bus_consumer c
WHERE NOT c.id = ANY($2::int[]) AND (c.lease_until < clock_timestamp() OR NOT EXISTS (
  SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = $1::oid AND l.objid = c.id::oid AND l.objsubid = 2 AND l.granted
    AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())))`;

export const OFFSETS = `
SELECT topic, consumer_group, partition, owner, generation::text FROM bus_offset
WHERE (topic, consumer_group) IN (SELECT * FROM unnest($1::text[], $2::text[]))`;

/**
 * Which partitions the consumer should claim now, and which are stray: its own in the database, but neither its share nor in its
 * hands (a release whose answer was lost). Tells the consumer what to give up and what it has lost.
 */
export function share(
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
    } else if (mine && (row.owner === null || row.owner === id || !alive.has(row.owner)))
      wanted.push(row.partition);
    else if (row.owner === id) stray.push(row.partition);
  }
  if (lost.length > 0) member.lose(lost, 'another consumer has it');
  if (surplus.length > 0) member.giveUp(surplus);
  return { wanted, stray };
}

export async function free(
  client: Client,
  id: number,
  member: Member,
  partitions: readonly number[],
): Promise<void> {
  await client.query(
    'UPDATE bus_offset SET owner = NULL WHERE owner = $1 AND topic = $2 AND consumer_group = $3 AND partition = ANY($4::smallint[])',
    [id, member.topic, member.group, partitions],
  );
}

export async function claim(client: Client, one: Joined, partitions: readonly number[]): Promise<Claim[]> {
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
