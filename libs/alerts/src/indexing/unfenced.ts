import type { Transaction } from '@vigil/database';
import { type BatchPlan, type KeyedEvent, type Known, planBatch } from './plan-batch.js';

/**
 * The consumer without its fence, for `npm run faults -- --break fencing` alone: that run must be able to find what
 * the fence prevents. Nobody asks whether the batch was another's meanwhile, nor whether a post was counted before.
 */
export function planUnfenced(events: readonly KeyedEvent[], known: Known, nowMs: number): BatchPlan {
  const observed = new Set(events.filter(({ event }) => event.type === 'observed').map(({ key }) => key));
  const forgotten: Known = {
    ...known,
    seen: new Set([...known.seen].filter((key) => !observed.has(key))),
    hits: new Map([...known.hits].filter(([key]) => !observed.has(key))),
  };
  const plan = planBatch(events, forgotten, nowMs);
  // Counted again, but marked as seen once: its key is unique.
  return { ...plan, newPosts: plan.newPosts.filter((key) => !known.seen.has(key)) };
}

/** Moves the partition's offset wherever it stood. */
export async function setOffset(tx: Transaction, partition: number, next: bigint): Promise<void> {
  await tx.query(
    `INSERT INTO alerts_offset (partition, next) VALUES ($1, $2)
     ON CONFLICT (partition) DO UPDATE SET next = excluded.next`,
    [partition, next.toString()],
  );
}
