import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

const SAMPLE_MEMORY_EVERY_MS = 2_000;

/** Megabytes of a process and all its descendants. */
export interface Memory {
  /** Pages that several processes share (PostgreSQL's buffers) counted once: proportional set size. */
  readonly pssMb: number;
  /** Resident pages as top shows them, shared ones counted in every process. */
  readonly rssMb: number;
}

/** Reads /proc, so Linux alone; null elsewhere. Processes that end meanwhile count as nothing. */
export async function memoryOf(root: number): Promise<Memory | null> {
  const tree = await treeOf(root).catch(() => null);
  if (tree === null) return null;
  const rollups = await Promise.all(
    tree.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '')),
  );
  const sum = (name: string) =>
    rollups.reduce(
      (total, text) => total + Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0),
      0,
    );
  return { pssMb: Math.round(sum('Pss') / 1_024), rssMb: Math.round(sum('Rss') / 1_024) };
}

/** Processor seconds that a process and its living descendants have used; null where /proc is not. */
export async function processorSecondsOf(root: number): Promise<number | null> {
  const tree = await treeOf(root).catch(() => null);
  if (tree === null) return null;
  const stats = await Promise.all(tree.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  const ticks = stats.map((stat) => {
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  });
  // Linux counts in hundredths of a second (USER_HZ).
  return ticks.reduce((sum, n) => sum + n, 0) / 100;
}

async function treeOf(root: number): Promise<number[]> {
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
  const tree = [root];
  for (let at = 0; at < tree.length; at += 1) {
    for (const [pid, parent] of parents) if (parent === tree[at]) tree.push(pid);
  }
  return tree;
}

/** Looks at a program's memory now and then; `stop` gives the most that was seen. */
export function watchMemory(pid: number): { stop(): Promise<Memory | null> } {
  const seen: Memory[] = [];
  const stopped = new AbortController();
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      const now = await memoryOf(pid);
      if (now) seen.push(now);
      await pause(SAMPLE_MEMORY_EVERY_MS, undefined, { signal: stopped.signal }).catch(() => undefined);
    }
  })();
  return {
    stop: async () => {
      stopped.abort();
      await watching;
      const most = (name: keyof Memory) => Math.max(...seen.map((memory) => memory[name]));
      return seen.length === 0 ? null : { pssMb: most('pssMb'), rssMb: most('rssMb') };
    },
  };
}
