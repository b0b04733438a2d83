import type { Holding } from './holding.js';
import { isExpelled, isRebalance } from './failures.js';
import type { KafkaTuning } from './tuning.js';

/**
 * Says that the consumer lives while a batch is in hand, and hears by it when the group rebalances. The batch may then be
 * finished for a while; it is aborted at once where it is only waiting for an engine, or where its partition is gone.
 */
export class Pulse {
  readonly #timer: NodeJS.Timeout;
  #grace: NodeJS.Timeout | null = null;
  #heardAt = performance.now();
  #lost: unknown = null;
  #ended = false;

  constructor(
    private readonly heartbeat: () => Promise<void>,
    private readonly holding: Holding,
    private readonly tuning: KafkaTuning,
  ) {
    this.#timer = setInterval(() => void this.#beat(), tuning.heartbeatMs);
  }

  /** Why this consumer must join the group anew; null while it need not. */
  get lost(): unknown {
    return this.#lost;
  }

  /** A request told that the group rebalances or the partition is gone. */
  lose(error: unknown): void {
    this.#lost ??= error;
    if (isExpelled(error) || this.holding.waiting) this.holding.abort();
    else if (!this.#ended)
      this.#grace ??= setTimeout(() => this.holding.abort(), this.tuning.rebalanceGraceMs);
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#timer);
    if (this.#grace) clearTimeout(this.#grace);
  }

  async #beat(): Promise<void> {
    try {
      await this.heartbeat();
      this.#heardAt = performance.now();
    } catch (error) {
      if (isExpelled(error) || isRebalance(error)) this.lose(error);
      // Unheard for a whole session, it has been thrown out of the group, though nobody could tell it.
      else if (performance.now() - this.#heardAt > this.tuning.sessionMs) {
        this.lose(error);
        this.holding.abort();
      }
    }
  }
}
