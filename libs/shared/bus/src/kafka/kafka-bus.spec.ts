import { randomBytes } from 'node:crypto';
import kafkajs from 'kafkajs';
import type { Topic } from '@vigil/contracts';
import { createTelemetry } from '@vigil/telemetry';
import type { Message } from '../message-bus.js';
import { messageBusContract } from '../message-bus.contract.js';
import { retainedLogContract } from '../retained-log.contract.js';
import { encodeMessage } from '../message.js';
import { partitionOf } from '../partitioner.js';
import { fingerprint } from '../topic.js';
import { KafkaBus, type KafkaBusOptions } from './kafka-bus.js';
import { describeWithBrokers, quickTuning, testBrokers } from './kafka-bus.fixture.js';

const brokers = testBrokers();
describeWithBrokers('KafkaBus', () => {
  const prefix = `t${randomBytes(4).toString('hex')}.`;
  const open = (options: Partial<KafkaBusOptions> = {}): KafkaBus =>
    new KafkaBus(createTelemetry({ level: 'silent', service: 'bus-test' }), {
      brokers: brokers ?? [],
      tls: false,
      caFile: null,
      sasl: null,
      prefix,
      partitions: 4,
      replication: null,
      transitDays: 7,
      transitMaxBytes: 1e12,
      tuning: quickTuning,
      ...options,
    });
  let looking: KafkaBus | null = null;

  /** A transaction that is open: what follows in its partitions is not read before it ends. */
  async function hold<T>(
    topic: Topic<T>,
    messages: readonly Message<T>[],
  ): Promise<{ commit(): Promise<void> }> {
    const producer = new kafkajs.Kafka({
      brokers: brokers ?? [],
      logLevel: kafkajs.logLevel.NOTHING,
    }).producer({
      transactionalId: `${prefix}held`,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({
      topic: `${prefix}${topic.name}`,
      messages: messages.map(({ key, value }) => ({
        partition: partitionOf(key, 4),
        key,
        value: encodeMessage(key, value),
        headers: { schema: fingerprint(topic.schema) },
      })),
    });
    return {
      commit: async () => {
        await transaction.commit();
        await producer.disconnect();
      },
    };
  }

  afterAll(async () => {
    await looking?.close();
    const admin = new kafkajs.Kafka({ brokers: brokers ?? [], logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    const topics = (await admin.listTopics()).filter((name) => name.startsWith(prefix));
    if (topics.length > 0) await admin.deleteTopics({ topics });
    await admin.disconnect();
  });

  retainedLogContract(() => open());

  messageBusContract(() => ({
    open: () => open(),
    // Blocked in its handler, kafkajs says nothing by itself.
    openHanging: () => open({ tuning: { ...quickTuning, heartbeatMs: 3_600_000 } }),
    hold,
    setAside: async (topic, group) => {
      looking ??= open();
      return (await looking.deadLetters.list(topic, group)).map(({ key, offset, reason }) => ({
        key,
        offset,
        reason,
      }));
    },
  }));
});
