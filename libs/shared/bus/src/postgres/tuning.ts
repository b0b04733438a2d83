const MIB = 1024 ** 2;

/** The bus's numbers. Tests shorten times; a program takes DEFAULT_TUNING. */
export interface Tuning {
  /** A consumer that has not renewed its lease for so long loses its partitions. */
  readonly leaseMs: number;
  /** How often a process renews its leases and looks whether partitions should change hands. */
  readonly beatMs: number;
  /** How often a reader looks although nobody woke it: what a lost NOTIFY costs at most. */
  readonly pollMs: number;
  /** A consumer that keeps up reads no more often than this: many small publishes become one read and one batch. */
  readonly readGapMs: number;
  readonly maxBatchMessages: number;
  readonly maxBatchBytes: number;
  /** Retries of a batch before it is tried in halves. Transient failures have no limit. */
  readonly retries: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
  /** How long stop() waits for a batch in hand before it aborts it. */
  readonly stopGraceMs: number;
  /** Beyond this a batch in hand is reported as a failure of the consumer. */
  readonly slowBatchMs: number;
  /** How old the copy of the offsets of a handler that keeps its own may be: it serves lag() and retention alone. */
  readonly reportMs: number;
  readonly maintenanceMs: number;
}

export const DEFAULT_TUNING: Tuning = {
  // Five beats: one or two may fail (a slow disk, a long collection of garbage) without partitions changing hands.
  leaseMs: 10_000,
  beatMs: 2_000,
  pollMs: 1_000,
  // At 200 publishes a second this halves PostgreSQL's work, for some 5 ms of delay on average.
  readGapMs: 10,
  // 2,000 posts are classified in some 100 ms: longer batches gain nothing per message and delay those behind.
  maxBatchMessages: 2_000,
  maxBatchBytes: 4 * MIB,
  retries: 3,
  firstBackoffMs: 100,
  maxBackoffMs: 10_000,
  stopGraceMs: 10_000,
  slowBatchMs: 60_000,
  reportMs: 200,
  maintenanceMs: 10 * 60_000,
};
