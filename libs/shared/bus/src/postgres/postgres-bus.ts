import { type Clock, SystemClock, type Topic, VigilError } from '@vigil/contracts';
import type { Database, Queryable } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import {
  MessageBus,
  type BatchHandler,
  type Consumer,
  type Message,
  type PartitionLag,
} from '../message-bus.js';
import { PostgresDeadLetters } from './dead-letters.js';
import { PostgresRetainedLog } from './retained-log.js';
import { GroupConsumer, type RunningConsumer } from './group-consumer.js';
import { applyRetention, extendLog } from './log-tables.js';
import { Membership } from './membership.js';
import { busMetrics, type BusMetrics } from '../metrics.js';
import { Publisher } from './publisher.js';
import { reasonOf } from '../delivery/transient.js';
import { Topics } from './topics.js';
import { DEFAULT_TUNING, type Tuning } from './tuning.js';

export interface PostgresBusOptions {
  /** Partitions of a topic when it is first made. */
  readonly partitions: number;
  readonly transitDays: number;
  readonly transitMaxBytes: number;
  /** Breaks the promise on purpose, for the crash run: offsets move before the effect. */
  readonly commitEarly?: boolean;
  readonly tuning?: Partial<Tuning>;
  readonly clock?: Clock;
}

const noop = (): void => undefined;

/** The log as tables of the system of record. How it works and why: ../../README.md. */
export class PostgresBus extends MessageBus {
  readonly deadLetters: PostgresDeadLetters;
  readonly retained: PostgresRetainedLog;
  readonly #tuning: Tuning;
  readonly #clock: Clock;
  readonly #metrics: BusMetrics;
  readonly #topics: Topics;
  readonly #publisher: Publisher;
  readonly #membership: Membership;
  readonly #consumers = new Set<RunningConsumer>();
  readonly #listening = new Map<string, Promise<() => Promise<void>>>();
  #maintenance: NodeJS.Timeout | null = null;
  #maintaining: Promise<void> = Promise.resolve();
  #ready: Promise<void> | null = null;
  #overCap = false;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly database: Database,
    private readonly telemetry: Telemetry,
    private readonly options: PostgresBusOptions,
  ) {
    super();
    this.#tuning = { ...DEFAULT_TUNING, ...options.tuning };
    this.#clock = options.clock ?? new SystemClock();
    this.#metrics = busMetrics(telemetry.metrics);
    this.#topics = new Topics(database, options.partitions);
    this.#membership = new Membership(database.connectionString, this.#tuning, telemetry.log);
    this.#publisher = new Publisher({
      database,
      topics: this.#topics,
      metrics: this.#metrics,
      readElsewhere: (topic) => this.#membership.readElsewhere(topic),
      published: (topic, partitions) => this.#stir(topic, partitions),
      extendLog: () => extendLog(database, this.#now),
    });
    this.deadLetters = new PostgresDeadLetters(database, (tx, topic, messages) =>
      this.#publisher.publishIn(tx, topic, messages),
    );
    this.retained = new PostgresRetainedLog(database);
    telemetry.addCheck('bus', () => this.#failure());
  }

  readonly #now = (): number => this.#clock.now();

  async publish<T>(topic: Topic<T>, messages: readonly Message<T>[]): Promise<void> {
    await this.#prepared();
    await this.#publisher.publish(topic, messages);
  }

  /** Publishes within a transaction of the caller: an outbox without a table. Keep it short, other publishers wait for it. */
  async publishIn<T>(tx: Queryable, topic: Topic<T>, messages: readonly Message<T>[]): Promise<void> {
    await this.#prepared();
    await this.#publisher.publishIn(tx, topic, messages);
  }

  async consume<T>(topic: Topic<T>, group: string, handler: BatchHandler<T>): Promise<Consumer> {
    if (this.#closing) throw new VigilError('engine-unavailable', 'the bus is closed', { retriable: true });
    await this.#prepared();
    const known = await this.#topics.get(topic);
    await this.database.query(
      `INSERT INTO bus_offset (topic, consumer_group, partition) SELECT $1, $2, generate_series(0, $3::int - 1) ON CONFLICT DO NOTHING`,
      [topic.name, group, known.partitions],
    );
    await this.#listen(topic.name);
    const consumer = new GroupConsumer<T>(
      {
        database: this.database,
        membership: this.#membership,
        metrics: this.#metrics,
        log: this.telemetry.log,
        clock: this.#clock,
        tuning: this.#tuning,
        commitEarly: this.options.commitEarly === true,
        stopped: () => {
          this.#consumers.delete(consumer);
          this.#metrics.measureLag.delete(measureLag);
        },
      },
      topic,
      known,
      group,
      handler,
    );
    const measureLag = (): Promise<unknown> => this.lag(topic, group);
    this.#metrics.measureLag.add(measureLag);
    this.#consumers.add(consumer);
    try {
      return await consumer.start();
    } catch (error) {
      this.#consumers.delete(consumer);
      this.#metrics.measureLag.delete(measureLag);
      throw error;
    }
  }

  /** Of a group that keeps its own offsets it follows within some 200 ms. Empty for a topic that was never used. */
  async lag(topic: Topic<unknown>, group: string): Promise<PartitionLag[]> {
    const rows = await this.database.query<{ partition: number; behind: string }>(
      `SELECT p.partition, greatest(0, p.next_offset - coalesce(o.next_offset, 0))::text AS behind
       FROM bus_partition p LEFT JOIN bus_offset o ON o.topic = p.topic AND o.partition = p.partition AND o.consumer_group = $2
       WHERE p.topic = $1 ORDER BY p.partition`,
      [topic.name, group],
    );
    const lag = rows.map((row) => ({ partition: row.partition, behind: Number(row.behind) }));
    this.#metrics.lag.set(
      { topic: topic.name, group },
      lag.reduce((sum, one) => sum + one.behind, 0),
    );
    return lag;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    if (this.#maintenance) clearInterval(this.#maintenance);
    await Promise.allSettled([...this.#consumers].map((consumer) => consumer.stop()));
    await this.#publisher.close();
    for (const listening of this.#listening.values()) {
      await listening.then((unlisten) => unlisten()).catch(() => undefined);
    }
    await this.#maintaining;
    await this.#membership.close();
  }

  /** Drops what retention no longer keeps, makes the tables of the next day. Runs by itself every ten minutes. */
  async maintain(): Promise<readonly string[]> {
    await extendLog(this.database, this.#now);
    const retention = { days: this.options.transitDays, maxBytes: this.options.transitMaxBytes };
    const { dropped, overCap } = await applyRetention(
      this.database,
      retention,
      this.#now,
      this.telemetry.log,
      this.#metrics,
    );
    if (overCap && !this.#overCap) {
      this.telemetry.log.warn(
        { maxBytes: retention.maxBytes },
        'bus: the log is over its cap, and what is left is not yet read',
      );
    }
    this.#overCap = overCap;
    return dropped;
  }

  #prepared(): Promise<void> {
    this.#ready ??= this.#prepare();
    return this.#ready;
  }

  async #prepare(): Promise<void> {
    try {
      await extendLog(this.database, this.#now);
    } catch (error) {
      this.#ready = null;
      throw error;
    }
    const maintain = (): void => {
      this.#maintaining = this.maintain().then(noop, (error: unknown) => {
        this.telemetry.log.warn(
          { reason: reasonOf(error) },
          'bus: maintenance failed, the next round tries again',
        );
      });
    };
    // At once as well: a program that is started anew more often than that must drop what is old, too.
    maintain();
    this.#maintenance = setInterval(maintain, this.#tuning.maintenanceMs).unref();
  }

  #stir(topic: string, partitions?: Iterable<number>): void {
    const which = partitions && [...partitions];
    for (const consumer of this.#consumers) if (consumer.topic === topic) consumer.stir(which);
  }

  async #listen(topic: string): Promise<void> {
    let listening = this.#listening.get(topic);
    if (!listening) {
      listening = this.database.listen(`vigil_bus_${topic}`, () => this.#stir(topic));
      this.#listening.set(topic, listening);
      listening.catch(() => this.#listening.delete(topic));
    }
    await listening;
  }

  #failure(): string | null {
    for (const consumer of this.#consumers) {
      if (consumer.failure) return `${consumer.group} cannot read ${consumer.topic}: ${consumer.failure}`;
    }
    if (this.#consumers.size > 0 && this.#membership.failure)
      return `leases cannot be renewed: ${this.#membership.failure}`;
    return this.#overCap ? 'the log is over its byte cap: a group of readers is far behind' : null;
  }
}
