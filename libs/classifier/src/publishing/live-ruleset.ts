import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { VigilError } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { Telemetry } from '@vigil/telemetry';
import { Gauge } from 'prom-client';
import { BankReader } from '../banks/bank-reader.js';
import type { Pack } from '../packs/schema.js';
import { compileRuleset, type Ruleset } from '../rules/ruleset.js';
import { PackStore, RULESET_CHANNEL } from './pack-store.js';

/** A notice can be lost with its connection; asking as well keeps every process within the 5 s that are promised. */
const POLL_EVERY_MS = 2_000;
/** Changes within it are compiled together. */
const GATHER_MS = 1_000;

/** The ruleset in force, compiled, in this process. Swapped as a whole: who asked once per batch never sees two. */
@Injectable()
export class LiveRuleset {
  private ruleset: Ruleset | null = null;
  /** Contents by `name version`, of the ruleset in force: only what changed is read again. */
  private contents = new Map<string, Pack>();
  private refreshing: Promise<void> | null = null;
  private again = false;
  private timer: NodeJS.Timeout | null = null;
  private unlisten: (() => Promise<void>) | null = null;
  private problem: string | null = null;
  private readonly gauge: Gauge;
  private readonly bank: BankReader;

  constructor(
    private readonly db: Database,
    private readonly store: PackStore,
    private readonly telemetry: Telemetry,
  ) {
    this.bank = new BankReader(db);
    this.gauge = new Gauge({
      name: 'vigil_ruleset',
      help: 'Number of the ruleset in force in this process',
      registers: [telemetry.metrics],
    });
    telemetry.addCheck('ruleset', () => this.problem);
  }

  /** Throws `engine-unavailable` before `start`. */
  current(): Ruleset {
    if (!this.ruleset)
      throw new VigilError('engine-unavailable', 'no ruleset is in force yet', { retriable: true });
    return this.ruleset;
  }

  /** Loads what is in force and follows it. Throws where nothing is published, or what is cannot be compiled. */
  async start(): Promise<void> {
    await this.load();
    if (!this.ruleset)
      throw new VigilError(
        'engine-misconfigured',
        'No rule pack is published: put one into the folder of VIGIL_PACKS_DIR.',
      );
    this.unlisten = await this.db.listen(RULESET_CHANNEL, () => void this.refresh());
    this.timer = setInterval(() => void this.refresh(), POLL_EVERY_MS);
    await this.refresh();
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.timer = null;
    await this.unlisten?.();
    this.unlisten = null;
    await this.refreshing;
  }

  /** Loads what is in force now, if it is not this. Never rejects: a failure is logged, shown as a check, and tried again. */
  async refresh(): Promise<void> {
    if (this.refreshing) {
      this.again = true;
      return this.refreshing;
    }
    this.refreshing = this.refreshOnce();
    await this.refreshing;
  }

  private async refreshOnce(): Promise<void> {
    do {
      this.again = false;
      try {
        await this.load();
        this.problem = null;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (this.problem === null)
          this.telemetry.log.error(
            { err: error, ruleset: this.ruleset?.number },
            'the published ruleset could not be loaded',
          );
        this.problem = `Posts are judged by ruleset ${this.ruleset?.number ?? 'none'}: the newest could not be loaded (${reason}).`;
      }
      // Compiling holds the thread for as long as a second: of many changes in a row each is not compiled apart.
      if (this.again) await pause(GATHER_MS);
    } while (this.again);
    this.refreshing = null;
  }

  private async load(): Promise<void> {
    if (this.ruleset && (await this.store.activeNumber()) === this.ruleset.number) return;
    const active = await this.store.active();
    if (!active || active.number === this.ruleset?.number) return;
    const contents = new Map<string, Pack>();
    const packs = [];
    for (const { name, version } of active.packs) {
      const key = `${name} ${version}`;
      const content = this.contents.get(key) ?? (await this.store.content(name, version));
      contents.set(key, content);
      packs.push({ content, version });
    }
    const texts = await this.bank.read();
    // Published meanwhile: the texts may be of that one already, and a verdict names exactly what made it.
    if ((await this.store.activeNumber()) !== active.number) return this.load();
    const began = performance.now();
    this.ruleset = compileRuleset(packs, active.number, texts);
    this.contents = contents;
    this.gauge.set(active.number);
    const { rules, uses, automaton } = this.ruleset;
    this.telemetry.log.info(
      {
        ruleset: active.number,
        packs: active.packs,
        rules: rules.length,
        phrases: uses.length,
        texts: texts.length,
        bytes: automaton.bytes,
        compileMs: Math.round(performance.now() - began),
      },
      'ruleset in force',
    );
  }
}
