import type { Clock, Locator, PostEvent, Source, SourceKind } from '@vigil/contracts';
import type { GuardedClient } from '@vigil/fetching';

/** What a connector needs to know of the source; drafts have it too, so that `vigil collect` needs no database. */
export type WatchedSource<L extends Locator = Locator> = Pick<
  Source,
  'id' | 'labels' | 'schedule' | 'demo'
> & {
  readonly locator: L;
  /** When the source was approved; what was published long before it is history (see ARCHITECTURE, "Time"). */
  readonly createdAt: string;
};

/** Something a source gave that could not be taken. `place` says where: `line 12, byte 3402`, `entry 3`. */
export interface Problem {
  readonly place: string;
  readonly message: string;
}

/** What the connector may use while it reads. */
export interface Reading {
  readonly client: GuardedClient;
  readonly clock: Clock;
  /** The one folder files may be read from; null where file imports are off. */
  readonly importDir: string | null;
  /** Aborted when the source is paused, changed, deleted or lost to another process, and when the program stops. */
  readonly signal: AbortSignal;
  /** Keeps raw bytes as fetched and returns their SHA-256; null where nothing is kept (`vigil collect`). */
  keep(bytes: Uint8Array): Promise<string | null>;
  /** Counts and samples what was set aside. Never throws, never waits. */
  setAside(problem: Problem): void;
}

/** What a read changes about the schedule. */
export interface Advice {
  /** Not before so many milliseconds from now: the server, or the feed itself, asked for patience. */
  readonly notBeforeMs?: number;
  /** The source has ended (410 Gone, an import read to its end): no further poll, for this reason. */
  readonly ended?: string;
  /** Pauses the source: somebody must look at it first. */
  readonly pause?: string;
}

/** A piece of what a source gave, in order. The cursor says where to go on once these events are acknowledged. */
export interface Gathered {
  readonly events: readonly PostEvent[];
  /** JSON; only the connector that made it reads it. */
  readonly cursor: unknown;
  readonly advice?: Advice;
}

/**
 * A kind of source. The caller publishes each piece's events and moves the cursor after the bus has acknowledged, so
 * a connector keeps no state of its own and may be asked again from any cursor it ever gave; it then gives the same
 * events with the same ids and revisions.
 */
export abstract class Connector<L extends Locator = Locator> {
  abstract readonly kind: SourceKind;
  /** `poll` ends and is asked again when due; `follow` stays until its signal; `push` is never asked. */
  abstract style(locator: L): 'poll' | 'follow' | 'push';
  /**
   * Reads from the cursor on (null: from the beginning). A piece holds at most MAX_PIECE events.
   * Throws VigilError: `fetch-failed`, `refused-address`, `too-large`, `unparsable-feed`, `bad-input` (cursor, locator).
   */
  abstract read(source: WatchedSource<L>, cursor: unknown, reading: Reading): AsyncIterable<Gathered>;
}

/** Most events of one piece: a fifth of what the bus takes in one batch, so that no source crowds out the others. */
export const MAX_PIECE = 200;
