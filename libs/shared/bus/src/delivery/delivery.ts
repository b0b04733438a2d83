import { isVigilError, type Topic } from '@vigil/contracts';
import type { Batch, BatchHandler, Delivered } from '../message-bus.js';
import { payloadOf, type NewDeadLetter } from '../message.js';
import { backoffMs, pause } from './signal.js';
import { isTransient, reasonOf } from './transient.js';

/** How often and how soon a failed batch is tried again. */
export interface RetryTuning {
  /** Retries of a batch before it is tried in halves. Transient failures have no limit. */
  readonly retries: number;
  readonly firstBackoffMs: number;
  readonly maxBackoffMs: number;
}

/** What a delivery needs of the partition it serves. */
export interface DeliveryPort<T> {
  readonly topic: Topic<T>;
  readonly partition: number;
  readonly handler: BatchHandler<T>;
  readonly tuning: RetryTuning;
  readonly signal: AbortSignal;
  readonly setAside: (letter: NewDeadLetter) => Promise<void>;
  /** Called at every failed attempt with the reason, and with null once one succeeded. */
  readonly report: (partition: number, failure: string | null) => void;
  readonly timed: <R>(work: () => Promise<R>) => Promise<R>;
}

/** Thrown out of a delivery whose partition was taken away or whose consumer stops: nothing more is to be done. */
export class Dropped extends Error {
  override readonly name = 'Dropped';
}

/**
 * Brings runs of messages to a handler until each has had its effect or is set aside.
 *
 * Transient failures are tried again without limit: an engine that is down is no fault of the message. Others are tried
 * `retries` times, then in halves, so that one poison message among 2,000 is found in some 11 steps and set aside alone.
 * `first` of every batch is where the handler stands: a message set aside does not move it, the next batch does.
 */
export class Delivery<T> {
  constructor(
    private readonly port: DeliveryPort<T>,
    /** Where the handler stands. */
    public position: bigint,
  ) {}

  /** Throws Dropped, or `fenced` as the handler did. */
  async deliver(messages: readonly Delivered<T>[], next: bigint): Promise<void> {
    if (messages.length === 0) return;
    const failure = await this.#attempts(messages, next, this.port.tuning.retries);
    if (failure === null) return;
    const sound = await this.#withoutMisfits(messages);
    await this.#halves(sound, next, sound.length < messages.length ? null : failure);
  }

  /** Messages that do not fit the topic's schema explain most failures, and better than the handler's error does. */
  async #withoutMisfits(messages: readonly Delivered<T>[]): Promise<Delivered<T>[]> {
    const sound: Delivered<T>[] = [];
    for (const message of messages) {
      const result = this.port.topic.schema.safeParse(message.value);
      if (result.success) sound.push(message);
      else {
        const [issue] = result.error.issues;
        await this.#setAside(
          message,
          `does not fit the schema of its topic: ${issue?.path.map(String).join('.')}: ${issue?.message}`,
        );
      }
    }
    return sound;
  }

  /** `failure` is set where these very messages have just failed together, so that trying them once more is no use. */
  async #halves(messages: readonly Delivered<T>[], next: bigint, failure: string | null): Promise<void> {
    const [first] = messages;
    if (!first) return;
    const reason = failure ?? (await this.#attempts(messages, next, messages.length === 1 ? 1 : 0));
    if (reason === null) return;
    if (messages.length === 1) {
      await this.#setAside(first, reason);
      return;
    }
    const half = Math.ceil(messages.length / 2);
    const [left, right] = [messages.slice(0, half), messages.slice(half)];
    await this.#halves(left, right[0]?.offset ?? next, null);
    await this.#halves(right, next, null);
  }

  /** Null once handled; the reason when `retries` more attempts have failed too. */
  async #attempts(messages: readonly Delivered<T>[], next: bigint, retries: number): Promise<string | null> {
    const { tuning, signal } = this.port;
    let failures = 0;
    for (let attempt = 0; ; attempt += 1) {
      if (signal.aborted) throw new Dropped();
      try {
        const batch = this.#batch(messages, next);
        await this.port.timed(() => this.port.handler.handle(batch));
        this.position = next;
        this.port.report(this.port.partition, null);
        return null;
      } catch (error) {
        if (signal.aborted) throw new Dropped();
        if (isVigilError(error, 'fenced')) throw error;
        const reason = reasonOf(error);
        this.port.report(this.port.partition, reason);
        if (!isTransient(error)) failures += 1;
        if (failures > retries) return reason;
        await pause(backoffMs(attempt, tuning.firstBackoffMs, tuning.maxBackoffMs), signal);
      }
    }
  }

  #batch(messages: readonly Delivered<T>[], next: bigint): Batch<T> {
    return {
      topic: this.port.topic.name,
      partition: this.port.partition,
      messages,
      first: this.position,
      next,
      signal: this.port.signal,
      reject: (message, reason) => this.#setAside(message, reason),
    };
  }

  /** Tries until it is stored: a message must not vanish because the dead letters could not be written. */
  async #setAside(message: Delivered<T>, reason: string): Promise<void> {
    const letter = {
      partition: this.port.partition,
      offset: message.offset,
      count: 1,
      key: message.key,
      payload: payloadOf(message.key, message.value),
      reason,
    };
    await persist(this.port, () => this.port.setAside(letter));
  }
}

/** Repeats `work` with backoff until it succeeds. Throws Dropped once the signal aborts. */
export async function persist(
  port: Pick<DeliveryPort<never>, 'tuning' | 'signal' | 'report' | 'partition'>,
  work: () => Promise<void>,
): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    if (port.signal.aborted) throw new Dropped();
    try {
      await work();
      return;
    } catch (error) {
      port.report(port.partition, reasonOf(error));
      await pause(backoffMs(attempt, port.tuning.firstBackoffMs, port.tuning.maxBackoffMs), port.signal);
    }
  }
}
