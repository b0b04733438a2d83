import type { Topic } from '@vigil/contracts';

/** A message set aside, for a person to look at. */
export interface DeadLetter {
  readonly id: string;
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
  readonly offset: string;
  /** How many messages it stands for: more than one where a whole chunk could not be unpacked. */
  readonly count: number;
  readonly key: string;
  readonly reason: string;
  /** When it was set aside, ISO 8601. */
  readonly at: string;
  /** The message's JSON, at most its first 4,000 characters; null where the bytes are not text. */
  readonly excerpt: string | null;
}

/** Most dead letters of one page. */
export const MAX_LISTED = 200;
/** Characters of a dead letter that are shown. */
export const EXCERPT_LENGTH = 4_000;

/**
 * What was set aside, for operations: to look at, to replay once the cause is mended, or to discard. Every bus holds one as
 * `deadLetters`. Also the dependency-injection token.
 */
export abstract class DeadLetters {
  /** How many messages are set aside, per topic and group; none for those without. */
  abstract counts(): Promise<{ topic: string; group: string; count: number }[]>;
  /** Newest first, at most `size` (200). `before` is the id of the last one of the page before. */
  abstract list(
    topic: string,
    group: string,
    page?: { size?: number; before?: string },
  ): Promise<DeadLetter[]>;
  /**
   * Publishes dead letters to their topic again, under their key, and removes them. Every group of the topic reads them once
   * more, at the end of its partition: handlers allow for repetition anyway, and an older revision never replaces a newer
   * one. Returns how many. Throws `bad-input` for what cannot be decoded: that can only be discarded.
   */
  abstract replay<T>(topic: Topic<T>, group: string, ids: readonly string[]): Promise<number>;
  /** Removes dead letters for good. Returns how many. */
  abstract discard(topic: string, group: string, ids: readonly string[]): Promise<number>;
}
