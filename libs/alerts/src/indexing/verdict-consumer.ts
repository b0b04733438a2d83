import type { Batch, BatchHandler, Offsets } from '@vigil/bus';
import type { Clock, VerdictEvent } from '@vigil/contracts';
import { type Database, sqlState } from '@vigil/database';
import type { AlertsMetrics } from '../alerts-metrics.js';
import { planShadow } from '../shadow/plan-shadow.js';
import { writeShadow } from '../shadow/shadow-records.js';
import type { HitProjector } from './hit-projector.js';
import { plannedToHit } from './hit-records.js';
import { type BatchPlan, type KeyedEvent, planBatch } from './plan-batch.js';
import { postKey } from './post-key.js';
import { dayOf, type SeenDays } from './seen-days.js';
import { planUnfenced, setOffset } from './unfenced.js';
import { moveOffset, readKnown } from './write-batch.js';
import { writePlan } from './write-plan.js';

export interface VerdictConsumerOptions {
  readonly db: Database;
  readonly clock: Clock;
  readonly seenDays: SeenDays;
  readonly projector: HitProjector;
  readonly metrics: AlertsMetrics;
  /** Called after a batch that changed what the spike detector looks at. */
  readonly onDue: () => void;
  /** Only for `npm run crash`: moves the offset before its effect, which loses posts when the process is killed. */
  readonly commitEarly: boolean;
  /** Only for `npm run faults`: counts what comes again, whoever brings it. */
  readonly unfenced?: boolean;
}

/** Consumes verdicts: fence, dedupe, counts, hits and outbox in one transaction per batch, then the index. */
export class VerdictConsumer implements BatchHandler<VerdictEvent> {
  constructor(private readonly options: VerdictConsumerOptions) {}

  async handle(batch: Batch<VerdictEvent>): Promise<void> {
    const { db, clock, seenDays, projector, metrics, commitEarly, unfenced } = this.options;
    const stopTimer = metrics.batchSeconds.startTimer();
    const now = clock.now();
    await seenDays.ensure(now);
    const events: KeyedEvent[] = batch.messages.map(({ value }) => ({
      key: postKey(value.facts.id),
      event: value,
    }));
    if (commitEarly) await db.transaction((tx) => moveOffset(tx, batch.partition, batch.first, batch.next));

    const { plan, seqs } = await onceMoreWhereSeenMeanwhile(() =>
      db.transaction(async (tx) => {
        if (unfenced) await setOffset(tx, batch.partition, batch.next);
        else if (!commitEarly) await moveOffset(tx, batch.partition, batch.first, batch.next);
        const known = await readKnown(tx, [...new Set(events.map((one) => one.key))]);
        const planned = unfenced ? planUnfenced(events, known, now) : planBatch(events, known, now);
        const at = { part: batch.partition, day: dayOf(now), nowMs: now };
        const seenFirst = planned.newPosts.filter((key) => !known.hits.has(key));
        await writeShadow(tx, planShadow(events, seenFirst, known.erased), at);
        return { plan: planned, seqs: await writePlan(tx, planned, at) };
      }),
    );

    stopTimer();
    metrics.verdicts.inc(batch.messages.length);
    metrics.posts.inc(plan.newPosts.length);
    metrics.hits.inc(newHits(plan));
    if (plan.due.length > 0) this.options.onDue();
    await projector.push(
      plan.hits.map((hit, at) => ({ seq: seqs[at] ?? '0', hit: plannedToHit(hit) })),
      batch.signal,
    );
  }

  async resumeFrom(partitions: readonly number[]): Promise<Offsets> {
    const rows = await this.options.db.query<{ partition: number; next: string }>(
      'SELECT partition, next FROM alerts_offset WHERE partition = ANY($1::int[])',
      [[...partitions]],
    );
    return new Map(rows.map((row) => [row.partition, BigInt(row.next)]));
  }
}

const UNIQUE_VIOLATION = '23505';
/** Each try finds seen what the one before stumbled over; more than a few in a row is no coincidence. */
const MAX_TRIES = 5;

/** Runs a batch again where another partition counted one of its posts between our look and our writing. */
async function onceMoreWhereSeenMeanwhile<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION || tries === MAX_TRIES) throw error;
    }
  }
}

function newHits(plan: BatchPlan): number {
  return new Set(plan.rules.map((rule) => rule.key)).size;
}
