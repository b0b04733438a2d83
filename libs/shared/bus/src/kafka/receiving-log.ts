import { isVigilError, VigilError } from '@vigil/contracts';
import type { Telemetry } from '@vigil/telemetry';
import type kafkajs from 'kafkajs';
import { z } from 'zod';
import type { NewDeadLetter } from '../message.js';
import { busMetrics } from '../metrics.js';
import type { StoredMessage } from '../postgres/stored-log.js';
import { Administration, kafkaClient, startFailure } from './connection.js';
import { KafkaDeadLetters } from './dead-letters.js';
import type { KafkaBusOptions } from './kafka-bus.js';
import { boundsOf } from './positions.js';
import { KafkaPublisher } from './publisher.js';
import { KafkaTopics } from './topics.js';
import { DEFAULT_TUNING } from './tuning.js';

/** Each message brings the fingerprint of the schema it was written under: the topic needs none. */
const named = (name: string) => ({ name, schema: z.unknown() });

/**
 * Kafka's side of a move of the log: an empty topic takes the messages of another log partition by partition, in order and
 * nothing else, so that the n-th of them has offset n, and a look at its ends tells how far an interrupted move came.
 */
export class ReceivingLog {
  readonly #kafka: kafkajs.Kafka;
  readonly #administration: Administration;

  constructor(
    private readonly telemetry: Telemetry,
    private readonly options: KafkaBusOptions,
  ) {
    this.#kafka = kafkaClient(options, telemetry.log, DEFAULT_TUNING.requestTimeoutMs);
    this.#administration = new Administration(this.#kafka);
  }

  /** Throws `engine-unavailable` or `engine-misconfigured`, in one line for an operator. */
  async check(): Promise<void> {
    try {
      await this.#administration.ask('brokers', (admin) => admin.describeCluster());
    } catch (error) {
      throw startFailure(this.options, isVigilError(error) ? (error.cause ?? error) : error);
    }
  }

  /** Messages in the topics of the prefix, for telling whether they are empty. Makes nothing. */
  async messages(): Promise<number> {
    const all = await this.#administration.ask('topics cannot be listed', (admin) => admin.listTopics());
    let messages = 0;
    for (const remote of all.filter((name) => name.startsWith(this.options.prefix))) {
      for (const { low, high } of (await boundsOf(this.#administration, remote)).values())
        messages += Number(high - low);
    }
    return messages;
  }

  /** Makes the topic with so many partitions; its next offsets. Throws `conflict` where it is there with others. */
  async ends(topic: string, partitions: number): Promise<bigint[]> {
    const known = await this.#topics(partitions).get(named(topic));
    const bounds = await boundsOf(this.#administration, known.remote);
    if (known.partitions !== partitions || [...bounds.values()].some(({ low }) => low > 0n)) {
      throw new VigilError(
        'conflict',
        `the topic ${known.remote} is there already, with ${known.partitions} partitions or with messages of its own. Delete it, or choose another VIGIL_KAFKA_TOPIC_PREFIX`,
      );
    }
    return Array.from({ length: partitions }, (_, partition) => bounds.get(partition)?.high ?? 0n);
  }

  /** A writer to one topic. End it before another looks at the ends. */
  async open(
    topic: string,
    partitions: number,
  ): Promise<{
    append(partition: number, messages: readonly StoredMessage[]): Promise<void>;
    close(): Promise<void>;
  }> {
    const topics = this.#topics(partitions);
    const { remote } = await topics.get(named(topic));
    const publisher = this.#publisher(topics);
    return {
      append: (partition, messages) =>
        publisher.send(
          remote,
          messages.map(({ key, payload, schema }) => ({
            partition,
            key,
            value: payload,
            headers: { schema },
          })),
        ),
      close: () => publisher.close(),
    };
  }

  /** Where a group goes on. It must have no member. */
  async setPositions(topic: string, group: string, positions: readonly bigint[]): Promise<void> {
    const topics = this.#topics(positions.length);
    const partitions = positions.map((offset, partition) => ({ partition, offset: String(offset) }));
    await this.#administration.ask(`positions of ${group} cannot be set`, (admin) =>
      admin.setOffsets({
        groupId: topics.groupId(topic, group),
        topic: topics.remote(topic),
        partitions,
      }),
    );
  }

  /** Sets dead letters aside. Repeatable: one of the same partition and offset replaces itself. */
  async setAside(topic: string, group: string, letters: readonly NewDeadLetter[]): Promise<void> {
    const topics = this.#topics(1);
    const publisher = this.#publisher(topics);
    const port = { kafka: this.#kafka, administration: this.#administration, topics, publisher };
    const aside = new KafkaDeadLetters(port);
    try {
      for (const letter of letters) await aside.setAside(topic, group, letter);
    } finally {
      await publisher.close();
    }
  }

  close(): Promise<void> {
    return this.#administration.close();
  }

  #topics(partitions: number): KafkaTopics {
    return new KafkaTopics(this.#administration, { ...this.options, partitions }, this.telemetry.log);
  }

  #publisher(topics: KafkaTopics): KafkaPublisher {
    return new KafkaPublisher({
      kafka: this.#kafka,
      topics,
      metrics: busMetrics(this.telemetry.metrics),
      requestTimeoutMs: DEFAULT_TUNING.requestTimeoutMs,
    });
  }
}
