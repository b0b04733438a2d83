/** A topic as it is to be moved: its log begins anew at offset 0 with the first message that some group has not read. */
export interface TopicPositions {
  readonly name: string;
  /** By partition: old offset of the first message to move. */
  readonly bases: readonly bigint[];
  /** By partition: how many messages are to be moved. */
  readonly counts: readonly bigint[];
  /** Group → by partition: where it goes on, in new offsets. */
  readonly groups: ReadonlyMap<string, readonly bigint[]>;
}

export interface OldPositions {
  readonly name: string;
  /** By partition: offset of the next message to come. */
  readonly heads: readonly bigint[];
  /** Group → by partition: offset of the next message to read. */
  readonly groups: ReadonlyMap<string, readonly bigint[]>;
}

/** By partition: the first offset that some group has yet to read; 0 where there is no group. */
export function firstNeeded({ heads, groups }: OldPositions): bigint[] {
  return heads.map((head, partition) => {
    const positions = [...groups.values()].map((group) => group[partition] ?? 0n);
    return positions.length === 0 ? 0n : least([head, ...positions]);
  });
}

/**
 * Old positions as new ones. Partitions stay the same and every message from `oldest` on moves in its order, so an old
 * offset less the base is the new one: each group reads on exactly where it stood, nothing twice and nothing left out. A
 * group behind `oldest`, whose next messages retention has removed, goes on with the oldest that is left.
 */
export function translate(topic: OldPositions, oldest: readonly bigint[]): TopicPositions {
  const bases = topic.heads.map((head, partition) => least([head, oldest[partition] ?? head]));
  const at = (old: bigint, partition: number): bigint => {
    const base = bases[partition] ?? 0n;
    const head = topic.heads[partition] ?? 0n;
    return old < base ? 0n : least([old, head]) - base;
  };
  return {
    name: topic.name,
    bases,
    counts: topic.heads.map((head, partition) => head - (bases[partition] ?? 0n)),
    groups: new Map([...topic.groups].map(([group, old]) => [group, old.map(at)])),
  };
}

/** For comparing with what an interrupted move noted. */
export function describe(topics: readonly TopicPositions[]): string {
  return topics
    .map(({ name, bases, counts }) => `${name} ${bases.map((base, i) => `${base}+${counts[i]}`).join(' ')}`)
    .join('; ');
}

function least(numbers: readonly bigint[]): bigint {
  return numbers.reduce((one, other) => (other < one ? other : one));
}
