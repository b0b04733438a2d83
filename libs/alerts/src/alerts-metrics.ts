import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What is counted in the database when somebody asks. */
export interface CountedOnDemand {
  outboxDepth(): Promise<number>;
  setAside(): Promise<number>;
}

/** What the alerts service counts about itself. */
export class AlertsMetrics {
  readonly verdicts: Counter;
  readonly posts: Counter;
  readonly hits: Counter;
  readonly batchSeconds: Histogram;
  readonly indexed: Counter;
  readonly indexFailures: Counter;
  readonly alertsOpened: Counter;
  readonly detectorSeconds: Histogram;
  readonly deliveries: Counter<'kind' | 'outcome'>;
  readonly liveClients: Gauge;

  constructor(registry: Registry, { outboxDepth, setAside }: CountedOnDemand) {
    const registers = [registry];
    const counter = (name: string, help: string) => new Counter({ name, help, registers });
    this.verdicts = counter('vigil_alerts_verdicts_total', 'Verdicts handled, redeliveries included');
    this.posts = counter('vigil_alerts_posts_total', 'Posts counted for the first time');
    this.hits = counter('vigil_alerts_hits_total', 'Hits counted for the first time');
    this.batchSeconds = new Histogram({
      name: 'vigil_alerts_batch_seconds',
      help: 'From a batch of verdicts to its commit',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
      registers,
    });
    this.indexed = counter('vigil_alerts_indexed_total', 'Hits put into the index, repeats included');
    this.indexFailures = counter('vigil_alerts_index_failures_total', 'Puts that the hit index refused');
    this.alertsOpened = counter('vigil_alerts_opened_total', 'Spike episodes opened');
    this.detectorSeconds = new Histogram({
      name: 'vigil_alerts_detector_seconds',
      help: 'One look of the spike detector',
      buckets: [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.deliveries = new Counter({
      name: 'vigil_alerts_deliveries_total',
      help: 'Attempts to deliver a notification, by kind of channel and outcome',
      labelNames: ['kind', 'outcome'] as const,
      registers,
    });
    this.liveClients = new Gauge({
      name: 'vigil_alerts_live_clients',
      help: 'Open event streams',
      registers,
    });
    const counted = (name: string, help: string, count: () => Promise<number>) =>
      new Gauge({
        name,
        help,
        registers,
        async collect() {
          this.set(await count());
        },
      });
    counted('vigil_alerts_outbox_depth', 'Hits that the index does not have yet', outboxDepth);
    counted('vigil_alerts_hits_set_aside', 'Hits that the index does not take as they are', setAside);
  }
}
