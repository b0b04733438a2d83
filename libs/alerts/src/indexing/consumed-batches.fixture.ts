import type { Clock, VerdictEvent } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { anAlertsMetrics } from '../alerts-metrics.fixture.js';
import type { HitProjector } from './hit-projector.js';
import { SeenDays } from './seen-days.js';
import { VerdictConsumer } from './verdict-consumer.js';

/** Hands verdicts to a consumer as batches of one partition, one behind the other from offset 0 on. */
export class ConsumedBatches {
  private offset = 0n;

  async consume(
    stands: { readonly db: Database; readonly clock: Clock; readonly projector: HitProjector },
    events: readonly VerdictEvent[],
  ): Promise<void> {
    const { offset: first } = this;
    const next = first + BigInt(events.length);
    const consumer = new VerdictConsumer({
      ...stands,
      seenDays: new SeenDays(stands.db),
      metrics: anAlertsMetrics(),
      onDue: () => undefined,
      commitEarly: false,
    });
    await consumer.handle({
      topic: 'verdicts',
      partition: 0,
      messages: events.map((value, i) => ({ key: value.facts.sourceId, value, offset: first + BigInt(i) })),
      first,
      next,
      signal: new AbortController().signal,
      reject: async () => undefined,
    });
    this.offset = next;
  }
}
