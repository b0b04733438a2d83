import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { AlertsDemo } from '@vigil/alerts';
import { MessageBus } from '@vigil/bus';
import { Collector, DemoFeeder, demoRecord, loadDemoScript, Sources } from '@vigil/collector';
import { type Settings, SETTINGS } from '@vigil/config';
import {
  Clock,
  type DemoState,
  isVigilError,
  type PostEvent,
  POSTS,
  type Topic,
  VERDICTS,
} from '@vigil/contracts';
import { Database } from '@vigil/database';
import { Telemetry } from '@vigil/telemetry';

/** How long a removal waits for demo posts that are still on their way through the log. */
const DRAIN_WITHIN_MS = 10_000;
const DRAIN_ASK_MS = 100;

/** Fills an empty installation with the demo, and takes all of it away again. */
@Injectable()
export class Demo implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #feeder: DemoFeeder | null = null;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly bus: MessageBus,
    private readonly sources: Sources,
    private readonly collector: Collector,
    private readonly alerts: AlertsDemo,
    private readonly telemetry: Telemetry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { log } = this.telemetry;
    this.#feeder = new DemoFeeder({
      script: await loadDemoScript(),
      clock: this.clock,
      record: demoRecord(this.db),
      countOwnSources: async () => (await this.sources.count()) - (await this.sources.countDemo()),
      insertSources: async (drafts) => {
        // All or none are added, so a conflict means that an interrupted start has added them.
        await this.sources.create(drafts, 'demo', { demo: true }).catch((error: unknown) => {
          if (!isVigilError(error, 'conflict')) throw error;
        });
      },
      publish: (events) => this.publish(events),
      say: (event, fields) => log.info(fields, event),
    });
    if (this.settings.collector.demo) {
      // Not awaited: the program answers while fourteen days of history go through it.
      this.#feeder
        .start()
        .catch((error: unknown) => log.error({ err: error }, 'the demo could not be loaded'));
    } else if (await this.loaded()) {
      await this.remove();
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#feeder?.stop();
  }

  /** What of the demo there is. */
  async state(): Promise<DemoState> {
    const [sources, counts] = await Promise.all([this.sources.countDemo(), this.alerts.demoState()]);
    return { present: sources > 0 || counts.posts > 0, sources, ...counts };
  }

  /** Ends the demo for good and removes its sources, posts' counts, hits and alerts everywhere. */
  async remove(): Promise<void> {
    await this.#feeder?.remove();
    await this.sources.deleteDemo();
    await this.drained();
    await this.alerts.removeDemo();
  }

  /** As an import would: the posts, then what the sources show of themselves. */
  private async publish(events: readonly PostEvent[]): Promise<void> {
    await this.collector.funnel.publish(events);
    const bySource = new Map<string, number>();
    for (const { post } of events) bySource.set(post.sourceId, (bySource.get(post.sourceId) ?? 0) + 1);
    const { progress } = this.collector.importParts();
    await Promise.all([...bySource].map(([sourceId, posts]) => progress.count(sourceId, posts)));
  }

  private async loaded(): Promise<boolean> {
    const progress = await demoRecord(this.db).read();
    return progress !== null && !progress.removed;
  }

  /** Waits until what was published before now has been counted, so that the removal finds it. */
  private async drained(): Promise<void> {
    const until = this.clock.now() + DRAIN_WITHIN_MS;
    const flows: [Topic<unknown>, string][] = [
      [POSTS as Topic<unknown>, 'classifier'],
      [VERDICTS as Topic<unknown>, 'alerts'],
    ];
    for (const [topic, group] of flows) {
      while ((await this.bus.lag(topic, group)).some((one) => one.behind > 0) && this.clock.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, DRAIN_ASK_MS));
      }
    }
  }
}
