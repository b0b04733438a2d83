import { isVigilError, SystemClock, VigilError, type Clock, type Topic } from '@vigil/contracts';
import type { Telemetry } from '@vigil/telemetry';
import type kafkajs from 'kafkajs';
import { pause } from '../delivery/signal.js';
import {
  MessageBus,
  type BatchHandler,
  type Consumer,
  type Message,
  type PartitionLag,
} from '../message-bus.js';
import { busMetrics, type BusMetrics } from '../metrics.js';
import { Administration, kafkaClient, startFailure, type KafkaAddress } from './connection.js';
import { GroupConsumer } from './consumer.js';
import { KafkaDeadLetters } from './dead-letters.js';
import { boundsOf, committedOf } from './positions.js';
import { KafkaPublisher } from './publisher.js';
import { KafkaRetainedLog } from './retained-log.js';
import { KafkaTopics, type TopicOptions } from './topics.js';
import { DEFAULT_TUNING, type KafkaTuning } from './tuning.js';

export interface KafkaBusOptions extends KafkaAddress, TopicOptions {
  /** Breaks the promise on purpose, for the fault run: offsets move before the effect. */
  readonly commitEarly?: boolean;
  readonly tuning?: Partial<KafkaTuning>;
  readonly clock?: Clock;
}

/** How long the readiness check waits for a broker. */
const PROBE_MS = 2_500;

/** The log as topics of a Kafka cluster. What kafkajs lacks and how it is worked around: docs/adr/0005-kafkajs.md. */
export class KafkaBus extends MessageBus {
  readonly deadLetters: KafkaDeadLetters;
  readonly retained: KafkaRetainedLog;
  readonly #kafka: kafkajs.Kafka;
  readonly #tuning: KafkaTuning;
  readonly #metrics: BusMetrics;
  readonly #administration: Administration;
  readonly #topics: KafkaTopics;
  readonly #publisher: KafkaPublisher;
  readonly #consumers = new Set<{
    topic: string;
    group: string;
    failure: string | null;
    stop(): Promise<void>;
  }>();
  #closing: Promise<void> | null = null;

  constructor(
    private readonly telemetry: Telemetry,
    private readonly options: KafkaBusOptions,
  ) {
    super();
    this.#tuning = { ...DEFAULT_TUNING, ...options.tuning };
    this.#metrics = busMetrics(telemetry.metrics);
    this.#kafka = kafkaClient(options, telemetry.log, this.#tuning.requestTimeoutMs);
    this.#administration = new Administration(this.#kafka);
    this.#topics = new KafkaTopics(this.#administration, options, telemetry.log);
    this.#publisher = new KafkaPublisher({
      kafka: this.#kafka,
      topics: this.#topics,
      metrics: this.#metrics,
      requestTimeoutMs: this.#tuning.requestTimeoutMs,
    });
    this.deadLetters = new KafkaDeadLetters({
      kafka: this.#kafka,
      administration: this.#administration,
      topics: this.#topics,
      publisher: this.#publisher,
    });
    this.retained = new KafkaRetainedLog({
      kafka: this.#kafka,
      administration: this.#administration,
      topics: this.#topics,
    });
    telemetry.addCheck('bus', () => this.#failure());
  }

  /**
   * A bus whose brokers answered. Throws `engine-unavailable` or `engine-misconfigured` with one line that names the
   * variable, the address and the cause.
   */
  static async open(telemetry: Telemetry, options: KafkaBusOptions): Promise<KafkaBus> {
    const bus = new KafkaBus(telemetry, options);
    try {
      await bus.#administration.ask('brokers', (admin) => admin.describeCluster());
    } catch (error) {
      await bus.close();
      throw startFailure(options, isVigilError(error) ? (error.cause ?? error) : error);
    }
    return bus;
  }

  publish<T>(topic: Topic<T>, messages: readonly Message<T>[]): Promise<void> {
    return this.#publisher.publish(topic, messages);
  }

  async consume<T>(topic: Topic<T>, group: string, handler: BatchHandler<T>): Promise<Consumer> {
    if (this.#closing) throw new VigilError('engine-unavailable', 'the bus is closed', { retriable: true });
    const groupId = this.#topics.groupId(topic.name, group);
    const known = await this.#topics.get(topic);
    const measureLag = (): Promise<unknown> => this.lag(topic, group);
    const consumer = new GroupConsumer<T>(
      {
        kafka: this.#kafka,
        administration: this.#administration,
        metrics: this.#metrics,
        log: this.telemetry.log,
        clock: this.options.clock ?? new SystemClock(),
        tuning: this.#tuning,
        commitEarly: this.options.commitEarly === true,
        setAside: (letter) => this.deadLetters.setAside(topic.name, group, letter),
        stopped: () => {
          this.#consumers.delete(consumer);
          this.#metrics.measureLag.delete(measureLag);
        },
      },
      topic,
      known,
      group,
      groupId,
      handler,
    );
    this.#consumers.add(consumer);
    this.#metrics.measureLag.add(measureLag);
    return consumer.start();
  }

  /** Of a group that keeps its own offsets it follows within some 200 ms. Empty for a topic that was never used. */
  async lag(topic: Topic<unknown>, group: string): Promise<PartitionLag[]> {
    const remote = this.#topics.remote(topic.name);
    if (!(await this.#topics.exists(remote))) return [];
    const [bounds, committed] = await Promise.all([
      boundsOf(this.#administration, remote),
      committedOf(this.#administration, remote, this.#topics.groupId(topic.name, group)),
    ]);
    const lag = [...bounds]
      .toSorted(([one], [other]) => one - other)
      .map(([partition, { low, high }]) => {
        const at = committed.get(partition) ?? low;
        return { partition, behind: Math.max(0, Number(high - (at < low ? low : at))) };
      });
    this.#metrics.lag.set(
      { topic: topic.name, group },
      lag.reduce((sum, one) => sum + one.behind, 0),
    );
    return lag;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled([...this.#consumers].map((consumer) => consumer.stop()));
    await this.#publisher.close();
    await this.#administration.close();
  }

  async #failure(): Promise<string | null> {
    for (const { topic, group, failure } of this.#consumers)
      if (failure !== null) return `${group} cannot read ${topic}: ${failure}`;
    if (this.#publisher.failure !== null) return this.#publisher.failure;
    const over = new AbortController();
    const brokers = this.options.brokers.join(', ');
    try {
      return await Promise.race([
        this.#administration.ask(`brokers ${brokers}`, (admin) => admin.describeCluster()).then(() => null),
        pause(PROBE_MS, over.signal).then(() => `brokers ${brokers} do not answer`),
      ]);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      over.abort();
    }
  }
}
