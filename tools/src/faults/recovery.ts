import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import type { Fleet } from './fleet.js';
import type { LedgerTail } from './ledger-tail.js';
import { documents, uncounted } from './stored.js';

/** Posts released so long after a fault's end must be found as well: what works again works for what is new. */
const AFTER_MS = 1_000;
const LOOK_EVERY_MS = 250;
/** What has not recovered by then is not waited for any longer. */
export const GIVE_UP_MS = 150_000;

export interface Recovering {
  readonly cluster: Cluster;
  readonly fleet: Fleet;
  readonly tail: LedgerTail;
}

export interface Recovery {
  /** From the fault's end until everything released during it and in the second after it was counted and found by a search, and every instance ready. */
  readonly tookMs: number;
  readonly recovered: boolean;
  /** What was still missing when it was last looked at and not all there. */
  readonly missing: string;
}

/** Waits until nothing is left of a fault. `from`: entries that the ledger had when it began. */
export async function untilRecovered(from: number, { cluster, fleet, tail }: Recovering): Promise<Recovery> {
  const endedAt = Date.now();
  await pause(AFTER_MS);
  const until = await tail.refresh();
  const released = tail.entries.slice(from, until);
  let posts = [...new Set(released.map((entry) => entry.post))];
  let hits = [...new Set(released.filter((entry) => entry.rule !== null).map((entry) => entry.post))];
  let missing = 'nothing';
  for (;;) {
    posts = (await uncounted(cluster.ask, posts)) ?? posts;
    const found = await documents(cluster.elasticsearch, hits).catch(() => []);
    const ids = new Set(found.map(({ id }) => id));
    hits = hits.filter((id) => !ids.has(id));
    const problems = posts.length + hits.length > 0 ? [] : await fleet.problems();
    const tookMs = Date.now() - endedAt;
    if (posts.length + hits.length + problems.length === 0) return { tookMs, recovered: true, missing };
    missing = [
      posts.length > 0 ? `${posts.length} posts not counted (${posts[0]})` : '',
      hits.length > 0 ? `${hits.length} hits not found (${hits[0]})` : '',
      ...problems,
    ]
      .filter(Boolean)
      .join(', ');
    if (tookMs > GIVE_UP_MS) return { tookMs, recovered: false, missing };
    await pause(LOOK_EVERY_MS);
  }
}

/** Posts of the streams among the last released that are not counted yet: work in flight. Null while nobody can tell. */
export async function inFlight({
  cluster,
  tail,
}: Pick<Recovering, 'cluster' | 'tail'>): Promise<number | null> {
  await tail.refresh();
  // Feeds are asked every ten seconds: what waits there is no work in hand.
  const streamed = tail.entries.slice(-LAST_RELEASED).filter((entry) => entry.source.startsWith('stream-'));
  return (await uncounted(cluster.ask, [...new Set(streamed.map((entry) => entry.post))]))?.length ?? null;
}

const LAST_RELEASED = 2_000;
