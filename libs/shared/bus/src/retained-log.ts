import type { Topic } from '@vigil/contracts';
import type { Delivered } from './message-bus.js';

/** Offsets of one partition: from the oldest message that retention has left to before the next one to come. */
export interface Stretch {
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** Messages of one partition in the order of their offsets; at most some thousand, or a few MiB. */
export interface PastRun<T> {
  readonly partition: number;
  readonly messages: readonly Delivered<T>[];
  /** Offset after the last of them, also where messages were left out that cannot be decoded. */
  readonly next: bigint;
}

/**
 * The log read again, without a group: nobody's position moves, nothing is set aside, and retention waits for nobody.
 * Every bus holds one as `retained`. Also the dependency-injection token.
 */
export abstract class RetainedLog {
  /** What is there now of a topic, one stretch a partition; empty ones among them. */
  abstract stretches(topic: Topic<unknown>): Promise<Stretch[]>;
  /**
   * Gives what is left of the stretches to `take`, in order within a partition, one run at a time and each awaited. What
   * retention removed meanwhile and what cannot be decoded is left out. Resolves once all was given. Rejects with the
   * signal's reason where that aborts, with what `take` threw, or with `engine-unavailable`.
   */
  abstract read<T>(
    topic: Topic<T>,
    stretches: readonly Stretch[],
    take: (run: PastRun<T>) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
}
