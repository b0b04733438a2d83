import { isVigilError, type Clock, type Topic } from '@vigil/contracts';
import type { Telemetry } from '@vigil/telemetry';
import kafkajs, { type Consumer as KafkaConsumer, type EachBatchPayload } from 'kafkajs';
import { Delivery, Dropped, persist } from '../delivery/delivery.js';
import { backoffMs, pause } from '../delivery/signal.js';
import { reasonOf } from '../delivery/transient.js';
import type { BatchHandler, Consumer } from '../message-bus.js';
import type { NewDeadLetter } from '../message.js';
import type { BusMetrics } from '../metrics.js';
import type { Administration } from './connection.js';
import { isExpelled, isRebalance, translated } from './failures.js';
import { Holding } from './holding.js';
import { boundsOf, committedOf, startsOf, type Start } from './positions.js';
import { Pulse } from './pulse.js';
import { decodeRun, runsOf } from './records.js';
import type { KafkaTopic } from './topics.js';
import type { KafkaTuning } from './tuning.js';

/** As the PostgreSQL bus does with the fault switched on: offsets move so long before their effect. */
const EARLY_BY_MS = 250;
/** Commits of one run before the consumer is replaced: its idea of the coordinator may be wrong for good. */
const COMMIT_ATTEMPTS = 4;
/** How long a client of kafkajs is waited for when it is to end. */
const DISCONNECT_MS = 5_000;

export interface ConsumerPort {
  readonly kafka: kafkajs.Kafka;
  readonly administration: Administration;
  readonly metrics: BusMetrics;
  readonly log: Telemetry['log'];
  readonly clock: Clock;
  readonly tuning: KafkaTuning;
  readonly commitEarly: boolean;
  readonly setAside: (letter: NewDeadLetter) => Promise<void>;
  readonly stopped: () => void;
}

interface Held<T> {
  readonly holding: Holding;
  readonly delivery: Delivery<T>;
}

/**
 * One consumer of a group. kafkajs fetches and keeps the membership; where to read from, what is committed and when, and what
 * happens after a crash is decided here, with a new client of kafkajs each time (docs/adr/0005-kafkajs.md).
 */
export class GroupConsumer<T> implements Consumer {
  readonly #held = new Map<number, Held<T>>();
  readonly #inHand = new Set<Promise<void>>();
  readonly #failures = new Map<number | 'log', string>();
  readonly #labels: { topic: string; group: string };
  readonly #stop = new AbortController();
  /** Where a handler with its own offsets stands, for the group's copy. */
  readonly #reports = new Map<number, bigint>();
  #assignment = 0;
  #heardAt = performance.now();
  #client: KafkaConsumer | null = null;
  #reporting: Promise<void> = Promise.resolve();
  #living: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;
  readonly #ended = Promise.withResolvers<null>();

  constructor(
    private readonly port: ConsumerPort,
    private readonly subject: Topic<T>,
    private readonly known: KafkaTopic,
    readonly group: string,
    private readonly groupId: string,
    private readonly handler: BatchHandler<T>,
  ) {
    this.#labels = { topic: subject.name, group };
  }

  get topic(): string {
    return this.subject.name;
  }

  get failure(): string | null {
    if (this.#stopping) return null;
    const [failure] = this.#failures.values();
    if (failure !== undefined) return failure;
    for (const { holding } of this.#held.values()) {
      const ms = holding.handlingSince === null ? 0 : performance.now() - holding.handlingSince;
      if (ms > this.port.tuning.slowBatchMs)
        return `partition ${holding.partition}: the batch in hand has taken ${Math.round(ms / 1_000)} s`;
    }
    return null;
  }

  /** Begins to live: joins the group now and again after every crash. Resolves once it has joined or failed for the first time. */
  async start(): Promise<this> {
    const first = Promise.withResolvers<void>();
    this.#living = this.#live(() => first.resolve());
    await first.promise;
    return this;
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    const { stopGraceMs } = this.port.tuning;
    this.#stop.abort();
    const late = new AbortController();
    const settled = (): Promise<void> => Promise.allSettled([...this.#inHand]).then(() => undefined);
    await Promise.race([settled(), pause(stopGraceMs, late.signal)]);
    for (const { holding } of this.#held.values()) holding.abort();
    // A handler that heeds no signal is left to itself: what it still does is fenced.
    await Promise.race([settled(), pause(stopGraceMs / 10, late.signal)]);
    late.abort();
    await this.#reporting;
    await this.#report();
    this.#ended.resolve(null);
    await this.#living;
    this.#fail('log', null);
    this.port.stopped();
  }

  async #live(joinedOrFailed: () => void): Promise<void> {
    const { tuning, log } = this.port;
    for (let crashes = 0; !this.#stop.signal.aborted; crashes += 1) {
      const since = performance.now();
      const crash = await this.#once(joinedOrFailed);
      if (crash === null || this.#stop.signal.aborted) return;
      joinedOrFailed();
      this.#fail('log', translated(crash, 'the log cannot be read').message);
      log.warn({ ...this.#labels, reason: reasonOf(crash) }, 'bus: the consumer crashed and is replaced');
      if (performance.now() - since > 60_000) crashes = 0;
      await pause(backoffMs(crashes, tuning.firstBackoffMs * 2, tuning.maxBackoffMs / 5), this.#stop.signal);
    }
  }

  /** Lives with one client of kafkajs until it crashes; null once stopped. */
  async #once(joinedOrFailed: () => void): Promise<unknown> {
    const { tuning } = this.port;
    const client = this.port.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: tuning.sessionMs,
      rebalanceTimeout: tuning.rebalanceMs,
      heartbeatInterval: Math.min(tuning.heartbeatMs, tuning.sessionMs / 5),
      minBytes: tuning.fetchMinBytes,
      maxWaitTimeInMs: tuning.fetchWaitMs,
      maxBytesPerPartition: tuning.fetchBytesPerPartition,
      maxBytes: tuning.fetchBytes,
      allowAutoTopicCreation: false,
      // We replace the client ourselves: kafkajs's own restart may come after a stop, and is not made for every failure.
      retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 2_000, restartOnFailure: async () => false },
    });
    const crash = Promise.withResolvers<unknown>();
    const { events } = client;
    const heard = (): void => void (this.#heardAt = performance.now());
    for (const event of [events.FETCH, events.HEARTBEAT, events.END_BATCH_PROCESS] as const)
      client.on(event, heard);
    client.on(events.CRASH, ({ payload }) => crash.resolve(payload.error));
    client.on(events.GROUP_JOIN, ({ payload }) => {
      // A client that was given up may still come to an end of its start.
      if (this.#client !== client) return;
      heard();
      joinedOrFailed();
      this.#assigned(client, payload.memberAssignment[this.known.remote] ?? []);
    });
    heard();
    const watch = setInterval(() => {
      if (this.#inHand.size === 0 && performance.now() - this.#heardAt > tuning.silentMs)
        crash.resolve(new Error(`nothing was heard of the consumer for ${tuning.silentMs} ms`));
    }, tuning.silentMs / 10).unref();
    const report = setInterval(() => {
      this.#reporting = this.#reporting.then(() => this.#report());
    }, tuning.reportMs).unref();
    this.#client = client;
    const running = this.#run(client);
    running.catch((error: unknown) => crash.resolve(error));
    const reason = await Promise.race([crash.promise, this.#ended.promise]);
    clearInterval(watch);
    clearInterval(report);
    this.#drop();
    this.#client = null;
    const over = new AbortController();
    // A start in progress cannot be stopped, it would go on after: it is waited for.
    const ending = running
      .catch(() => undefined)
      .then(() => client.disconnect())
      .catch(() => undefined);
    await Promise.race([ending, pause(DISCONNECT_MS, over.signal)]);
    over.abort();
    return reason;
  }

  async #run(client: KafkaConsumer): Promise<void> {
    await client.connect();
    await client.subscribe({ topics: [this.known.remote], fromBeginning: true });
    await client.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.known.partitions,
      eachBatch: (payload) => this.#kept(() => this.#eachBatch(client, payload)),
    });
  }

  async #kept(work: () => Promise<void>): Promise<void> {
    const working = work();
    this.#inHand.add(working);
    try {
      await working;
    } finally {
      this.#inHand.delete(working);
    }
  }

  /** Ends every holding: what is still in hand is no longer ours. */
  #drop(): void {
    this.#assignment += 1;
    this.#reports.clear();
    for (const { holding } of this.#held.values()) {
      holding.abort();
      this.#fail(holding.partition, null);
    }
    this.#held.clear();
  }

  /** Called by kafkajs between joining and the first fetch, and must not wait: nothing is read until the positions are known. */
  #assigned(client: KafkaConsumer, partitions: readonly number[]): void {
    this.#drop();
    if (partitions.length === 0) {
      this.#fail('log', null);
      return;
    }
    client.pause([{ topic: this.known.remote, partitions: [...partitions] }]);
    void this.#begin(client, partitions);
  }

  /** Asks where to go on, for as long as it takes, and lets the partitions be read from there. */
  async #begin(client: KafkaConsumer, partitions: readonly number[]): Promise<void> {
    const assignment = this.#assignment;
    const { tuning } = this.port;
    for (let attempt = 0; assignment === this.#assignment && !this.#stop.signal.aborted; attempt += 1) {
      try {
        const starts = await this.#starts(partitions);
        if (assignment !== this.#assignment) return;
        for (const start of starts) this.#hold(client, start);
        client.resume([{ topic: this.known.remote, partitions: [...partitions] }]);
        this.#fail('log', null);
        return;
      } catch (error) {
        this.#fail('log', `where to resume is not known: ${reasonOf(error)}`);
        await pause(backoffMs(attempt, tuning.firstBackoffMs, tuning.maxBackoffMs), this.#stop.signal);
      }
    }
  }

  async #starts(partitions: readonly number[]): Promise<Start[]> {
    const { administration } = this.port;
    const [own, committed, bounds] = await Promise.all([
      this.handler.resumeFrom?.(partitions) ?? null,
      committedOf(administration, this.known.remote, this.groupId),
      boundsOf(administration, this.known.remote),
    ]);
    return startsOf(partitions, own, committed, bounds);
  }

  #hold(client: KafkaConsumer, { partition, position, read, committed }: Start): void {
    const { log, metrics } = this.port;
    if (position > read)
      log.error(
        { ...this.#labels, partition, offset: String(position), head: String(read) },
        'bus: the offset is beyond the log, which must have been restored or replaced: going on at its end',
      );
    if (position < read) this.#skipped(partition, position, read);
    const holding = new Holding(partition, read, committed);
    const delivery = new Delivery<T>(
      {
        topic: this.subject,
        partition,
        handler: this.handler,
        tuning: this.port.tuning,
        signal: holding.signal,
        setAside: (letter) => this.#setAside(letter),
        report: (which, failure) => {
          holding.waiting = failure;
          this.#fail(which, failure === null ? null : `partition ${which}: ${failure}`);
          if (failure === null) return;
          metrics.retries.inc(this.#labels);
          log.warn({ ...this.#labels, partition: which, reason: failure }, 'bus: a batch failed');
        },
        timed: async (work) => {
          const end = metrics.handleSeconds.startTimer(this.#labels);
          try {
            return await work();
          } finally {
            end();
          }
        },
      },
      this.handler.resumeFrom ? position : read,
    );
    this.#held.set(partition, { holding, delivery });
    if (this.handler.resumeFrom && committed !== read) this.#reports.set(partition, read);
    client.seek({ topic: this.known.remote, partition, offset: String(read) });
  }

  /** Hands on what was fetched of one partition. Rejects, with kafkajs's own error, where the group must be joined anew. */
  async #eachBatch(client: KafkaConsumer, payload: EachBatchPayload): Promise<void> {
    const held = this.#held.get(payload.batch.partition);
    if (!held || client !== this.#client) return;
    if (held.holding.signal.aborted || this.#stop.signal.aborted) return;
    const { holding } = held;
    const pulse = new Pulse(() => payload.heartbeat(), holding, this.port.tuning);
    try {
      await this.#deliver(held, payload, pulse);
    } catch (error) {
      if (isVigilError(error, 'fenced')) await this.#fenced(client, holding);
      else if (!(error instanceof Dropped)) throw error;
    } finally {
      pulse.end();
      holding.handlingSince = null;
    }
    if (pulse.lost !== null) {
      this.port.metrics.fenced.inc(this.#labels);
      throw pulse.lost;
    }
  }

  async #deliver({ holding, delivery }: Held<T>, payload: EachBatchPayload, pulse: Pulse): Promise<void> {
    const { tuning, metrics, clock } = this.port;
    const { batch } = payload;
    const keepsOffsets = this.handler.resumeFrom === undefined;
    const persisting = {
      tuning,
      signal: holding.signal,
      partition: batch.partition,
      report: (_: number, failure: string | null) => {
        holding.waiting = failure;
        this.#fail(batch.partition, failure);
      },
    };
    await this.#lookForGap(holding, batch.messages[0]?.offset);
    for (const records of runsOf(batch.messages, tuning.maxBatchMessages, tuning.maxBatchBytes)) {
      if (holding.signal.aborted || this.#stop.signal.aborted || pulse.lost !== null) return;
      const run = decodeRun(this.subject, this.known.schema, records, holding.readTo);
      if (run.next === holding.readTo) continue;
      holding.handlingSince = performance.now();
      if (this.port.commitEarly && keepsOffsets) {
        await this.#commit(holding, payload, pulse, run.next);
        await pause(EARLY_BY_MS, holding.signal);
      }
      for (const letter of run.undecodable)
        await persist(persisting, () => this.#setAside({ ...letter, partition: batch.partition }));
      await delivery.deliver(run.messages, run.next);
      holding.readTo = run.next;
      payload.resolveOffset(String(run.next - 1n));
      if (keepsOffsets) {
        delivery.position = run.next;
        await this.#commit(holding, payload, pulse, run.next);
      } else this.#reports.set(batch.partition, run.next);
      holding.handlingSince = null;
      metrics.consumed.inc(this.#labels, run.messages.length);
      metrics.waitSeconds.observe(this.#labels, Math.max(0, clock.now() - run.publishedAtMs) / 1_000);
    }
  }

  /** Commits after the effect. A rebalance or the loss of the partition is kept for the caller; other failures are tried again. */
  async #commit(holding: Holding, payload: EachBatchPayload, pulse: Pulse, next: bigint): Promise<void> {
    if (holding.committed === next) return;
    const topics = [
      { topic: this.known.remote, partitions: [{ partition: holding.partition, offset: String(next) }] },
    ];
    for (let attempt = 1; ; attempt += 1) {
      try {
        await payload.commitOffsetsIfNecessary({ topics });
        holding.committed = next;
        return;
      } catch (error) {
        if (isExpelled(error) || isRebalance(error)) {
          pulse.lose(error);
          // What was done cannot be committed: it will be handled again by whoever has the partition then.
          holding.abort();
          throw new Dropped();
        }
        if (attempt === COMMIT_ATTEMPTS) throw error;
        await pause(
          backoffMs(attempt, this.port.tuning.firstBackoffMs, this.port.tuning.maxBackoffMs),
          holding.signal,
        );
      }
    }
  }

  /** The handler stands elsewhere: it is asked where, after a moment, as another consumer may be at it still. */
  async #fenced(client: KafkaConsumer, holding: Holding): Promise<void> {
    const { partition } = holding;
    this.port.log.warn(
      { ...this.#labels, partition },
      'bus: the handler was fenced, asking it where to resume',
    );
    this.port.metrics.fenced.inc(this.#labels);
    holding.abort();
    const assignment = this.#assignment;
    await pause(
      backoffMs(0, this.port.tuning.firstBackoffMs, this.port.tuning.maxBackoffMs),
      this.#stop.signal,
    );
    if (assignment !== this.#assignment) return;
    client.pause([{ topic: this.known.remote, partitions: [partition] }]);
    void this.#begin(client, [partition]);
  }

  /** Records that retention removed since the last fetch. Other gaps are marks of transactions, which hold no message. */
  async #lookForGap(holding: Holding, firstOffset: string | undefined): Promise<void> {
    if (firstOffset === undefined || BigInt(firstOffset) <= holding.readTo) return;
    const bounds = await boundsOf(this.port.administration, this.known.remote).catch(() => null);
    const low = bounds?.get(holding.partition)?.low ?? holding.readTo;
    if (low > holding.readTo) this.#skipped(holding.partition, holding.readTo, low);
  }

  #skipped(partition: number, from: bigint, to: bigint): void {
    this.port.metrics.skipped.inc(this.#labels, Number(to - from));
    this.port.log.error(
      { ...this.#labels, partition, from: String(from), to: String(to) },
      'bus: messages were removed by retention before this group read them',
    );
  }

  async #setAside(letter: NewDeadLetter): Promise<void> {
    await this.port.setAside(letter);
    this.port.metrics.deadLetters.inc(this.#labels, letter.count);
    const { partition, count, reason } = letter;
    this.port.log.error(
      { ...this.#labels, partition, offset: String(letter.offset), count, reason },
      'bus: message set aside',
    );
  }

  /** The group's copy of a handler's own offsets, for lag(). Its failure harms nothing: the next one repeats it. */
  async #report(): Promise<void> {
    const client = this.#client;
    const assignment = this.#assignment;
    if (!client || this.#reports.size === 0) return;
    const due = [...this.#reports];
    this.#reports.clear();
    try {
      await client.commitOffsets(
        due.map(([partition, next]) => ({ topic: this.known.remote, partition, offset: String(next) })),
      );
    } catch {
      if (assignment !== this.#assignment) return;
      for (const [partition, next] of due)
        if (!this.#reports.has(partition)) this.#reports.set(partition, next);
    }
  }

  #fail(where: number | 'log', reason: string | null): void {
    if (reason === null) this.#failures.delete(where);
    else this.#failures.set(where, reason);
    this.port.metrics.failing.set(this.#labels, this.#failures.size > 0 ? 1 : 0);
  }
}
