import type { Topic } from '@vigil/contracts';

/** Messages with the same key keep their order. */
export interface Message<T> {
  readonly key: string;
  readonly value: T;
}

export interface Delivered<T> extends Message<T> {
  readonly offset: bigint;
}

/** A run of messages of one partition, in the order of their offsets. */
export interface Batch<T> {
  readonly topic: string;
  readonly partition: number;
  readonly messages: readonly Delivered<T>[];
  /** Where the consumer stood before this batch: the offset a fenced write expects to find. */
  readonly first: bigint;
  /** Where it stands once this batch has had its effect: what it stores as its new offset. */
  readonly next: bigint;
  /** Aborted when the partition is taken away or the consumer stops; work not yet durable should be dropped. */
  readonly signal: AbortSignal;
  /** Sets one message of this batch aside as poison; the batch goes on without it. */
  reject(message: Delivered<T>, reason: string): Promise<void>;
}

/** partition → offset of the next message to read. A partition that is missing starts at the beginning of the log. */
export type Offsets = ReadonlyMap<number, bigint>;

export interface BatchHandler<T> {
  /** Resolves once the batch's effect is durable. A rejection is retried; after its retries the batch is tried message by message and the poison set aside. */
  handle(batch: Batch<T>): Promise<void>;
  /** Asked at every assignment, where the handler keeps its own offsets with its effect. Then the bus commits nothing. */
  resumeFrom?(partitions: readonly number[]): Promise<Offsets>;
}

export interface Consumer {
  /** Finishes the batches in hand, gives its partitions back. */
  stop(): Promise<void>;
  /** Null while it works; the reason when it cannot. */
  readonly failure: string | null;
}

export interface PartitionLag {
  readonly partition: number;
  readonly behind: number;
}

/** The log between the services. At least once, in order within a key. Also the dependency-injection token. */
export abstract class MessageBus {
  /** Resolves once the messages are durable: all of them or, when it rejects, possibly some. */
  abstract publish<T>(topic: Topic<T>, messages: readonly Message<T>[]): Promise<void>;
  abstract consume<T>(topic: Topic<T>, group: string, handler: BatchHandler<T>): Promise<Consumer>;
  abstract lag(topic: Topic<unknown>, group: string): Promise<PartitionLag[]>;
  abstract close(): Promise<void>;
}
