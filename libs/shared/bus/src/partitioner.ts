/**
 * Partition of a key: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over the UTF-8 bytes, then the finaliser of
 * MurmurHash3, because the low bits of FNV-1a depend only on the low bits of the input and we take the hash modulo a
 * small number. Must never change: stored logs rely on it.
 */
export function partitionOf(key: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % partitions;
}

/** So many keys are remembered: twice the accounts of a large installation, about 10 MB. */
const MAX_REMEMBERED = 100_000;

/** `partitionOf` for a fixed number of partitions, remembering keys: the same channels publish again and again. */
export function partitioner(partitions: number): (key: string) => number {
  const remembered = new Map<string, number>();
  return (key) => {
    const known = remembered.get(key);
    if (known !== undefined) return known;
    const partition = partitionOf(key, partitions);
    if (remembered.size >= MAX_REMEMBERED) remembered.clear();
    remembered.set(key, partition);
    return partition;
  };
}
