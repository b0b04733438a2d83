import { channelKey, POSTS, type PostEvent } from '@vigil/contracts';
import type { MessageBus } from '@vigil/bus';

/**
 * A contribution waits so long for others before it is sent: one durable write for many sources instead of one each.
 * At 5,000 posts/s from 500 sources 20 ms gather about 100 posts, and cost a tenth of the time a post may take.
 */
export const LINGER_MS = 20;
/** Most posts of one publish; the linger ends early when they are there. */
export const MAX_BATCH = 1_000;
/** Most posts accepted and not yet acknowledged: some 8 MB at 2 kB each. Beyond it contributors wait. */
export const MAX_PENDING = 4_000;
/** Most text accepted and not yet acknowledged, in UTF-16 units: posts of ordinary length never meet it, 4,000 of the longest would be 1.6 GB. */
export const MAX_PENDING_TEXT = 32_000_000;
/** One batch is on its way while the next gathers and a third may already be sent; more would only queue in the bus. */
const MAX_IN_FLIGHT = 2;

interface Contribution {
  readonly events: readonly PostEvent[];
  readonly text: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The one way from all connectors to the bus. Contributions of many sources travel in one `publish`; each
 * contributor's promise resolves after the bus has acknowledged its events, or rejects with what the bus said.
 * A source that waits for its promise before it contributes again keeps its order.
 */
export class Funnel {
  readonly #waiting: Contribution[] = [];
  #waitingPosts = 0;
  #pendingPosts = 0;
  #pendingText = 0;
  #inFlight = 0;
  #timer: NodeJS.Timeout | null = null;
  readonly #room: (() => void)[] = [];

  constructor(
    private readonly bus: Pick<MessageBus, 'publish'>,
    private readonly lingerMs: number = LINGER_MS,
  ) {}

  /** Posts accepted and not yet acknowledged. */
  get depth(): number {
    return this.#pendingPosts;
  }

  /** Resolves once the events are durable. At most MAX_BATCH events at a time. */
  async publish(events: readonly PostEvent[]): Promise<void> {
    if (events.length === 0) return;
    // Checked again after each wait: whoever is woken first takes the room.
    let text = 0;
    for (const { post } of events) text += post.text.length;
    while (
      this.#pendingPosts > 0 &&
      (this.#pendingPosts + events.length > MAX_PENDING || this.#pendingText + text > MAX_PENDING_TEXT)
    ) {
      await new Promise<void>((resolve) => this.#room.push(resolve));
    }
    this.#pendingPosts += events.length;
    this.#pendingText += text;
    return new Promise<void>((resolve, reject) => {
      this.#waiting.push({ events, text, resolve, reject });
      this.#waitingPosts += events.length;
      if (this.#waitingPosts >= MAX_BATCH) this.#send();
      else this.#timer ??= setTimeout(() => this.#send(), this.lingerMs);
    });
  }

  #send(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    while (this.#inFlight < MAX_IN_FLIGHT && this.#waiting.length > 0) {
      const batch = this.#take();
      this.#inFlight++;
      void this.#deliver(batch);
    }
  }

  /** Whole contributions up to MAX_BATCH posts, and at least one. */
  #take(): Contribution[] {
    let posts = 0;
    let count = 0;
    for (const contribution of this.#waiting) {
      if (count > 0 && posts + contribution.events.length > MAX_BATCH) break;
      posts += contribution.events.length;
      count++;
    }
    this.#waitingPosts -= posts;
    return this.#waiting.splice(0, count);
  }

  async #deliver(batch: readonly Contribution[]): Promise<void> {
    const messages = batch.flatMap((contribution) =>
      contribution.events.map((event) => ({ key: channelKey(event.post), value: event })),
    );
    try {
      await this.bus.publish(POSTS, messages);
      for (const contribution of batch) contribution.resolve();
    } catch (error) {
      for (const contribution of batch) contribution.reject(error);
    }
    this.#pendingPosts -= messages.length;
    for (const contribution of batch) this.#pendingText -= contribution.text;
    this.#inFlight--;
    for (const wake of this.#room.splice(0)) wake();
    if (this.#waiting.length > 0) this.#send();
  }
}
