import type { Clock } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { Jobs, JobQueue } from '@vigil/jobs';
import { loggedError, type Telemetry } from '@vigil/telemetry';
import { connectorOf, type Connectors } from '../connectors/registry.js';
import { OVERDUE_MS } from '../sources/source-row.js';
import type { Sources } from '../sources/sources.js';
import type { Collecting } from './collecting.js';
import { BEAT_EVERY_MS, type Leases } from './leases.js';
import { Places } from './places.js';
import { Roster, type Standing } from './roster.js';

export const POLL_QUEUE = 'collector-polls';

interface PollJob {
  readonly sourceId: string;
}

/**
 * A job that comes a little before its source is due still polls it: the job's clock and the due time drift apart by
 * as much as a poll takes to begin, and waiting for the next job would double the interval.
 */
const EARLY_SHARE = 0.1;
const EARLY_AT_MOST_MS = 5_000;
/** Changes to job schedulers made at once, so that a start with thousands of sources leaves connections to others. */
const UPSERTS_AT_ONCE = 4;

export interface SchedulerParts {
  readonly db: Database;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly jobs: Jobs;
  readonly connectors: Connectors;
  readonly sources: Sources;
  readonly leases: Leases;
  readonly collecting: Collecting;
  readonly pollConcurrency: number;
}

/**
 * Decides what is read when. Due times are in PostgreSQL; one BullMQ job scheduler per polled source wakes them, each
 * with its own phase so that a thousand sources do not ask in the same second. Once a second, and whenever a source
 * changes, everything is reconciled: followers begin, what was paused, changed or has expired ends, lost jobs are
 * replaced.
 */
export class Scheduler {
  readonly #roster: Roster;
  readonly #places: Places;
  readonly #queue: JobQueue<PollJob>;
  /** Source → interval of its job scheduler, in milliseconds. */
  readonly #scheduled = new Map<string, number>();
  readonly #expired = new Set<string>();
  readonly #waiting = new Set<string>();
  #reconciling: Promise<void> = Promise.resolve();
  #asked = false;
  #stopped = false;
  #timer: NodeJS.Timeout | null = null;
  #unlisten: (() => Promise<void>) | null = null;
  #failing = false;
  #syncing = false;

  constructor(private readonly parts: SchedulerParts) {
    this.#roster = new Roster(parts.db, parts.clock, parts.leases.instance);
    this.#places = new Places(parts.pollConcurrency);
    this.#queue = parts.jobs.queue<PollJob>(POLL_QUEUE);
  }

  async start(): Promise<void> {
    await this.parts.leases.tidy();
    this.parts.jobs.worker<PollJob>(POLL_QUEUE, (job) => this.#onJob(job.data.sourceId), {
      concurrency: this.parts.pollConcurrency,
    });
    this.#unlisten = await this.parts.db.listen('vigil_live', (payload) => {
      if (payload.includes('"source"')) void this.reconcile();
    });
    const tick = () => {
      void this.reconcile().finally(() => {
        if (!this.#stopped) this.#timer = setTimeout(tick, BEAT_EVERY_MS);
      });
    };
    tick();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#unlisten?.();
    await this.#reconciling;
    await this.parts.collecting.interruptAll();
    await this.parts.leases.giveAll().catch(() => undefined); // the database may be gone first
  }

  /** Resolves after a reconciling that began after this call; calls in between share it. */
  reconcile(): Promise<void> {
    if (this.#asked || this.#stopped) return this.#reconciling;
    this.#asked = true;
    this.#reconciling = this.#reconciling.then(async () => {
      this.#asked = false;
      try {
        await this.#reconcile();
        this.#failing = false;
      } catch (error) {
        // Once per outage: the readiness check says the rest.
        if (!this.#failing)
          this.parts.telemetry.log.warn(
            { err: loggedError(error) },
            'sources cannot be reconciled; trying again every second',
          );
        this.#failing = true;
      }
    });
    return this.#reconciling;
  }

  async #reconcile(): Promise<void> {
    const { leases, collecting } = this.parts;
    await leases.beat();
    const standings = await this.#roster.refresh();
    const byId = new Map(standings.map((standing) => [standing.id, standing]));
    for (const { id, definition } of collecting.entries()) {
      const standing = byId.get(id);
      if (standing === undefined || !standing.active || standing.definition !== definition)
        collecting.interrupt(id);
    }
    await this.#tellExpired(standings);
    const idle = standings.filter(
      (standing) => standing.active && standing.due && !collecting.isRunning(standing.id),
    );
    const followed = idle.filter(
      (standing) => this.#styleOf(standing.id) === 'follow' && !this.#isHeldElsewhere(standing),
    );
    await this.#follow(followed);
    for (const standing of idle) {
      if (
        this.#styleOf(standing.id) !== 'poll' ||
        this.#waiting.has(standing.id) ||
        this.#isHeldElsewhere(standing)
      )
        continue;
      if (!standing.everPolled || standing.overdueMs > OVERDUE_MS) {
        void this.#wake(standing.id);
        if (standing.everPolled) void this.#replaceLost(standing.id);
      }
    }
    // Not awaited: a start with many sources must not delay the next beat.
    if (!this.#syncing) void this.#syncJobs(standings);
  }

  /** A lease of ours that runs nothing was left over by an outage and is taken again; another's is not. */
  #isHeldElsewhere(standing: Standing): boolean {
    return standing.leased && !standing.ours;
  }

  #styleOf(id: string): 'poll' | 'follow' | 'push' | null {
    const source = this.#roster.source(id);
    return source === undefined
      ? null
      : connectorOf(this.parts.connectors, source.locator.kind).style(source.locator);
  }

  async #follow(standings: readonly Standing[]): Promise<void> {
    if (standings.length === 0 || this.#stopped) return;
    const { leases, clock, collecting } = this.parts;
    const now = clock.instant();
    const definitions = new Map(standings.map((standing) => [standing.id, standing.definition]));
    for (const lease of await leases.take([...definitions.keys()], now, now)) {
      const source = this.#roster.source(lease.sourceId);
      const definition = definitions.get(lease.sourceId);
      if (source !== undefined && definition !== undefined) void collecting.begin(source, definition, lease);
    }
  }

  async #onJob(id: string): Promise<void> {
    // Deleted while no program ran: its job scheduler goes with its first job.
    if (this.#roster.source(id) === undefined && this.#roster.isRead) await this.#unschedule(id);
    else await this.#wake(id);
  }

  /** Polls a source if it is due and nobody does; waits for a free place. Never throws: the due time stays. */
  async #wake(id: string): Promise<void> {
    if (this.#waiting.has(id) || this.#stopped) return;
    this.#waiting.add(id);
    try {
      await this.#places.hold(() => this.#poll(id));
    } catch (error) {
      this.parts.telemetry.log.debug({ source: id, err: loggedError(error) }, 'a poll could not begin');
    } finally {
      this.#waiting.delete(id);
    }
  }

  async #poll(id: string): Promise<void> {
    const { leases, clock, collecting } = this.parts;
    const source = this.#roster.source(id);
    if (source === undefined || this.#stopped || collecting.isRunning(id) || this.#styleOf(id) !== 'poll')
      return;
    const definition = this.#roster.definition(id);
    const early = Math.min(source.schedule.everySeconds * 1_000 * EARLY_SHARE, EARLY_AT_MOST_MS);
    const [lease] = await leases.take([id], clock.instant(), new Date(clock.now() + early).toISOString());
    if (lease !== undefined) await collecting.begin(source, definition, lease);
  }

  async #tellExpired(standings: readonly Standing[]): Promise<void> {
    for (const { id, expired } of standings) {
      if (!expired) this.#expired.delete(id);
      else if (!this.#expired.has(id)) {
        this.#expired.add(id);
        await this.parts.sources.tell(id);
        this.parts.telemetry.log.info(
          { source: id },
          'the approval of a source has ended: it is no longer collected',
        );
      }
    }
  }

  /** One job scheduler for every active polled source, none for the others. */
  async #syncJobs(standings: readonly Standing[]): Promise<void> {
    const wanted = new Map<string, number>();
    for (const standing of standings) {
      const source = this.#roster.source(standing.id);
      if (standing.active && source !== undefined && this.#styleOf(standing.id) === 'poll')
        wanted.set(standing.id, source.schedule.everySeconds * 1_000);
    }
    const missing = [...wanted].filter(([id, every]) => this.#scheduled.get(id) !== every);
    const left = [...this.#scheduled.keys()].filter((id) => !wanted.has(id));
    if (missing.length + left.length === 0) return;
    this.#syncing = true;
    const places = new Places(UPSERTS_AT_ONCE);
    const changes = [
      ...missing.map(([id, every]) => places.hold(() => this.#schedule(id, every))),
      ...left.map((id) => places.hold(() => this.#unschedule(id))),
    ];
    for (const change of await Promise.allSettled(changes)) {
      if (change.status === 'rejected')
        this.parts.telemetry.log.debug(
          { err: loggedError(change.reason) },
          'a job scheduler could not be changed; trying again',
        );
    }
    this.#syncing = false;
  }

  async #schedule(id: string, every: number): Promise<void> {
    if (this.#stopped) return;
    // The first job comes within one interval, at a random moment of it: the source's phase.
    const startDate = new Date(this.parts.clock.now() + Math.random() * every);
    const template = {
      name: 'poll',
      data: { sourceId: id },
      opts: { attempts: 1, removeOnComplete: true, removeOnFail: 100 },
    };
    await this.#queue.upsertJobScheduler(id, { every, startDate }, template);
    this.#scheduled.set(id, every);
  }

  /** A source that came due without its job may have lost its job scheduler, as when Redis came back empty. */
  async #replaceLost(id: string): Promise<void> {
    const every = this.#scheduled.get(id);
    if (every === undefined) return;
    try {
      const found = await this.#queue.getJobScheduler(id);
      const ticks = found?.next !== undefined && found.next > this.parts.clock.now() - OVERDUE_MS;
      // The next reconciling makes it anew, unless it was changed meanwhile.
      if (!ticks && this.#scheduled.get(id) === every) this.#scheduled.delete(id);
    } catch (error) {
      this.parts.telemetry.log.debug(
        { source: id, err: loggedError(error) },
        'a job scheduler could not be looked up; trying again',
      );
    }
  }

  async #unschedule(id: string): Promise<void> {
    await this.#queue.removeJobScheduler(id);
    this.#scheduled.delete(id);
  }
}
