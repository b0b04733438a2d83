import type { Offsets } from '../message-bus.js';
import type { Administration } from './connection.js';

/** Where a consumer goes on in a partition. */
export interface Start {
  readonly partition: number;
  /** Where the handler stands. */
  readonly position: bigint;
  /** The next record there is: other than `position` where retention or a restored log came between. */
  readonly read: bigint;
  readonly committed: bigint | null;
}

/** Oldest and next offset of a partition. */
export interface Bounds {
  readonly low: bigint;
  readonly high: bigint;
}

export async function boundsOf(administration: Administration, remote: string): Promise<Map<number, Bounds>> {
  const found = await administration.ask(`offsets of ${remote} are not known`, (admin) =>
    admin.fetchTopicOffsets(remote),
  );
  return new Map(
    found.map(({ partition, low, high }) => [partition, { low: BigInt(low), high: BigInt(high) }]),
  );
}

/** What the group has committed; a partition without is missing. */
export async function committedOf(
  administration: Administration,
  remote: string,
  groupId: string,
): Promise<Map<number, bigint>> {
  const found = await administration.ask(`offsets of group ${groupId} are not known`, (admin) =>
    admin.fetchOffsets({ groupId, topics: [remote] }),
  );
  const partitions = found.find((one) => one.topic === remote)?.partitions ?? [];
  // Negative: never committed, or kafkajs's mark for the beginning.
  return new Map(
    partitions
      .map(({ partition, offset }) => [partition, BigInt(offset)] as const)
      .filter(([, offset]) => offset >= 0n),
  );
}

/** `own` are the handler's offsets, null where the group's committed ones are the truth. */
export function startsOf(
  partitions: readonly number[],
  own: Offsets | null,
  committed: ReadonlyMap<number, bigint>,
  bounds: ReadonlyMap<number, Bounds>,
): Start[] {
  return partitions.map((partition) => {
    const { low, high } = bounds.get(partition) ?? { low: 0n, high: 0n };
    const copy = committed.get(partition) ?? null;
    const position = own ? (own.get(partition) ?? 0n) : (copy ?? low);
    const read = position < low ? low : position > high ? high : position;
    return { partition, position, read, committed: copy };
  });
}
