import type { RetryTuning } from '../delivery/delivery.js';

const MIB = 1024 ** 2;

/** The bus's numbers. Tests shorten times; a program takes DEFAULT_TUNING. */
export interface KafkaTuning extends RetryTuning {
  /** The broker gives a consumer's partitions away when it has not heard of it for so long. It takes no less than 6 s by default. */
  readonly sessionMs: number;
  /** How often a consumer says that it lives, while a batch is in hand as well. */
  readonly heartbeatMs: number;
  /** How long the broker waits for all members to join again. */
  readonly rebalanceMs: number;
  /** How long a batch in hand may go on once the group rebalances, before it is aborted. */
  readonly rebalanceGraceMs: number;
  /** A fetch waits until there are so many compressed bytes of all partitions together, or for fetchWaitMs. */
  readonly fetchMinBytes: number;
  /** Longest wait of a fetch; also what a consumer takes to notice that it may read again. */
  readonly fetchWaitMs: number;
  /** Compressed bytes of one fetch, per partition and in all. */
  readonly fetchBytesPerPartition: number;
  readonly fetchBytes: number;
  readonly maxBatchMessages: number;
  /** Bytes of JSON of one batch; one message is given in any case. */
  readonly maxBatchBytes: number;
  /** How long stop() waits for a batch in hand before it aborts it. */
  readonly stopGraceMs: number;
  /** Beyond this a batch in hand is reported as a failure of the consumer. */
  readonly slowBatchMs: number;
  /** A consumer of which kafkajs reports nothing for so long has died without a crash: it is replaced. */
  readonly silentMs: number;
  /** How old the group's copy of the offsets of a handler that keeps its own may be: it serves lag() alone. */
  readonly reportMs: number;
  readonly requestTimeoutMs: number;
}

export const DEFAULT_TUNING: KafkaTuning = {
  sessionMs: 10_000,
  heartbeatMs: 2_000,
  rebalanceMs: 30_000,
  // Two thirds of the time to join again: who comes later is thrown out of the group.
  rebalanceGraceMs: 20_000,
  // Each batch costs a commit, a publish or a transaction, and a write to the index, however small it is. At 2,000 posts/s
  // 100 ms gather 200 posts in place of the 40 that one publish of a collector brings.
  fetchMinBytes: 64 * 1024,
  fetchWaitMs: 100,
  // Posts shrink to a fifth, so this is some 1.3 MB of JSON; MAX_RATIO bounds what it can be at most.
  fetchBytesPerPartition: MIB / 4,
  fetchBytes: 2 * MIB,
  maxBatchMessages: 2_000,
  maxBatchBytes: 4 * MIB,
  retries: 3,
  firstBackoffMs: 100,
  maxBackoffMs: 10_000,
  stopGraceMs: 10_000,
  slowBatchMs: 60_000,
  silentMs: 60_000,
  reportMs: 200,
  requestTimeoutMs: 10_000,
};
