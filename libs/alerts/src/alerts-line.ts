import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type Consumer, MessageBus } from '@vigil/bus';
import { type Settings, SETTINGS } from '@vigil/config';
import { Clock, VERDICTS } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { Telemetry } from '@vigil/telemetry';
import { HitProjector } from './indexing/hit-projector.js';
import { IndexRebuilder } from './indexing/index-rebuild.js';
import { expire } from './indexing/retention.js';
import { SeenDays } from './indexing/seen-days.js';
import { VerdictConsumer } from './indexing/verdict-consumer.js';
import { Notifier } from './notify/notifier.js';
import { HitRetention } from './retention/hit-retention.js';
import { SpikeWatch } from './spikes/spike-watch.js';

/** What other processes left in the outbox is looked for this often. */
const RESUME_MS = 10_000;
const EXPIRE_MS = 3_600_000;

/** Starts and stops the line: verdicts → counts, hits, index → spikes → notifications. */
@Injectable()
export class AlertsLine implements OnApplicationBootstrap, OnApplicationShutdown {
  #consumer: Consumer | null = null;
  readonly #timers: NodeJS.Timeout[] = [];
  #resuming = false;

  constructor(
    private readonly bus: MessageBus,
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly telemetry: Telemetry,
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly seenDays: SeenDays,
    private readonly projector: HitProjector,
    private readonly rebuilder: IndexRebuilder,
    private readonly handler: VerdictConsumer,
    private readonly watch: SpikeWatch,
    private readonly notifier: Notifier,
    private readonly retention: HitRetention,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.telemetry.addCheck('hit index', () => {
      const since = this.projector.failingSince;
      return since === null
        ? null
        : `The hit index takes nothing since ${new Date(since).toISOString()}: search lacks what came since then, nothing is lost.${
            this.projector.failure === null ? '' : ` ${this.projector.failure}.`
          }`;
    });
    this.telemetry.addCheck('verdicts', () => {
      const failure = this.#consumer?.failure ?? null;
      return failure === null
        ? null
        : `Verdicts are not being read (${failure}): counts, search and alerts stand still.`;
    });
    await this.seenDays.ensure(this.clock.now());
    this.#resume(0);
    // A program that never runs for an hour forgets as well.
    this.#expire();
    this.#timers.push(
      setInterval(() => this.#resume(), RESUME_MS),
      setInterval(() => this.#expire(), EXPIRE_MS),
    );
    for (const timer of this.#timers) timer.unref();
    this.notifier.start();
    this.watch.start();
    this.#consumer = await this.bus.consume(VERDICTS, 'alerts', this.handler);
  }

  async onApplicationShutdown(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#consumer?.stop();
    await this.watch.stop();
    await this.rebuilder.stop();
    await this.projector.stop();
    await this.notifier.stop();
  }

  /** One at a time: where the index is slow, more would only wait for it. */
  #resume(olderThanMs?: number): void {
    if (this.#resuming) return;
    this.#resuming = true;
    this.projector
      .resume(olderThanMs)
      .then((count) => {
        if (count > 0) this.telemetry.log.info({ count }, 'hits that were left behind are in the index');
        return this.rebuilder.work();
      })
      .catch((error: unknown) =>
        this.telemetry.log.warn(
          { err: error },
          'the outbox could not be brought into the index; trying again soon',
        ),
      )
      .finally(() => (this.#resuming = false));
  }

  #expire(): void {
    expire(this.db, this.seenDays, this.clock.now(), this.settings.storage.transitDays).catch(
      (error: unknown) =>
        this.telemetry.log.warn(
          { err: error },
          'old counts and keys could not be removed; trying again in an hour',
        ),
    );
    this.retention.runWhenDue().then(
      (hits) => hits !== null && this.telemetry.log.info({ hits }, 'hits past their retention were removed'),
      (error: unknown) =>
        this.telemetry.log.warn(
          { err: error },
          'hits past their retention could not be removed; trying again',
        ),
    );
  }
}
