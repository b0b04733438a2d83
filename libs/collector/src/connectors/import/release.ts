import { type PostEvent } from '@vigil/contracts';
import type { Reading } from '../connector.js';
import { pauseUntil } from './waiting.js';

/** The first line's own time and when it was released, both in milliseconds since the epoch: what a replay counts from. */
export interface ReplayAnchor {
  readonly event: number;
  readonly wall: number;
}

/**
 * Releases posts against the clock at their original spacing, `speed` times faster, beginning with the first dated
 * post. Posts without a date go with the one before. After a restart the anchor is kept: what is due comes at once.
 */
export class Release {
  anchor: ReplayAnchor | null;

  constructor(
    private readonly speed: number,
    anchor: ReplayAnchor | null,
    private readonly reading: Pick<Reading, 'clock' | 'signal'>,
  ) {
    this.anchor = anchor;
  }

  waitMs(event: PostEvent): number {
    return this.#due(event) - this.reading.clock.now();
  }

  until(event: PostEvent): Promise<void> {
    return pauseUntil(this.#due(event), this.reading.clock, this.reading.signal);
  }

  #due(event: PostEvent): number {
    const { publishedAt } = event.post;
    if (publishedAt === null) return Number.NEGATIVE_INFINITY;
    this.anchor ??= { event: Date.parse(publishedAt), wall: this.reading.clock.now() };
    return this.anchor.wall + (Date.parse(publishedAt) - this.anchor.event) / this.speed;
  }
}
