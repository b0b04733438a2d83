import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import kafkajs from 'kafkajs';
import { z } from 'zod';
import type { Topic } from '@vigil/contracts';
import { createTelemetry } from '@vigil/telemetry';
import { eventually } from '@vigil/testing';
import type { Batch } from '../message-bus.js';
import { KafkaBus, type KafkaBusOptions } from './kafka-bus.js';
import { describeWithBrokers, quickTuning, testBrokers } from './kafka-bus.fixture.js';

const Note = z.object({ n: z.number() });
type Note = z.infer<typeof Note>;

const brokers = testBrokers();
const prefix = `e${randomBytes(4).toString('hex')}.`;
const options: KafkaBusOptions = {
  brokers: brokers ?? [],
  tls: false,
  caFile: null,
  sasl: null,
  prefix,
  partitions: 4,
  replication: null,
  transitDays: 7,
  transitMaxBytes: 4e9,
  tuning: quickTuning,
};
const telemetry = () => createTelemetry({ level: 'silent', service: 'bus-test' });
const nothing = { handle: async () => undefined };

describe('a start without a Kafka that serves', () => {
  test('names the variable, the address and the cause in one line', async () => {
    const opening = KafkaBus.open(telemetry(), { ...options, brokers: ['127.0.0.1:1'] });
    await expect(opening).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(
        /^VIGIL_KAFKA_BROKERS \(127\.0\.0\.1:1\) cannot be reached: [^\n]*ECONNREFUSED[^\n]*$/,
      ),
    });
  }, 20_000);

  test('says so where the other side is no Kafka', async () => {
    const sockets: Socket[] = [];
    const other = createServer((socket) => {
      sockets.push(socket.on('error', () => undefined));
      socket.write('220 mail\r\n');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(
      KafkaBus.open(telemetry(), { ...options, brokers: [`127.0.0.1:${port}`] }),
    ).rejects.toMatchObject({ code: 'engine-unavailable' });
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => other.close(resolve));
  }, 30_000);

  test('says which file of certificates cannot be read', async () => {
    await expect(
      (async () => KafkaBus.open(telemetry(), { ...options, tls: true, caFile: 'no-such.pem' }))(),
    ).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(/^VIGIL_KAFKA_CA \(no-such\.pem\) cannot be read: /),
    });
  });
});

describeWithBrokers('KafkaBus on its brokers', () => {
  const buses: KafkaBus[] = [];
  let topics = 0;
  const aTopic = (): Topic<Note> => ({ name: `engine_${(topics += 1)}`, schema: Note });
  const aBus = (more: Partial<KafkaBusOptions> = {}): KafkaBus => {
    const bus = new KafkaBus(telemetry(), { ...options, ...more });
    buses.push(bus);
    return bus;
  };
  const keeper = () => {
    const seen: number[] = [];
    return {
      seen,
      handle: async (batch: Batch<Note>) => void seen.push(...batch.messages.map((m) => m.value.n)),
    };
  };
  const kafka = new kafkajs.Kafka({ brokers: brokers ?? [], logLevel: kafkajs.logLevel.NOTHING });
  async function asking<R>(work: (admin: kafkajs.Admin) => Promise<R>): Promise<R> {
    const admin = kafka.admin();
    await admin.connect();
    return work(admin).finally(() => admin.disconnect());
  }

  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()));
  });
  afterAll(() =>
    asking(async (admin) => {
      const names = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
      if (names.length > 0) await admin.deleteTopics({ topics: names });
    }),
  );

  test('topics have the partitions and the retention of the settings, also where these change', async () => {
    const topic = aTopic();
    const settings = async (): Promise<Record<string, string>> => {
      const { resources } = await asking((admin) =>
        admin.describeConfigs({
          includeSynonyms: false,
          resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: prefix + topic.name }],
        }),
      );
      return Object.fromEntries(
        resources.flatMap((one) => one.configEntries).map((one) => [one.configName, one.configValue]),
      );
    };
    await aBus().publish(topic, [{ key: 'a', value: { n: 1 } }]);
    expect(await settings()).toMatchObject({
      'retention.ms': String(7 * 86_400_000),
      'retention.bytes': '1000000000',
      'max.message.bytes': '16777216',
    });
    const other = aBus({ transitDays: 2, partitions: 9 });
    await other.publish(topic, [{ key: 'a', value: { n: 2 } }]);
    await eventually(async () => (await settings())['retention.ms'] === String(2 * 86_400_000));
    expect(await settings()).toMatchObject({ 'max.message.bytes': '16777216' });
    expect(await other.lag(topic, 'g')).toHaveLength(4);
  });

  test('records of others are set aside, and can be discarded but not replayed', async () => {
    const topic = aTopic();
    const bus = aBus();
    const one = keeper();
    await bus.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    const stranger = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await stranger.connect();
    await stranger.send({
      topic: prefix + topic.name,
      messages: [
        { key: 'x', value: 'no JSON' },
        { key: 'x', value: null },
      ],
    });
    await stranger.disconnect();
    await bus.consume(topic, 'g', one);
    await eventually(
      async () => (await bus.deadLetters.counts()).find((c) => c.topic === topic.name)?.count === 2,
    );
    await eventually(() => one.seen.length === 1);
    const letters = await bus.deadLetters.list(topic.name, 'g');
    expect(letters.map((letter) => letter.excerpt)).toContain('no JSON');
    const ids = letters.map((letter) => letter.id);
    await expect(bus.deadLetters.replay(topic, 'g', ids)).rejects.toMatchObject({ code: 'bad-input' });
    expect(await bus.deadLetters.discard(topic.name, 'g', ids)).toBe(2);
    expect(await bus.deadLetters.list(topic.name, 'g')).toEqual([]);
    expect((await bus.deadLetters.counts()).filter((c) => c.topic === topic.name)).toEqual([]);
  });

  test('what was set aside is listed in pages, replayed once its cause is gone, and seen the same by another process', async () => {
    const topic = aTopic();
    const bus = aBus();
    const one = keeper();
    let broken = true;
    await bus.consume(topic, 'g', {
      handle: async (batch) => {
        if (broken && batch.messages.some((m) => m.value.n >= 2)) throw new Error('not these');
        await one.handle(batch);
      },
    });
    await bus.publish(
      topic,
      [0, 1, 2, 3, 4].map((n) => ({ key: 'a', value: { n } })),
    );
    await eventually(async () => (await bus.deadLetters.list(topic.name, 'g')).length === 3);
    const [newest] = await bus.deadLetters.list(topic.name, 'g', { size: 1 });
    expect(newest).toMatchObject({
      topic: topic.name,
      group: 'g',
      key: 'a',
      offset: '4',
      count: 1,
      excerpt: '["a",{"n":4}]',
    });
    const older = await bus.deadLetters.list(topic.name, 'g', { before: newest?.id ?? '' });
    expect(older.map((letter) => letter.offset)).toEqual(['3', '2']);
    broken = false;
    const other = aBus();
    expect(
      await other.deadLetters.replay(
        topic,
        'g',
        older.map((letter) => letter.id),
      ),
    ).toBe(2);
    await eventually(() => one.seen.length === 4);
    expect(one.seen).toEqual([0, 1, 2, 3]);
    expect(await bus.deadLetters.list(topic.name, 'g')).toHaveLength(1);
    expect(await other.deadLetters.counts()).toContainEqual({ topic: topic.name, group: 'g', count: 1 });
  });

  test('a consumer whose client crashes says so and comes back by itself', async () => {
    const topic = aTopic();
    const bus = aBus();
    const one = keeper();
    let refusing = true;
    const offsets = new Map<number, bigint>();
    const consumer = await bus.consume(topic, 'g', {
      resumeFrom: async () => {
        if (refusing) throw new Error('the system of record is away');
        return offsets;
      },
      handle: one.handle,
    });
    await bus.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    await eventually(() => consumer.failure?.includes('the system of record is away') === true);
    refusing = false;
    await eventually(() => one.seen.length === 1);
    expect(consumer.failure).toBeNull();
    // The topic goes from under it, the roughest thing that brokers do; then it is there again.
    await asking((admin) => admin.deleteTopics({ topics: [prefix + topic.name] }));
    await eventually(() => consumer.failure !== null, { timeoutMs: 40_000 });
    await eventually(
      async () => {
        await bus.publish(topic, [{ key: 'a', value: { n: 2 } }]);
        return true;
      },
      { timeoutMs: 20_000 },
    );
    await eventually(() => one.seen.includes(2), { timeoutMs: 40_000 });
  }, 90_000);

  test('a rebalance while a batch is in hand lets it finish, and its messages are handled once', async () => {
    const topic = aTopic();
    const [first, second] = [aBus(), aBus()];
    const held = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const [one, two] = [keeper(), keeper()];
    await first.publish(topic, [{ key: 'a', value: { n: 1 } }]);
    let signal: AbortSignal | null = null;
    await first.consume(topic, 'g', {
      handle: async (batch) => {
        signal ??= batch.signal;
        begun.resolve();
        await held.promise;
        await one.handle(batch);
      },
    });
    await begun.promise;
    const joining = second.consume(topic, 'g', two);
    // Heard by a heartbeat of the first, and the second cannot join before the first is done.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    held.resolve();
    await joining;
    await second.publish(
      topic,
      Array.from({ length: 20 }, (_, i) => ({ key: `k${i}`, value: { n: 10 + i } })),
    );
    await eventually(() => one.seen.length + two.seen.length === 21);
    expect(one.seen.filter((n) => n === 1)).toEqual([1]);
    expect(two.seen).not.toContain(1);
    expect(two.seen.length).toBeGreaterThan(0);
  });

  test('a second consumer of a closed bus is refused, and closing twice is the same', async () => {
    const bus = aBus();
    await Promise.all([bus.close(), bus.close()]);
    await expect(bus.consume(aTopic(), 'g', nothing)).rejects.toMatchObject({ code: 'engine-unavailable' });
    await expect(bus.publish(aTopic(), [{ key: 'a', value: { n: 1 } }])).rejects.toMatchObject({
      retriable: true,
    });
  });
});
