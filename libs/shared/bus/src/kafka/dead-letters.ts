import { VigilError, type Topic } from '@vigil/contracts';
import kafkajs, { type KafkaMessage } from 'kafkajs';
import { DeadLetters, MAX_LISTED, type DeadLetter } from '../dead-letters.js';
import type { Message } from '../message-bus.js';
import { excerptOf, messageOf, type NewDeadLetter } from '../message.js';
import type { Administration } from './connection.js';
import type { KafkaPublisher } from './publisher.js';
import { readRange } from './range-reader.js';
import { header } from './records.js';
import type { KafkaTopics } from './topics.js';

/** So many of a group are held for listing, some 40 MB at worst; older ones are counted, and shown once newer ones are gone. */
const MAX_HELD = 5_000;
/** A message of ours takes 12 MiB at most; of what others wrote the beginning must do. */
const MAX_PAYLOAD = 15 * 1024 ** 2;
/** Bytes of one replay() at most. */
const MAX_REPLAY_BYTES = 64 * 1024 ** 2;

/** What is known of a topic of dead letters up to `next`. */
interface View {
  next: bigint;
  /** By key; in the order of their offsets. */
  readonly letters: Map<string, DeadLetter>;
  /** Left out, as there were more than MAX_HELD. */
  older: number;
}

/**
 * Dead letters as topics `<topic>.<group>.dead-letter` that keep the newest record of each key `partition-offset`. A letter's
 * id is its offset there. Replayed and discarded ones are removed by a record without a value.
 */
export class KafkaDeadLetters extends DeadLetters {
  readonly #views = new Map<string, View>();
  readonly #looking = new Map<string, Promise<View>>();

  constructor(
    private readonly port: {
      readonly kafka: kafkajs.Kafka;
      readonly administration: Administration;
      readonly topics: KafkaTopics;
      readonly publisher: KafkaPublisher;
    },
  ) {
    super();
  }

  /** Stores a dead letter once, however often it is set aside again before its offset moves. */
  async setAside(topic: string, group: string, letter: NewDeadLetter): Promise<void> {
    const remote = await this.port.topics.letters(topic, group);
    const headers = {
      partition: String(letter.partition),
      offset: String(letter.offset),
      count: String(letter.count),
      key: letter.key.slice(0, 1_000),
      reason: letter.reason.slice(0, 1_000),
    };
    const key = `${letter.partition}-${letter.offset}`;
    await this.port.publisher.send(remote, [
      { partition: 0, key, value: letter.payload.subarray(0, MAX_PAYLOAD), headers },
    ]);
  }

  async counts(): Promise<{ topic: string; group: string; count: number }[]> {
    const names = await this.port.administration.ask('topics cannot be listed', (admin) =>
      admin.listTopics(),
    );
    const counted: { topic: string; group: string; count: number }[] = [];
    for (const remote of names.toSorted()) {
      const of = this.port.topics.lettersOf(remote);
      if (!of) continue;
      const view = await this.#look(remote, of.topic, of.group);
      const held = [...view.letters.values()].reduce((sum, letter) => sum + letter.count, 0);
      if (held + view.older > 0) counted.push({ ...of, count: held + view.older });
    }
    return counted;
  }

  async list(
    topic: string,
    group: string,
    page: { size?: number; before?: string } = {},
  ): Promise<DeadLetter[]> {
    const view = await this.#viewOf(topic, group);
    const before = page.before === undefined ? null : BigInt(page.before);
    return [...view.letters.values()]
      .reverse()
      .filter((letter) => before === null || BigInt(letter.id) < before)
      .slice(0, Math.min(page.size ?? 50, MAX_LISTED));
  }

  /** Published first and then removed: where the process dies between the two, they can be replayed once more. */
  async replay<T>(topic: Topic<T>, group: string, ids: readonly string[]): Promise<number> {
    const chosen = await this.#chosen(topic.name, group, ids);
    const offsets = chosen.map(({ letter }) => BigInt(letter.id));
    const [first, last] = [offsets[0], offsets.at(-1)];
    if (first === undefined || last === undefined) return 0;
    const wanted = new Set(chosen.map(({ letter }) => letter.id));
    const messages: Message<T>[] = [];
    let bytes = 0;
    let failure: unknown = null;
    const take = (record: KafkaMessage): void => {
      if (!wanted.has(record.offset) || failure !== null) return;
      bytes += record.value?.length ?? 0;
      try {
        if (bytes > MAX_REPLAY_BYTES)
          throw new VigilError('too-large', 'these are more than 64 MB: replay fewer at once');
        messages.push(messageOf(topic, record.value ?? Buffer.alloc(0)));
      } catch (error) {
        failure = error;
      }
    };
    const remote = this.port.topics.lettersName(topic.name, group);
    const range = { from: first, to: last + 1n };
    await readRange(this.port.kafka, this.port.administration, remote, range, take);
    if (failure !== null) throw failure;
    await this.port.publisher.publish(topic, messages);
    await this.#remove(remote, chosen);
    return messages.length;
  }

  async discard(topic: string, group: string, ids: readonly string[]): Promise<number> {
    const chosen = await this.#chosen(topic, group, ids);
    await this.#remove(this.port.topics.lettersName(topic, group), chosen);
    return chosen.length;
  }

  async #remove(remote: string, chosen: readonly { key: string }[]): Promise<void> {
    if (chosen.length === 0) return;
    await this.port.publisher.send(
      remote,
      chosen.map(({ key }) => ({ partition: 0, key, value: null, headers: {} })),
    );
  }

  /** Letters with these ids that are still there, by offset. */
  async #chosen(
    topic: string,
    group: string,
    ids: readonly string[],
  ): Promise<{ key: string; letter: DeadLetter }[]> {
    const view = await this.#viewOf(topic, group);
    const wanted = new Set(ids);
    return [...view.letters].filter(([, { id }]) => wanted.has(id)).map(([key, letter]) => ({ key, letter }));
  }

  async #viewOf(topic: string, group: string): Promise<View> {
    const remote = this.port.topics.lettersName(topic, group);
    if (!this.#views.has(remote) && !(await this.port.topics.exists(remote)))
      return { next: 0n, letters: new Map(), older: 0 };
    return this.#look(remote, topic, group);
  }

  /** One look at a time; those who come meanwhile get what it finds only if it began after they came, so they look again. */
  async #look(remote: string, topic: string, group: string): Promise<View> {
    const before = this.#looking.get(remote) ?? Promise.resolve();
    const look = before.then(
      () => this.#refresh(remote, topic, group),
      () => this.#refresh(remote, topic, group),
    );
    this.#looking.set(remote, look);
    try {
      return await look;
    } finally {
      if (this.#looking.get(remote) === look) this.#looking.delete(remote);
    }
  }

  async #refresh(remote: string, topic: string, group: string): Promise<View> {
    const [bounds] = await this.port.administration.ask(`${remote} cannot be read`, (admin) =>
      admin.fetchTopicOffsets(remote),
    );
    const [low, high] = [BigInt(bounds?.low ?? 0), BigInt(bounds?.high ?? 0)];
    const known = this.#views.get(remote);
    const anew = !known || known.next > high || (known.older > 0 && known.letters.size < MAX_HELD / 2);
    const view: View = anew ? { next: low, letters: new Map(), older: 0 } : known;
    const from = view.next > low ? view.next : low;
    await readRange(this.port.kafka, this.port.administration, remote, { from, to: high }, (record) =>
      note(view, record, topic, group),
    );
    view.next = high;
    // Retention has removed what lies before `low`.
    for (const [key, letter] of view.letters) {
      if (BigInt(letter.id) >= low) break;
      view.letters.delete(key);
    }
    this.#views.set(remote, view);
    return view;
  }
}

function note(view: View, record: KafkaMessage, topic: string, group: string): void {
  const key = record.key?.toString() ?? '';
  view.letters.delete(key);
  if (record.value === null) return;
  view.letters.set(key, {
    id: record.offset,
    topic,
    group,
    partition: Number(header(record, 'partition')),
    offset: header(record, 'offset'),
    count: Number(header(record, 'count')) || 1,
    key: header(record, 'key'),
    reason: header(record, 'reason'),
    at: new Date(Number(record.timestamp)).toISOString(),
    excerpt: excerptOf(record.value.subarray(0, 16_000)),
  });
  const [oldest] = view.letters.keys();
  if (view.letters.size > MAX_HELD && oldest !== undefined) {
    view.letters.delete(oldest);
    view.older += 1;
  }
}
