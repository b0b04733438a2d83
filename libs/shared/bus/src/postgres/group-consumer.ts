import { setImmediate as yieldToEvents } from 'node:timers/promises';
import type { Clock, Topic } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import type { BatchHandler, Consumer, Offsets } from '../message-bus.js';
import { Assignment, type AssignmentPort, type Ending } from './assignment.js';
import { setAside } from './dead-letters.js';
import { decodeChunk, readChunks, type StoredChunk, type Want } from './log-reader.js';
import type { Membership } from './membership.js';
import type { BusMetrics } from '../metrics.js';
import { OffsetCommits } from './offset-commits.js';
import type { Claim, Member } from './shares.js';
import { backoffMs, pause, Signal } from '../delivery/signal.js';
import { reasonOf } from '../delivery/transient.js';
import type { KnownTopic } from '../topic.js';
import type { Tuning } from './tuning.js';

export interface ConsumerPort {
  readonly database: Database;
  readonly membership: Membership;
  readonly metrics: BusMetrics;
  readonly log: Telemetry['log'];
  readonly clock: Clock;
  readonly tuning: Tuning;
  readonly commitEarly: boolean;
  readonly stopped: () => void;
}

/** A consumer as the bus sees it, whatever its messages are. */
export interface RunningConsumer extends Consumer {
  readonly topic: string;
  readonly group: string;
  stir(partitions?: Iterable<number>): void;
}

/** One consumer of a group: reads for all of its partitions together, hands on to each partition's own loop. */
export class GroupConsumer<T> implements RunningConsumer, Member {
  readonly topic: string;
  readonly held = new Map<number, bigint>();
  readonly #assignments = new Map<number, Assignment<T>>();
  readonly #ended = new Set<Promise<void>>();
  readonly #stirred = new Signal();
  readonly #stop = new AbortController();
  readonly #failures = new Map<number | 'log', string>();
  readonly #labels: { topic: string; group: string };
  readonly #commits: OffsetCommits;
  readonly #port: AssignmentPort<T>;
  #reading: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | null = null;

  constructor(
    private readonly port: ConsumerPort,
    private readonly subject: Topic<T>,
    private readonly known: KnownTopic,
    readonly group: string,
    private readonly handler: BatchHandler<T>,
  ) {
    this.topic = subject.name;
    this.#labels = { topic: subject.name, group };
    this.#commits = new OffsetCommits(port.database, this.topic, group, () => port.membership.idOf(this));
    this.#port = this.#assignmentPort();
  }

  /** Joins the group and begins to read. Rejects where the database cannot be reached. */
  async start(): Promise<this> {
    await this.port.membership.join(this);
    this.#reading = this.#read();
    return this;
  }

  get failure(): string | null {
    if (this.#stopping) return null;
    const [failure] = this.#failures.values();
    if (failure !== undefined) return failure;
    for (const [partition, assignment] of this.#assignments) {
      const seconds = Math.round(assignment.handlingMs / 1_000);
      if (seconds * 1_000 > this.port.tuning.slowBatchMs)
        return `partition ${partition}: the batch in hand has taken ${seconds} s`;
    }
    return null;
  }

  /** The topic may have something new, in these partitions or in any. */
  stir(partitions?: Iterable<number>): void {
    for (const partition of partitions ?? this.#assignments.keys()) this.#assignments.get(partition)?.stir();
    this.#stirred.raise();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#end();
    return this.#stopping;
  }

  async #end(): Promise<void> {
    const { stopGraceMs } = this.port.tuning;
    for (const assignment of this.#assignments.values()) assignment.finish();
    this.#stop.abort();
    this.#stirred.raise();
    await this.#reading;
    const late = new AbortController();
    const ended = Promise.allSettled(this.#ended).then(() => late.abort());
    await pause(stopGraceMs, late.signal);
    for (const assignment of this.#assignments.values()) assignment.drop();
    // A handler that heeds no signal is left to itself: what it still does is fenced.
    await Promise.race([ended, pause(stopGraceMs / 10, late.signal)]);
    await this.port.membership.leave(this);
    this.#fail('log', null);
    this.port.stopped();
  }

  claimed(claims: readonly Claim[]): void {
    if (this.#stopping) return;
    for (const claim of claims) this.held.set(claim.partition, claim.generation);
    const beginning = this.#begin(claims);
    this.#ended.add(beginning);
    void beginning.finally(() => this.#ended.delete(beginning));
  }

  giveUp(partitions: readonly number[]): void {
    for (const partition of partitions) this.#assignments.get(partition)?.finish();
  }

  lose(partitions: readonly number[], why: string): void {
    for (const partition of partitions) {
      const assignment = this.#assignments.get(partition);
      if (!assignment) this.held.delete(partition);
      else {
        this.port.log.warn({ ...this.#labels, partition, why }, 'bus: partition lost');
        this.port.metrics.fenced.inc(this.#labels);
        assignment.drop();
      }
    }
    this.port.membership.beatSoon();
  }

  async #begin(claims: readonly Claim[]): Promise<void> {
    const own = await this.#ownOffsets(claims.map((claim) => claim.partition));
    for (const claim of claims) {
      // Lost again while the handler was asked.
      if (own === 'stopped' || this.held.get(claim.partition) !== claim.generation) continue;
      const position = own === null ? claim.next : (own.get(claim.partition) ?? 0n);
      if (position > claim.head) {
        this.port.log.error(
          { ...this.#labels, partition: claim.partition, offset: String(position), head: String(claim.head) },
          'bus: the offset is beyond the log, which must have been restored or replaced: going on at its end',
        );
      }
      const read = position > claim.head ? claim.head : position;
      const start = { position, read, committed: claim.next };
      const assignment = new Assignment(this.#port, claim.partition, claim.generation, start);
      this.#assignments.set(claim.partition, assignment);
      const ending = this.#whenEnded(assignment);
      this.#ended.add(ending);
      void ending.finally(() => this.#ended.delete(ending));
      if (this.#stopping) assignment.finish();
      assignment.stir();
    }
    this.#stirred.raise();
  }

  async #ownOffsets(partitions: readonly number[]): Promise<Offsets | null | 'stopped'> {
    if (!this.handler.resumeFrom) return null;
    for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
      try {
        const offsets = await this.handler.resumeFrom(partitions);
        this.#fail('log', null);
        return offsets;
      } catch (error) {
        this.#fail('log', `where to resume is not known: ${reasonOf(error)}`);
        await pause(
          backoffMs(attempt, this.port.tuning.firstBackoffMs, this.port.tuning.maxBackoffMs),
          this.#stop.signal,
        );
      }
    }
    return 'stopped';
  }

  async #whenEnded(assignment: Assignment<T>): Promise<void> {
    const { partition } = assignment;
    let ending: Ending = 'dropped';
    try {
      ending = await assignment.ended;
    } catch (error) {
      this.port.log.error(
        { ...this.#labels, partition, reason: reasonOf(error) },
        'bus: a partition stopped by a fault of ours',
      );
    }
    this.#fail(partition, null);
    if (this.#assignments.get(partition) === assignment) this.#assignments.delete(partition);
    if (ending === 'fenced') {
      this.port.log.warn(
        { ...this.#labels, partition },
        'bus: the handler was fenced, asking it where to resume',
      );
      this.port.metrics.fenced.inc(this.#labels);
    }
    if (ending === 'finished' && !this.#stopping) {
      await this.port.membership.released(this, [partition]).catch((error: unknown) => {
        this.port.log.warn(
          { ...this.#labels, partition, reason: reasonOf(error) },
          'bus: release failed, the next beat repeats it',
        );
      });
    }
    if (this.held.get(partition) === assignment.generation) this.held.delete(partition);
    this.port.membership.beatSoon();
  }

  /** Reads for every partition that has room, in one query; sleeps until something is published or room is made. */
  async #read(): Promise<void> {
    let failures = 0;
    let pollAt = performance.now() + this.port.tuning.pollMs;
    let nextReadAt = 0;
    while (!this.#stop.signal.aborted) {
      if (performance.now() >= pollAt) {
        for (const assignment of this.#assignments.values()) assignment.stir();
        pollAt = performance.now() + this.port.tuning.pollMs;
      }
      const wanting = [...this.#assignments.values()].flatMap((assignment) => {
        const want = assignment.want();
        return want ? [{ assignment, want, staleness: assignment.staleness }] : [];
      });
      if (wanting.length === 0) {
        await this.#stirred.wait(Math.max(1, pollAt - performance.now()));
        const gap = nextReadAt - performance.now();
        if (gap > 0) await pause(gap, this.#stop.signal);
        continue;
      }
      nextReadAt = performance.now() + this.port.tuning.readGapMs;
      try {
        const stored = await readChunks(
          this.port.database,
          this.topic,
          wanting.map((one) => one.want),
        );
        for (const one of wanting) {
          await this.#hand(
            one,
            stored.filter((chunk) => chunk.partition === one.want.partition),
          );
        }
        if (failures > 0) this.#fail('log', null);
        failures = 0;
      } catch (error) {
        failures += 1;
        this.#fail('log', `the log cannot be read: ${reasonOf(error)}`);
        await pause(
          backoffMs(failures - 1, this.port.tuning.firstBackoffMs, this.port.tuning.maxBackoffMs / 5),
          this.#stop.signal,
        );
      }
    }
  }

  async #hand(
    one: { assignment: Assignment<T>; want: Want; staleness: number },
    chunks: readonly StoredChunk[],
  ): Promise<void> {
    const { assignment, want, staleness } = one;
    const bytes = chunks.reduce((sum, chunk) => sum + chunk.bytes, 0);
    for (const stored of chunks) {
      const chunk = await decodeChunk(this.subject, this.known.schema, stored, assignment.readTo);
      assignment.offer(stored.base, chunk);
      if (chunks.length > 1) await yieldToEvents();
    }
    if (chunks.length === 0 && want.sinceMs === 0) await this.#skipRemoved(assignment);
    if (bytes < want.room) assignment.settle(staleness);
  }

  /** The first read of a partition found nothing: at the head, or all that was left to read has been removed. */
  async #skipRemoved(assignment: Assignment<T>): Promise<void> {
    const [row] = await this.port.database.query<{ head: string }>(
      `SELECT next_offset::text AS head FROM bus_partition p WHERE topic = $1 AND partition = $2
       AND NOT EXISTS (SELECT FROM bus_log l WHERE l.topic = p.topic AND l.partition = p.partition AND l.base_offset >= $3)`,
      [this.topic, assignment.partition, assignment.readTo.toString()],
    );
    if (row) assignment.skipTo(BigInt(row.head));
  }

  #fail(where: number | 'log', reason: string | null): void {
    if (reason === null) this.#failures.delete(where);
    else this.#failures.set(where, reason);
    this.port.metrics.failing.set(this.#labels, this.#failures.size > 0 ? 1 : 0);
  }

  #assignmentPort(): AssignmentPort<T> {
    const { log, metrics, tuning, database, clock } = this.port;
    const labels = this.#labels;
    return {
      topic: this.subject,
      handler: this.handler,
      tuning,
      keepsOffsets: this.handler.resumeFrom === undefined,
      commitEarly: this.port.commitEarly,
      commit: (partition, generation, expected, next) =>
        this.#commits.move({ partition, generation, expected, next }),
      drained: () => this.#stirred.raise(),
      setAside: async (letter) => {
        await setAside(database, labels.topic, labels.group, letter);
        metrics.deadLetters.inc(labels, letter.count);
        const { partition, count, reason } = letter;
        log.error(
          { ...labels, partition, offset: String(letter.offset), count, reason },
          'bus: message set aside',
        );
      },
      report: (partition, failure) => {
        this.#fail(partition, failure === null ? null : `partition ${partition}: ${failure}`);
        if (failure === null) return;
        metrics.retries.inc(labels);
        log.warn({ ...labels, partition, reason: failure }, 'bus: a batch failed');
      },
      timed: async (work) => {
        const end = metrics.handleSeconds.startTimer(labels);
        try {
          return await work();
        } finally {
          end();
        }
      },
      consumed: (messages, oldestMs) => {
        metrics.consumed.inc(labels, messages);
        metrics.waitSeconds.observe(labels, Math.max(0, clock.now() - oldestMs) / 1_000);
      },
      skipped: (partition, from, to) => {
        metrics.skipped.inc(labels, Number(to - from));
        log.error(
          { ...labels, partition, from: String(from), to: String(to) },
          'bus: messages were removed by retention before this group read them',
        );
      },
    };
  }
}
