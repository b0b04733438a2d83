import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const SAMPLE_MEMORY_EVERY_MS = 2_000;

/** A part of what is measured: a process and all its descendants. */
export interface Part {
  readonly name: string;
  readonly pid: number;
}

/** Megabytes of a part. */
export interface Memory {
  /** Pages that several processes share (PostgreSQL's buffers) counted once: proportional set size. */
  readonly pssMb: number;
  /** Resident pages as top shows them, shared ones counted in every process. */
  readonly rssMb: number;
}

/** What each part uses; parts of one name are added up. Read from /proc, so Linux alone; null elsewhere. */
export type Usage<T> = ReadonlyMap<string, T> | null;

/** Processes that end meanwhile count as nothing. */
export async function memoryOf(parts: readonly Part[]): Promise<Usage<Memory>> {
  return usageOf(
    parts,
    async (pid) => {
      const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
      const mb = (name: string) =>
        Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1_024;
      return { pssMb: mb('Pss'), rssMb: mb('Rss') };
    },
    (one, other) => ({ pssMb: one.pssMb + other.pssMb, rssMb: one.rssMb + other.rssMb }),
  );
}

/** Processor seconds that each part has used since it began. */
export async function processorSecondsOf(parts: readonly Part[]): Promise<Usage<number>> {
  return usageOf(
    parts,
    async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      // Linux counts in hundredths of a second (USER_HZ).
      return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100;
    },
    (one, other) => one + other,
  );
}

async function usageOf<T>(
  parts: readonly Part[],
  read: (pid: number) => Promise<T>,
  add: (one: T, other: T) => T,
): Promise<Usage<T>> {
  const parents = await parentsOf().catch(() => null);
  if (parents === null) return null;
  const usage = new Map<string, T>();
  for (const { name, pid } of parts) {
    for (const one of await Promise.all(treeOf(pid, parents).map(read))) {
      const before = usage.get(name);
      usage.set(name, before === undefined ? one : add(before, one));
    }
  }
  return usage;
}

async function parentsOf(): Promise<Map<number, number>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const parents = new Map<number, number>();
  await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
      // pid (name) state parent …; the name may hold anything, so it is cut off at its last parenthesis.
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (Number.isInteger(parent)) parents.set(pid, parent);
    }),
  );
  return parents;
}

function treeOf(root: number, parents: ReadonlyMap<number, number>): number[] {
  const tree = [root];
  for (let at = 0; at < tree.length; at += 1) {
    for (const [pid, parent] of parents) if (parent === tree[at]) tree.push(pid);
  }
  return tree;
}

/** Looks at the parts' memory now and then; `stop` gives the most that was seen of each. */
export function watchMemory(parts: () => readonly Part[]): { stop(): Promise<Usage<Memory>> } {
  const most = new Map<string, Memory>();
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      for (const [name, { pssMb, rssMb }] of (await memoryOf(parts())) ?? []) {
        const before = most.get(name);
        most.set(name, {
          pssMb: Math.max(before?.pssMb ?? 0, pssMb),
          rssMb: Math.max(before?.rssMb ?? 0, rssMb),
        });
      }
      await pause(SAMPLE_MEMORY_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await watching;
      return most.size === 0 ? null : most;
    },
  };
}
