import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { MessageBus, type Batch, type Consumer, type Message } from '@vigil/bus';
import { SETTINGS, type Settings } from '@vigil/config';
import { Clock, POSTS, VERDICTS, type PostEvent, type VerdictEvent } from '@vigil/contracts';
import { Telemetry } from '@vigil/telemetry';
import { Counter, Histogram } from 'prom-client';
import { Campaigns } from '../clusters/campaigns.js';
import { clustered } from '../clusters/clustered.js';
import type { Marks } from '../clusters/marks.js';
import { LiveRuleset } from '../publishing/live-ruleset.js';
import { PackStore } from '../publishing/pack-store.js';
import { DEFAULT_PACKS_DIR, seedPacks } from '../publishing/seed.js';
import type { Ruleset } from '../rules/ruleset.js';
import { verdictEvent } from './classify.js';

/** How long a batch may keep the process from everything else: one frame of patience for HTTP and heartbeats. */
const YIELD_AFTER_MS = 15;

/** Reads posts, judges them, publishes one verdict each: one publish a batch, under one ruleset. */
@Injectable()
export class Classifier implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private consumer: Consumer | null = null;
  private packFault: string | null = null;
  private readonly posts: Counter<'outcome'>;
  private readonly matches: Counter<'category'>;
  private readonly shadowMatches: Counter<'category'>;
  private readonly seconds: Histogram;

  constructor(
    private readonly bus: MessageBus,
    private readonly live: LiveRuleset,
    private readonly store: PackStore,
    private readonly campaigns: Campaigns,
    private readonly clock: Clock,
    private readonly telemetry: Telemetry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const registers = [telemetry.metrics];
    this.posts = new Counter({
      name: 'vigil_classifier_posts_total',
      help: 'Post events judged',
      labelNames: ['outcome'],
      registers,
    });
    this.matches = new Counter({
      name: 'vigil_classifier_matches_total',
      help: 'Standing matches by the category of their rule',
      labelNames: ['category'],
      registers,
    });
    this.shadowMatches = new Counter({
      name: 'vigil_classifier_shadow_matches_total',
      help: 'What rules in shadow would have matched, by the category of their rule',
      labelNames: ['category'],
      registers,
    });
    this.seconds = new Histogram({
      name: 'vigil_classifier_batch_seconds',
      help: 'From taking a batch of posts to its verdicts being durable',
      buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    telemetry.addCheck('classifier', () => this.consumer?.failure ?? null);
    telemetry.addCheck('packs', () => this.packFault);
  }

  /** Publishes changed packs, loads the ruleset, then begins to read. A start without any good pack fails. */
  async onApplicationBootstrap(): Promise<void> {
    await this.seed();
    await this.live.start();
    this.consumer = await this.bus.consume(POSTS, 'classifier', { handle: (batch) => this.handle(batch) });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.consumer?.stop();
    await this.live.stop();
  }

  private async seed(): Promise<void> {
    const { published, faults, examples } = await seedPacks(
      this.store,
      this.settings.classifier.packsDir ?? DEFAULT_PACKS_DIR,
    );
    if (published.length > 0) this.telemetry.log.info({ published }, 'rule packs published');
    for (const { pack, failures } of examples)
      this.telemetry.log.warn(
        { pack, failures },
        'examples of a rule pack do not hold: npx vigil rules test DIR',
      );
    for (const { pack, message } of faults)
      this.telemetry.log.error(
        { pack, message },
        'a rule pack is at fault: its last good version stays in force',
      );
    if (faults.length > 0)
      this.packFault = `The last good version stays in force of: ${faults.map((fault) => fault.pack).join(', ')}. ${faults[0]?.message ?? ''}`;
  }

  private async handle(batch: Batch<PostEvent>): Promise<void> {
    const stop = this.seconds.startTimer();
    const ruleset = this.live.current();
    const keys: string[] = [];
    const events: VerdictEvent[] = [];
    let turnBegan = performance.now();
    for (const message of batch.messages) {
      try {
        events.push(verdictEvent(ruleset, message.value));
        keys.push(message.key);
      } catch (error) {
        await batch.reject(
          message,
          `could not be judged: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
      if (performance.now() - turnBegan > YIELD_AFTER_MS) {
        await nextTurn();
        turnBegan = performance.now();
      }
    }
    // Taken away meanwhile: whoever has the partition now judges these again.
    batch.signal.throwIfAborted();
    const assign = (posts: readonly Marks[]) => this.campaigns.assign(posts);
    const verdicts = (await clustered(events, this.clock.now(), assign)).map(
      (value, at): Message<VerdictEvent> => ({ key: keys[at] ?? '', value }),
    );
    if (verdicts.length > 0) await this.bus.publish(VERDICTS, verdicts);
    this.count(ruleset, verdicts);
    stop();
  }

  private count(ruleset: Ruleset, verdicts: readonly Message<VerdictEvent>[]): void {
    let hits = 0;
    for (const { value } of verdicts) {
      for (const { rule } of value.verdict.shadow ?? [])
        this.shadowMatches.inc({ category: ruleset.categories.get(rule) ?? 'unknown' });
      if (value.verdict.matches.length === 0) continue;
      hits++;
      for (const { rule } of value.verdict.matches)
        this.matches.inc({ category: ruleset.categories.get(rule) ?? 'unknown' });
    }
    this.posts.inc({ outcome: 'hit' }, hits);
    this.posts.inc({ outcome: 'none' }, verdicts.length - hits);
  }
}
