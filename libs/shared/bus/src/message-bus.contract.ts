import fc from 'fast-check';
import { z } from 'zod';
import { VigilError, type Topic } from '@vigil/contracts';
import { eventually } from '@vigil/testing';
import type {
  Batch,
  BatchHandler,
  Consumer,
  Delivered,
  Message,
  MessageBus,
  Offsets,
} from './message-bus.js';

/** What an engine offers its contract run. Every bus it opens reads and writes the same log, as another process would. */
export interface BusEngine {
  open(): MessageBus;
  /** A bus whose process hangs as soon as it has been given partitions: it lives, and renews nothing. */
  openHanging(): MessageBus;
  /** Writes messages of a topic without making them durable yet, as a publisher that is slow to commit. */
  hold<T>(topic: Topic<T>, messages: readonly Message<T>[]): Promise<{ commit(): Promise<void> }>;
  setAside(topic: string, group: string): Promise<{ key: string; offset: string; reason: string }[]>;
}

const Note = z.object({ n: z.number(), text: z.string().optional() });
type Note = z.infer<typeof Note>;

let topics = 0;
function aTopic(): Topic<Note> {
  topics += 1;
  return { name: `contract_${topics}`, schema: Note };
}

const notes = (key: string, from: number, to: number): Message<Note>[] =>
  Array.from({ length: to - from }, (_, i) => ({ key, value: { n: from + i } }));

const numbers = (messages: readonly { value: Note }[]): number[] =>
  messages.map((message) => message.value.n);
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

/** Keeps what it was given. */
class Keeper implements BatchHandler<Note> {
  readonly seen: Delivered<Note>[] = [];
  readonly batches: Batch<Note>[] = [];
  before: (batch: Batch<Note>) => Promise<void> = async () => undefined;

  async handle(batch: Batch<Note>): Promise<void> {
    await this.before(batch);
    this.batches.push(batch);
    this.seen.push(...batch.messages);
  }

  of(key: string): number[] {
    return numbers(this.seen.filter((message) => message.key === key));
  }
}

/** Keeps its effect and its offsets together, fenced, as the alerts do in one transaction. Several may share a store. */
class Ledger implements BatchHandler<Note> {
  constructor(readonly store: { offsets: Map<number, bigint>; effects: Delivered<Note>[] }) {}
  before: (batch: Batch<Note>) => Promise<void> = async () => undefined;

  async resumeFrom(partitions: readonly number[]): Promise<Offsets> {
    return new Map(
      partitions
        .flatMap((p) => [[p, this.store.offsets.get(p)] as const])
        .flatMap(([p, o]) => (o === undefined ? [] : [[p, o]])),
    );
  }

  async handle(batch: Batch<Note>): Promise<void> {
    await this.before(batch);
    if ((this.store.offsets.get(batch.partition) ?? 0n) !== batch.first)
      throw new VigilError('fenced', 'stands elsewhere');
    this.store.offsets.set(batch.partition, batch.next);
    this.store.effects.push(...batch.messages);
  }
}

function gate(): { opened: Promise<void>; open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

/** The suite that every MessageBus passes. `propertyRuns`: how often 10,000 random messages are sent through it. */
export function messageBusContract(engine: () => BusEngine, propertyRuns = 2): void {
  const open: MessageBus[] = [];
  const aBus = (): MessageBus => {
    const bus = engine().open();
    open.push(bus);
    return bus;
  };
  const behind = async (bus: MessageBus, topic: Topic<Note>, group: string): Promise<number> =>
    (await bus.lag(topic, group)).reduce((sum, one) => sum + one.behind, 0);

  afterEach(async () => {
    await Promise.all(open.splice(0).map((bus) => bus.close()));
  });

  test('what was published is read, in order within each key', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    await bus.publish(
      topic,
      notes('a', 0, 50).flatMap((m, i) => [m, { key: 'b', value: { n: 100 + i } }]),
    );
    await bus.consume(topic, 'g', keeper);
    await bus.publish(topic, notes('a', 50, 60));
    await eventually(() => keeper.seen.length === 110);
    expect(keeper.of('a')).toEqual(range(0, 60));
    expect(keeper.of('b')).toEqual(range(100, 150));
  });

  test('publishes that are not awaited one by one keep their order', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    await bus.consume(topic, 'g', keeper);
    await Promise.all(range(0, 200).map((n) => bus.publish(topic, [{ key: 'a', value: { n } }])));
    await eventually(() => keeper.seen.length === 200);
    expect(keeper.of('a')).toEqual(range(0, 200));
  });

  test('every group reads everything', async () => {
    const [bus, topic, one, two] = [aBus(), aTopic(), new Keeper(), new Keeper()];
    await bus.consume(topic, 'one', one);
    await bus.publish(topic, notes('a', 0, 10));
    await bus.consume(topic, 'two', two);
    await eventually(() => one.seen.length === 10 && two.seen.length === 10);
  });

  test('text of any kind arrives as it was', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    const texts = ['', 'ولاية', '\u0000', '\ud800', '"\\\n', '😀'.repeat(3_000), 'x'.repeat(1_500_000)];
    await bus.consume(topic, 'g', keeper);
    await bus.publish(
      topic,
      texts.map((text, n) => ({ key: `k\u0000${text.slice(0, 9)}`, value: { n, text } })),
    );
    await eventually(() => keeper.seen.length === texts.length);
    const byNumber = keeper.seen.toSorted((x, y) => x.value.n - y.value.n);
    expect(byNumber.map((message) => message.value.text)).toEqual(texts);
  });

  test('a message without a JSON form or too large is refused, and nothing of the publish is written', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    await bus.consume(topic, 'g', keeper);
    const good = { key: 'a', value: { n: 1 } };
    const huge = { key: 'a', value: { n: 2, text: 'x'.repeat(5_000_000) } };
    await expect(bus.publish(topic, [good, huge])).rejects.toMatchObject({ code: 'too-large' });
    await bus.publish(topic, [{ key: 'a', value: { n: 3 } }]);
    await eventually(() => keeper.seen.length > 0);
    expect(keeper.of('a')).toEqual([3]);
  });

  test('a batch says where the consumer stands before and after it, without a gap', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    await bus.consume(topic, 'g', keeper);
    for (const n of range(0, 30)) await bus.publish(topic, notes(`k${n % 7}`, n, n + 1));
    await eventually(() => keeper.seen.length === 30);
    const at = new Map<number, bigint>();
    for (const batch of keeper.batches) {
      expect(batch.first).toBe(at.get(batch.partition) ?? 0n);
      expect(batch.next).toBe(batch.first + BigInt(batch.messages.length));
      at.set(batch.partition, batch.next);
    }
  });

  test('a batch whose handler failed is handled again', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    let failures = 2;
    keeper.before = async () => {
      if (failures-- > 0) throw new Error('not today');
    };
    await bus.publish(topic, notes('a', 0, 10));
    await bus.consume(topic, 'g', keeper);
    await eventually(() => keeper.seen.length === 10);
    expect(keeper.of('a')).toEqual(range(0, 10));
    expect(await engine().setAside(topic.name, 'g')).toEqual([]);
  });

  test('an engine that is down is waited for, however long, and nothing is set aside', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    let failures = 12;
    keeper.before = async () => {
      if (failures-- > 0)
        throw new VigilError('engine-unavailable', 'the index is away', { retriable: true });
    };
    await bus.publish(topic, notes('a', 0, 3));
    const consumer = await bus.consume(topic, 'g', keeper);
    await eventually(() => consumer.failure?.includes('the index is away') === true);
    await eventually(() => keeper.seen.length === 3);
    await eventually(() => consumer.failure === null);
    expect(await engine().setAside(topic.name, 'g')).toEqual([]);
  });

  test('poison is set aside alone, with its reason, and the rest goes on', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    keeper.before = async (batch) => {
      if (batch.messages.some((message) => message.value.n === 13)) throw new Error('13 cannot be handled');
    };
    await bus.publish(topic, notes('a', 0, 40));
    await bus.consume(topic, 'g', keeper);
    await eventually(() => keeper.seen.length === 39);
    expect(keeper.of('a')).toEqual(range(0, 40).filter((n) => n !== 13));
    const aside = await engine().setAside(topic.name, 'g');
    expect(aside).toEqual([
      { key: 'a', offset: '13', reason: expect.stringContaining('13 cannot be handled') as string },
    ]);
    await eventually(async () => (await behind(bus, topic, 'g')) === 0);
  });

  test('poison does not part a handler from its own offsets', async () => {
    const [bus, topic] = [aBus(), aTopic()];
    const ledger = new Ledger({ offsets: new Map(), effects: [] });
    const poison = new Set([0, 7, 19]);
    ledger.before = async (batch) => {
      if (batch.messages.some((message) => poison.has(message.value.n))) throw new Error('no');
    };
    await bus.publish(topic, notes('a', 0, 20));
    await bus.consume(topic, 'g', ledger);
    await eventually(async () => (await engine().setAside(topic.name, 'g')).length === 3);
    await bus.publish(topic, notes('a', 20, 25));
    await eventually(() => ledger.store.effects.length === 22);
    expect(numbers(ledger.store.effects)).toEqual(range(0, 25).filter((n) => !poison.has(n)));
    await eventually(async () => (await behind(bus, topic, 'g')) === 0);
  });

  test('a handler can set single messages aside', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    keeper.before = async (batch) => {
      for (const message of batch.messages)
        if (message.value.n === 2) await batch.reject(message, 'two is wrong');
    };
    await bus.publish(topic, notes('a', 0, 5));
    await bus.consume(topic, 'g', keeper);
    await eventually(async () => (await behind(bus, topic, 'g')) === 0);
    expect((await engine().setAside(topic.name, 'g')).map((one) => one.reason)).toEqual(['two is wrong']);
  });

  test('two consumers share the partitions, and no key is ever in two hands', async () => {
    const topic = aTopic();
    const inHand = new Map<string, number>();
    const twice: string[] = [];
    const sharing = (): Keeper => {
      const keeper = new Keeper();
      keeper.before = async (batch) => {
        const keys = new Set(batch.messages.map((message) => message.key));
        for (const key of keys)
          if (inHand.set(key, (inHand.get(key) ?? 0) + 1).get(key) !== 1) twice.push(key);
        await new Promise((resolve) => setImmediate(resolve));
        for (const key of keys) inHand.set(key, (inHand.get(key) ?? 0) - 1);
      };
      return keeper;
    };
    const [one, two] = [sharing(), sharing()];
    const bus = aBus();
    const publishing = (async () => {
      for (const n of range(0, 300))
        await bus.publish(
          topic,
          range(0, 10).map((k) => ({ key: `k${k}`, value: { n } })),
        );
    })();
    await bus.consume(topic, 'g', one);
    await aBus().consume(topic, 'g', two);
    await publishing;
    await eventually(() => one.seen.length + two.seen.length === 3_000, { timeoutMs: 20_000 });
    await eventually(async () => {
      await bus.publish(
        topic,
        range(0, 20).map((k) => ({ key: `k${k}`, value: { n: 1_000 } })),
      );
      return one.seen.some((m) => m.value.n === 1_000) && two.seen.some((m) => m.value.n === 1_000);
    });
    expect(twice).toEqual([]);
    for (const k of range(0, 10)) {
      const all = [...one.of(`k${k}`), ...two.of(`k${k}`)].filter((n) => n < 1_000);
      expect(all.toSorted((x, y) => x - y)).toEqual(range(0, 300));
    }
  });

  test('a consumer that goes leaves its partitions to the others at once', async () => {
    const [topic, one, two] = [aTopic(), new Keeper(), new Keeper()];
    const [first, second] = [aBus(), aBus()];
    const leaving = await first.consume(topic, 'g', one);
    await second.consume(topic, 'g', two);
    await leaving.stop();
    await second.publish(
      topic,
      range(0, 20).map((n) => ({ key: `k${n}`, value: { n } })),
    );
    await eventually(() => two.seen.length === 20, { timeoutMs: 3_000 });
  });

  test('offsets survive a restart', async () => {
    const [topic, before, after] = [aTopic(), new Keeper(), new Keeper()];
    const first = aBus();
    await first.publish(topic, notes('a', 0, 10));
    const consumer = await first.consume(topic, 'g', before);
    await eventually(() => before.seen.length === 10);
    await consumer.stop();
    await first.close();
    const second = aBus();
    await second.publish(topic, notes('a', 10, 15));
    await second.consume(topic, 'g', after);
    await eventually(() => after.seen.length === 5);
    expect(after.of('a')).toEqual(range(10, 15));
  });

  test('a handler that keeps its own offsets is asked, and what it says holds', async () => {
    const [topic, bus] = [aTopic(), aBus()];
    await bus.publish(topic, notes('a', 0, 10));
    const first = new Keeper();
    await (await bus.consume(topic, 'look', first)).stop();
    const look = aBus();
    await look.consume(topic, 'look', first);
    await eventually(() => first.seen.length === 10);
    const partition = first.batches[0]?.partition ?? 0;
    const ledger = new Ledger({ offsets: new Map([[partition, 4n]]), effects: [] });
    await bus.consume(topic, 'g', ledger);
    await eventually(() => ledger.store.effects.length === 6);
    expect(numbers(ledger.store.effects)).toEqual(range(4, 10));
    await eventually(async () => (await behind(bus, topic, 'g')) === 0);
  });

  test('a fenced handler is asked again where to resume', async () => {
    const [topic, bus] = [aTopic(), aBus()];
    const ledger = new Ledger({ offsets: new Map(), effects: [] });
    await bus.consume(topic, 'g', ledger);
    await bus.publish(topic, notes('a', 0, 5));
    await eventually(() => ledger.store.effects.length === 5);
    const [partition] = ledger.store.offsets.keys();
    // As if another had handled the next two already.
    ledger.store.offsets.set(partition ?? 0, 7n);
    await bus.publish(topic, notes('a', 5, 9));
    await eventually(() => ledger.store.effects.length === 7);
    expect(numbers(ledger.store.effects)).toEqual([0, 1, 2, 3, 4, 7, 8]);
  });

  test('of two publishers the first to write commits last, and no reader passes it', async () => {
    const [bus, topic, keeper] = [aBus(), aTopic(), new Keeper()];
    await bus.consume(topic, 'g', keeper);
    await bus.publish(topic, notes('a', 0, 1));
    await eventually(() => keeper.seen.length === 1);
    const held = await engine().hold(topic, notes('a', 1, 2));
    const later = bus.publish(topic, notes('a', 2, 3));
    const elsewhere = range(0, 20).map((n) => bus.publish(topic, [{ key: `other${n}`, value: { n } }]));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(keeper.of('a')).toEqual([0]);
    await held.commit();
    await Promise.all([later, ...elsewhere]);
    await eventually(() => keeper.of('a').length === 3);
    expect(keeper.of('a')).toEqual([0, 1, 2]);
  });

  test('a consumer that hangs loses its partitions, and what it does afterwards changes nothing', async () => {
    const topic = aTopic();
    const hanging = engine().openHanging();
    open.push(hanging);
    const [zombie, heir, held] = [new Keeper(), new Keeper(), gate()];
    zombie.before = () => held.opened;
    await hanging.publish(topic, notes('a', 0, 5));
    const starting = hanging.consume(topic, 'g', zombie);
    await starting;
    const bus = aBus();
    await bus.consume(topic, 'g', heir);
    await eventually(() => heir.seen.length === 5, { timeoutMs: 15_000 });
    await bus.publish(topic, notes('a', 5, 8));
    await eventually(() => heir.seen.length === 8);
    await eventually(async () => (await behind(bus, topic, 'g')) === 0);
    held.open();
    await eventually(() => zombie.batches.length > 0);
    await bus.publish(topic, notes('a', 8, 10));
    // Once it has found out, it may come back and take a share like any other.
    await eventually(() => heir.seen.length + zombie.seen.length === 15);
    await eventually(async () => (await behind(bus, topic, 'g')) === 0);
    expect(zombie.batches[0]?.signal.aborted).toBe(true);
    expect([...heir.of('a').slice(5), ...zombie.of('a').slice(5)].toSorted((x, y) => x - y)).toEqual(
      range(5, 10),
    );
  });

  test('stop finishes the batch in hand, and a second stop is the same', async () => {
    const [bus, topic, keeper, held] = [aBus(), aTopic(), new Keeper(), gate()];
    const begun = gate();
    keeper.before = async () => {
      begun.open();
      await held.opened;
    };
    await bus.publish(topic, notes('a', 0, 3));
    const consumer: Consumer = await bus.consume(topic, 'g', keeper);
    await begun.opened;
    const stopping = Promise.all([consumer.stop(), consumer.stop()]);
    held.open();
    await stopping;
    expect(keeper.of('a')).toEqual([0, 1, 2]);
    expect(await behind(bus, topic, 'g')).toBe(0);
    await bus.publish(topic, notes('a', 3, 4));
    expect(await behind(bus, topic, 'g')).toBe(1);
    expect(keeper.seen).toHaveLength(3);
  });

  test('lag is what is published and not yet handled', async () => {
    const [bus, topic, keeper, held] = [aBus(), aTopic(), new Keeper(), gate()];
    expect(await bus.lag(topic, 'g')).toEqual([]);
    keeper.before = () => held.opened;
    await bus.publish(topic, notes('a', 0, 30));
    expect(await behind(bus, topic, 'g')).toBe(30);
    await bus.consume(topic, 'g', keeper);
    expect(await behind(bus, topic, 'g')).toBe(30);
    held.open();
    await eventually(async () => (await behind(bus, topic, 'g')) === 0);
  });

  test('a slow handler holds bounded memory, and publishing goes on', async () => {
    const [bus, topic, keeper, held] = [aBus(), aTopic(), new Keeper(), gate()];
    keeper.before = () => held.opened;
    await bus.consume(topic, 'g', keeper);
    // Text that does not compress to nothing, 60 MB in all.
    const text = Array.from({ length: 5_000 }, (_, i) =>
      String.fromCharCode(0x600 + ((i * 7_919) % 200)),
    ).join('');
    globalThis.gc?.();
    const used = process.memoryUsage().heapUsed;
    for (const n of range(0, 60)) {
      await bus.publish(
        topic,
        range(0, 100).map((i) => ({ key: 'a', value: { n: n * 100 + i, text } })),
      );
    }
    expect(keeper.seen).toHaveLength(0);
    if (globalThis.gc) {
      globalThis.gc();
      expect(process.memoryUsage().heapUsed - used).toBeLessThan(45_000_000);
    }
    held.open();
    // On a busy machine a lease may end meanwhile, and a batch come twice: never out of order, and never not at all.
    const distinct = () => [...new Set(keeper.of('a'))];
    await eventually(() => distinct().length === 6_000, { timeoutMs: 60_000 });
    expect(distinct()).toEqual(range(0, 6_000));
    expect(Math.max(...keeper.batches.map((batch) => batch.messages.length))).toBeLessThanOrEqual(2_000);
  });

  test(
    '10,000 random messages, failures and restarts: each has its effect once, in the order of its key',
    async () => {
      const plan = fc.record({
        sizes: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 20, maxLength: 60 }),
        keys: fc.integer({ min: 1, max: 40 }),
        failEvery: fc.integer({ min: 2, max: 20 }),
        restarts: fc.array(fc.nat({ max: 59 }), { maxLength: 6 }),
      });
      await fc.assert(
        fc.asyncProperty(plan, async ({ sizes, keys, failEvery, restarts }) => {
          const topic = aTopic();
          const store = { offsets: new Map<number, bigint>(), effects: [] as Delivered<Note>[] };
          let handled = 0;
          const aLedger = (): Ledger => {
            const ledger = new Ledger(store);
            ledger.before = async () => {
              handled += 1;
              if (handled % failEvery === 0)
                throw new VigilError('engine-unavailable', 'now and then', { retriable: true });
            };
            return ledger;
          };
          const buses = [engine().open(), engine().open()];
          try {
            const [publisher] = buses;
            const consumers = await Promise.all(buses.map((bus) => bus.consume(topic, 'g', aLedger())));
            let total = 0;
            for (let round = 0; total < 10_000; round += 1) {
              const size = sizes[round % sizes.length] ?? 1;
              const batch = range(total, total + size).map((n) => ({
                key: `k${(n * 7_919) % keys}`,
                value: { n },
              }));
              await publisher?.publish(topic, batch);
              total += size;
              if (restarts.includes(round)) {
                const which = round % 2;
                await consumers[which]?.stop();
                const again = await buses[which]?.consume(topic, 'g', aLedger());
                if (again) consumers[which] = again;
              }
            }
            await eventually(() => store.effects.length >= total, { timeoutMs: 60_000 });
            expect(numbers(store.effects).toSorted((x, y) => x - y)).toEqual(range(0, total));
            const last = new Map<string, number>();
            for (const { key, value } of store.effects) {
              expect(value.n).toBeGreaterThan(last.get(key) ?? -1);
              last.set(key, value.n);
            }
          } finally {
            await Promise.all(buses.map((bus) => bus.close()));
          }
        }),
        { numRuns: propertyRuns, seed: 7 },
      );
    },
    60_000 * propertyRuns,
  );
}
