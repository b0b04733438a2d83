import { VigilError, type Topic } from '@vigil/contracts';
import type { Database, Queryable } from '@vigil/database';
import { encodeMessage } from '../message.js';
import type { Message } from '../message-bus.js';
import { packChunk, splitChunks } from './chunk.js';
import type { BusMetrics } from '../metrics.js';
import type { KnownTopic } from '../topic.js';
import type { Topics } from './topics.js';

/** Messages of one transaction at most: some 10 MB. A longer publish() becomes several, in order. */
const MAX_APPEND_MESSAGES = 10_000;
const MAX_APPEND_LENGTH = 8 * 1024 ** 2;

/** Encoded messages of one publish(), or of a part of a long one: partition → JSON of [key, value]. */
interface Parcel {
  readonly lines: Map<number, string[]>;
  readonly messages: number;
  readonly length: number;
  readonly done: PromiseWithResolvers<void>;
}

/** Encodes and splits by size. Throws before anything is written where a message cannot be encoded. */
function parcels<T>(topic: KnownTopic, messages: readonly Message<T>[]): Parcel[] {
  const made: Parcel[] = [];
  let lines = new Map<number, string[]>();
  let count = 0;
  let length = 0;
  const close = (): void => {
    if (count > 0) made.push({ lines, messages: count, length, done: Promise.withResolvers<void>() });
    lines = new Map();
    count = 0;
    length = 0;
  };
  for (const { key, value } of messages) {
    const line = encodeMessage(key, value);
    if (count >= MAX_APPEND_MESSAGES || (count > 0 && length + line.length > MAX_APPEND_LENGTH)) close();
    const partition = topic.partitionOf(key);
    const before = lines.get(partition);
    if (before) before.push(line);
    else lines.set(partition, [line]);
    count += 1;
    length += line.length;
  }
  close();
  return made;
}

/** Appends encoded messages in one transaction, partitions in ascending order. */
async function append(
  queryable: Queryable,
  topic: KnownTopic,
  lines: ReadonlyMap<number, readonly string[]>,
  wake: boolean,
): Promise<void> {
  const partitions = [...lines.keys()].sort((a, b) => a - b);
  const chunks = partitions.flatMap((partition) =>
    splitChunks(lines.get(partition) ?? []).map((run) => ({ partition, run })),
  );
  const packed = await Promise.all(chunks.map((chunk) => packChunk(chunk.run)));
  await queryable.query('SELECT bus_append($1, $2, $3, $4, $5, $6, $7, $8)', [
    topic.name,
    topic.schema,
    chunks.map((chunk) => chunk.partition),
    chunks.map((chunk) => chunk.run.length),
    packed.map((chunk) => chunk.bytes),
    packed.map((chunk) => chunk.payload.length),
    Buffer.concat(packed.map((chunk) => chunk.payload)),
    wake,
  ]);
}

function merge(group: readonly Parcel[]): Map<number, string[]> {
  const [only] = group;
  if (only && group.length === 1) return only.lines;
  const lines = new Map<number, string[]>();
  for (const parcel of group) {
    for (const [partition, more] of parcel.lines) {
      const before = lines.get(partition);
      if (before) for (const line of more) before.push(line);
      else lines.set(partition, [...more]);
    }
  }
  return lines;
}

export interface PublisherPort {
  readonly database: Database;
  readonly topics: Topics;
  readonly metrics: BusMetrics;
  /** Whether another process may be waiting for messages of the topic: then a NOTIFY goes with them. */
  readonly readElsewhere: (topic: string) => boolean;
  readonly published: (topic: string, partitions: Iterable<number>) => void;
  /** Makes missing tables of the log. */
  readonly extendLog: () => Promise<void>;
}

/**
 * Writes to the log. Publishes that come while one is being written share the next transaction: many small ones
 * cost as little as a few large ones, and one key's messages keep the order of their publish() calls.
 */
export class Publisher {
  readonly #waiting = new Map<string, Parcel[]>();
  readonly #writing = new Set<Promise<void>>();
  #closed = false;

  constructor(private readonly port: PublisherPort) {}

  async publish<T>(topic: Topic<T>, messages: readonly Message<T>[]): Promise<void> {
    if (this.#closed) throw new VigilError('engine-unavailable', 'the bus is closed', { retriable: true });
    if (messages.length === 0) return;
    const known = await this.port.topics.get(topic);
    const own = parcels(known, messages);
    const waiting = this.#waiting.get(known.name);
    if (waiting) waiting.push(...own);
    else {
      this.#waiting.set(known.name, own.slice());
      const writing = this.#write(known);
      this.#writing.add(writing);
      void writing.finally(() => this.#writing.delete(writing));
    }
    // Each is awaited, so that a failure of a later one is never an unhandled rejection.
    const results = await Promise.allSettled(own.map((parcel) => parcel.done.promise));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Publishes inside the caller's transaction: durable when that commits. Waits on other publishers, so keep it short. */
  async publishIn<T>(tx: Queryable, topic: Topic<T>, messages: readonly Message<T>[]): Promise<void> {
    const known = await this.port.topics.get(topic);
    for (const parcel of parcels(known, messages)) await append(tx, known, parcel.lines, true);
  }

  async #write(topic: KnownTopic): Promise<void> {
    for (;;) {
      const queue = this.#waiting.get(topic.name) ?? [];
      const group = takeGroup(queue);
      if (group.length === 0) break;
      const lines = merge(group);
      try {
        await this.#append(topic, lines);
      } catch (error) {
        for (const parcel of group) parcel.done.reject(error);
        continue;
      }
      this.port.metrics.published.inc(
        { topic: topic.name },
        group.reduce((sum, parcel) => sum + parcel.messages, 0),
      );
      this.port.published(topic.name, lines.keys());
      for (const parcel of group) parcel.done.resolve();
    }
    this.#waiting.delete(topic.name);
  }

  async #append(topic: KnownTopic, lines: Map<number, string[]>): Promise<void> {
    const wake = this.port.readElsewhere(topic.name);
    try {
      await append(this.port.database, topic, lines, wake);
    } catch (error) {
      if (!lacksTable(error)) throw error;
      await this.port.extendLog();
      await append(this.port.database, topic, lines, wake);
    }
  }

  /** Refuses new messages and waits until those taken are written or failed. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#writing);
  }
}

function takeGroup(queue: Parcel[]): Parcel[] {
  let messages = 0;
  let length = 0;
  let end = 0;
  for (const parcel of queue) {
    if (
      end > 0 &&
      (messages + parcel.messages > MAX_APPEND_MESSAGES || length + parcel.length > MAX_APPEND_LENGTH)
    )
      break;
    messages += parcel.messages;
    length += parcel.length;
    end += 1;
  }
  return queue.splice(0, end);
}

/** PostgreSQL's "no partition of relation found for row": the tables of the log end before now. */
function lacksTable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && error.code === '23514' && /no partition of relation/.test(error.message))
    return true;
  return lacksTable(error.cause);
}
