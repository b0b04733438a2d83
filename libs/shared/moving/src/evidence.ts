import { createHash } from 'node:crypto';
import { isVigilError } from '@vigil/contracts';
import type { EvidenceEntry, ListedEvidenceStore } from '@vigil/evidence';
import type { Tally } from './progress.js';

/** Objects under way at once: a bucket answers in tens of milliseconds, and each object is in memory. */
const AT_ONCE = 8;

export interface EvidenceSize {
  readonly objects: number;
  readonly bytes: number;
}

export async function evidenceSize(store: ListedEvidenceStore): Promise<EvidenceSize> {
  let objects = 0;
  let bytes = 0;
  for await (const { size } of store.entries()) {
    objects += 1;
    bytes += size;
  }
  return { objects, bytes };
}

/** Puts what the target lacks. The key is the hash, so that an interrupted copy goes on by looking at what is there. */
export async function copyEvidence(
  from: ListedEvidenceStore,
  to: ListedEvidenceStore,
  size: EvidenceSize,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  tally.begin('copying evidence', size.objects);
  const present = new Map<string, number>();
  for await (const { key, size: bytes } of to.entries()) present.set(key, bytes);
  await each(from.entries(), signal, async ({ key, size: bytes }) => {
    if (present.get(key) !== bytes) {
      const content = await from.get(key);
      if (content !== null) await to.put(content);
    }
    tally.passed(1, bytes);
  });
}

export interface CheckedEvidence {
  /** First two digits of the keys. */
  readonly prefix: string;
  readonly objects: number;
  /** Over the keys, which are the hashes of the bytes, in their order. */
  readonly sha256: string;
  /** Keys that the target lacks or holds damaged. */
  readonly faulty: readonly string[];
}

/** Reads every object of the source at the target, where its bytes must have the hash that is its key. Damaged ones are removed, so that the next run copies them anew. */
export async function checkEvidence(
  from: ListedEvidenceStore,
  to: ListedEvidenceStore,
  size: EvidenceSize,
  tally: Tally,
  signal: AbortSignal,
): Promise<CheckedEvidence[]> {
  tally.begin('checking evidence', size.objects);
  const keys: string[] = [];
  const faulty = new Set<string>();
  await each(from.entries(), signal, async ({ key, size: bytes }) => {
    keys.push(key);
    try {
      if ((await to.get(key)) === null) faulty.add(key);
    } catch (error) {
      if (!isVigilError(error, 'internal')) throw error;
      faulty.add(key);
      await to.delete(key);
    }
    tally.passed(1, bytes);
  });
  return prefixesOf(keys.sort(), faulty);
}

/** One line for each prefix. `keys` in order. */
export function prefixesOf(keys: readonly string[], faulty: ReadonlySet<string>): CheckedEvidence[] {
  return [...Map.groupBy(keys, (key) => key.slice(0, 2))].map(([prefix, of]) => {
    const hash = createHash('sha256');
    for (const key of of) hash.update(`${key}\n`);
    return {
      prefix,
      objects: of.length,
      sha256: hash.digest('hex'),
      faulty: of.filter((key) => faulty.has(key)),
    };
  });
}

/** Runs the work on each entry, a few at a time; stops at the first failure. */
export async function each(
  entries: AsyncIterable<EvidenceEntry>,
  signal: AbortSignal,
  work: (entry: EvidenceEntry) => Promise<void>,
): Promise<void> {
  let group: EvidenceEntry[] = [];
  const flush = async (): Promise<void> => {
    signal.throwIfAborted();
    await Promise.all(group.map(work));
    group = [];
  };
  for await (const entry of entries) {
    group.push(entry);
    if (group.length === AT_ONCE) await flush();
  }
  await flush();
}
