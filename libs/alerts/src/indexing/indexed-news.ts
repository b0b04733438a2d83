import type { Database } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import { announce } from '../live-events.js';

/** Open pages need not hear more often; and a NOTIFY serialises commits, so it must be rare. */
const EVERY_MS = 1_000;

/** Tells open pages how many hits became searchable, at most once a second. */
export class IndexedNews {
  #count = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly db: Database,
    private readonly log: Telemetry['log'],
  ) {}

  add(count: number): void {
    this.#count += count;
    if (this.#timer === null) this.#timer = setTimeout(() => this.#tell(), EVERY_MS).unref();
  }

  #tell(): void {
    const count = this.#count;
    this.#count = 0;
    this.#timer = null;
    announce(this.db, { type: 'hits', count }).catch((error: unknown) =>
      this.log.debug({ err: error }, 'open pages were not told of new hits'),
    );
  }
}
