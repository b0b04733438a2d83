import { VigilError, type Topic } from '@vigil/contracts';
import kafkajs, { type Producer } from 'kafkajs';
import type { BusMetrics } from '../metrics.js';
import type { Message } from '../message-bus.js';
import { encodeMessage } from '../message.js';
import { CLOSE_MS } from './connection.js';
import { kindOf, translated } from './failures.js';
import type { KafkaTopic, KafkaTopics } from './topics.js';
import { within } from './within.js';

/** Messages and characters of one request at most; a longer publish() becomes several, in order. */
const MAX_SEND_MESSAGES = 5_000;
const MAX_SEND_LENGTH = 4 * 1024 ** 2;

/** A record as it goes to the brokers. */
export interface OutgoingRecord {
  readonly partition: number;
  readonly key: string;
  /** Null removes what the key stood for, in a topic that keeps the newest of each key. */
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}

/** Records of one publish(), or of a part of a long one. */
interface Parcel {
  readonly remote: string;
  readonly records: readonly OutgoingRecord[];
  /** Bytes of the values. */
  readonly length: number;
  readonly done: PromiseWithResolvers<void>;
}

/** Errors after which nothing of the request is in the log: a producer with a new number may send it again. */
const NOT_WRITTEN = new Set([
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_EPOCH',
  'INVALID_PRODUCER_ID_MAPPING',
]);

export interface PublisherPort {
  readonly kafka: kafkajs.Kafka;
  readonly topics: KafkaTopics;
  readonly metrics: BusMetrics;
  readonly requestTimeoutMs: number;
}

/**
 * Writes to the log, one request at a time: publishes that come meanwhile share the next, and one key's messages keep the
 * order of their publish() calls.
 *
 * kafkajs gives a failed request's sequence numbers to the next one. Where the failed one did reach the log, the broker would
 * take the next for its repetition and drop it without a word. So a producer is never used again after a failure.
 */
export class KafkaPublisher {
  readonly #waiting: Parcel[] = [];
  #producer: Promise<Producer> | null = null;
  #writing: Promise<void> | null = null;
  #closed = false;
  #failure: string | null = null;

  constructor(private readonly port: PublisherPort) {}

  /** Why the last request failed; null once one has succeeded. */
  get failure(): string | null {
    return this.#failure;
  }

  async publish<T>(topic: Topic<T>, messages: readonly Message<T>[]): Promise<void> {
    if (this.#closed) throw new VigilError('engine-unavailable', 'the bus is closed', { retriable: true });
    if (messages.length === 0) return;
    const lines = messages.map(({ key, value }) => encodeMessage(key, value));
    const known = await this.port.topics.get(topic);
    const records = messages.map(({ key }, i) => outgoing(known, key, Buffer.from(lines[i] ?? '')));
    try {
      await this.send(known.remote, records);
    } catch (error) {
      if (kindOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION') this.port.topics.forget(topic.name);
      throw error;
    }
    this.port.metrics.published.inc({ topic: topic.name }, messages.length);
  }

  /** Resolves once all copies that are in step have the records. */
  async send(remote: string, records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closed) throw new VigilError('engine-unavailable', 'the bus is closed', { retriable: true });
    const own = parcels(remote, records);
    this.#waiting.push(...own);
    this.#writing ??= this.#write().finally(() => (this.#writing = null));
    // Each is awaited, so that a failure of a later one is never an unhandled rejection.
    const results = await Promise.allSettled(own.map((parcel) => parcel.done.promise));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async #write(): Promise<void> {
    // Publishes of the same turn share the first request as well.
    await Promise.resolve();
    for (;;) {
      const group = takeGroup(this.#waiting);
      if (group.length === 0) return;
      try {
        await this.#request(group);
        this.#failure = null;
        for (const parcel of group) parcel.done.resolve();
      } catch (error) {
        const failure = translated(error, 'messages cannot be published');
        this.#failure = failure.message;
        for (const parcel of group) parcel.done.reject(failure);
      }
    }
  }

  async #request(group: readonly Parcel[]): Promise<void> {
    const byTopic = new Map<string, OutgoingRecord[]>();
    for (const { remote, records } of group) {
      const before = byTopic.get(remote);
      if (before) for (const one of records) before.push(one);
      else byTopic.set(remote, [...records]);
    }
    const batch = {
      acks: -1,
      timeout: this.port.requestTimeoutMs,
      compression: kafkajs.CompressionTypes.ZSTD,
      topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })),
    };
    for (let attempt = 0; ; attempt += 1) {
      const connecting = (this.#producer ??= this.#connect());
      try {
        const sending = connecting.then((producer) => producer.sendBatch(batch));
        await within(3 * this.port.requestTimeoutMs, 'messages cannot be published', sending);
        return;
      } catch (error) {
        this.#producer = null;
        void connecting.then((producer) => producer.disconnect()).catch(() => undefined);
        if (attempt > 0 || !NOT_WRITTEN.has(kindOf(error))) throw error;
      }
    }
  }

  async #connect(): Promise<Producer> {
    const producer = this.port.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      // Partitions are chosen by us, the same on every engine; kafkajs's own choice is never asked.
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  }

  /** Refuses new messages and waits until those taken are written or failed. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    const producer = this.#producer;
    if (producer)
      await within(
        CLOSE_MS,
        'closing',
        producer.then((one) => one.disconnect()),
      ).catch(() => undefined);
  }
}

/** A message as a record: its value is the JSON of [key, value], its key serves tools that look into the topic. */
function outgoing(topic: KafkaTopic, key: string, value: Buffer): OutgoingRecord {
  return { partition: topic.partitionOf(key), key, value, headers: { schema: topic.schema } };
}

function parcels(remote: string, records: readonly OutgoingRecord[]): Parcel[] {
  const made: Parcel[] = [];
  let current: OutgoingRecord[] = [];
  let length = 0;
  const close = (): void => {
    if (current.length > 0)
      made.push({ remote, records: current, length, done: Promise.withResolvers<void>() });
    current = [];
    length = 0;
  };
  for (const record of records) {
    const size = record.value?.length ?? 0;
    if (current.length >= MAX_SEND_MESSAGES || (current.length > 0 && length + size > MAX_SEND_LENGTH))
      close();
    current.push(record);
    length += size;
  }
  close();
  return made;
}

function takeGroup(queue: Parcel[]): Parcel[] {
  let messages = 0;
  let length = 0;
  let end = 0;
  for (const parcel of queue) {
    const full =
      messages + parcel.records.length > MAX_SEND_MESSAGES || length + parcel.length > MAX_SEND_LENGTH;
    if (end > 0 && full) break;
    messages += parcel.records.length;
    length += parcel.length;
    end += 1;
  }
  return queue.splice(0, end);
}
