import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { RetainedLog, isTransient } from '@vigil/bus';
import { Database } from '@vigil/database';
import { Telemetry } from '@vigil/telemetry';
import { PackStore } from '../publishing/pack-store.js';
import { BACKTEST_CHANNEL, BacktestStore, type Held } from './backtest-store.js';
import { runBacktest } from './run-backtest.js';

/** A notice may be lost; a held one whose process died is found by asking as well. */
const ASK_EVERY_MS = 5_000;
/** After a failure that passes by itself. */
const RETRY_AFTER_SECONDS = 30;

/** Runs the backtests that are asked for, one at a time in this process, on a share of a thread. */
@Injectable()
export class Backtests implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | null = null;
  private unlisten: (() => Promise<void>) | null = null;
  private running: Promise<void> | null = null;
  private cancel: { readonly id: string; readonly abort: AbortController } | null = null;

  constructor(
    private readonly db: Database,
    private readonly store: BacktestStore,
    private readonly packs: PackStore,
    private readonly log: RetainedLog,
    private readonly telemetry: Telemetry,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    this.unlisten = await this.db.listen(BACKTEST_CHANNEL, (id) => this.hear(id));
    this.timer = setInterval(() => this.wake(), ASK_EVERY_MS);
    this.wake();
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.stopping.abort(new Error('the program stops'));
    await this.unlisten?.();
    await this.running;
  }

  /** Something was asked for, or cancelled: what is cancelled here ends now and not at its next checkpoint. */
  private hear(id: string | undefined): void {
    if (this.cancel && this.cancel.id === id) this.cancel.abort.abort(new Error('it may be cancelled'));
    this.wake();
  }

  private wake(): void {
    if (this.running || this.stopping.signal.aborted) return;
    this.running = this.runAll()
      .catch((error: unknown) => {
        this.telemetry.log.warn({ err: error }, 'backtests cannot be looked for, the next round tries again');
      })
      .finally(() => (this.running = null));
  }

  private async runAll(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      const held = await this.store.take();
      if (!held) return;
      await this.runOne(held);
    }
  }

  private async runOne(held: Held): Promise<void> {
    const { log } = this.telemetry;
    const event = { backtest: held.id, pack: held.draft.name, run: held.run };
    const abort = new AbortController();
    this.cancel = { id: held.id, abort };
    const signal = AbortSignal.any([abort.signal, this.stopping.signal]);
    try {
      log.info(event, 'backtest begins');
      const { store, packs } = this;
      const ended = await runBacktest({ held, store, packs, log: this.log, signal });
      log.info(event, ended ? 'backtest done' : 'backtest was cancelled or taken over');
    } catch (error) {
      // Cancelled or taken over: the release changes nothing then. Otherwise it goes on at once, here or elsewhere.
      if (signal.aborted) await this.store.release(held).catch(() => undefined);
      else if (isTransient(error)) {
        log.warn({ ...event, err: error }, 'backtest interrupted, it goes on later');
        await this.store.release(held, RETRY_AFTER_SECONDS).catch(() => undefined);
      } else {
        log.error({ ...event, err: error }, 'backtest failed');
        await this.store.fail(held, error instanceof Error ? error.message : String(error));
      }
    } finally {
      this.cancel = null;
    }
  }
}
