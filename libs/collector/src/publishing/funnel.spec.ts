import type { Topic } from '@vigil/contracts';
import type { Message } from '@vigil/bus';
import { eventually } from '@vigil/testing';
import { anEvent } from '../testing/events.js';
import { Funnel, MAX_BATCH, MAX_PENDING } from './funnel.js';

/** A bus that acknowledges when told. */
class HeldBus {
  readonly batches: { size: number; acknowledge: () => void; fail: (error: Error) => void }[] = [];
  publish<T>(_topic: Topic<T>, messages: readonly Message<T>[]): Promise<void> {
    return new Promise((acknowledge, fail) =>
      this.batches.push({ size: messages.length, acknowledge, fail }),
    );
  }
}

const events = (count: number) => Array.from({ length: count }, (_, at) => anEvent(`x${at}`));

describe('the funnel', () => {
  it('sends what many sources contribute within its linger as one batch, and resolves each after the acknowledgement', async () => {
    const bus = new HeldBus();
    const funnel = new Funnel(bus, 5);
    let resolved = 0;
    const all = Promise.all([1, 2, 3].map((count) => funnel.publish(events(count)).then(() => resolved++)));
    const batch = await eventually(() => bus.batches[0] ?? null);
    expect(batch.size).toBe(6);
    expect(resolved).toBe(0);
    expect(funnel.depth).toBe(6);
    batch.acknowledge();
    await all;
    expect(funnel.depth).toBe(0);
  });

  it('tells exactly those whose batch the bus refused', async () => {
    const bus = new HeldBus();
    const funnel = new Funnel(bus, 5);
    const first = funnel.publish(events(MAX_BATCH));
    const second = funnel.publish(events(MAX_BATCH));
    await eventually(() => bus.batches.length === 2);
    bus.batches[0]?.fail(new Error('gone'));
    bus.batches[1]?.acknowledge();
    await expect(first).rejects.toThrow('gone');
    await second;
    expect(funnel.depth).toBe(0);
  });

  it('lets contributors wait beyond its bound, and goes on when there is room', async () => {
    const bus = new HeldBus();
    const funnel = new Funnel(bus, 1);
    const all = Array.from({ length: 8 }, () => funnel.publish(events(MAX_BATCH)));
    await eventually(() => bus.batches.length === 2);
    expect(funnel.depth).toBe(MAX_PENDING);
    for (let sent = 0; sent < 8; sent++) (await eventually(() => bus.batches[sent] ?? null)).acknowledge();
    await Promise.all(all);
    expect(bus.batches.map((batch) => batch.size)).toEqual(Array(8).fill(MAX_BATCH));
  });
});
