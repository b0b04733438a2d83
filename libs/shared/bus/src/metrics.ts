import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** What the bus counts. Made once per registry, however many buses share it. */
export interface BusMetrics {
  readonly published: Counter<'topic'>;
  readonly consumed: Counter<'topic' | 'group'>;
  readonly retries: Counter<'topic' | 'group'>;
  readonly deadLetters: Counter<'topic' | 'group'>;
  readonly skipped: Counter<'topic' | 'group'>;
  readonly fenced: Counter<'topic' | 'group'>;
  readonly failing: Gauge<'topic' | 'group'>;
  readonly lag: Gauge<'topic' | 'group'>;
  /** Run at every scrape, to bring `lag` up to date. */
  readonly measureLag: Set<() => Promise<unknown>>;
  readonly handleSeconds: Histogram<'topic' | 'group'>;
  readonly waitSeconds: Histogram<'topic' | 'group'>;
  readonly logBytes: Gauge;
}

const perRegistry = new WeakMap<Registry, BusMetrics>();

export function busMetrics(registry: Registry): BusMetrics {
  const made = perRegistry.get(registry);
  if (made) return made;
  const registers = [registry];
  const group = ['topic', 'group'] as const;
  const counter = (name: string, help: string) => new Counter({ name, help, labelNames: group, registers });
  const gauge = (name: string, help: string) => new Gauge({ name, help, labelNames: group, registers });
  const seconds = (name: string, help: string) =>
    new Histogram({
      name,
      help,
      labelNames: group,
      registers,
      buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60],
    });
  const measureLag = new Set<() => Promise<unknown>>();
  const metrics: BusMetrics = {
    measureLag,
    published: new Counter({
      name: 'vigil_bus_published_messages_total',
      help: 'Messages made durable on a topic.',
      labelNames: ['topic'],
      registers,
    }),
    consumed: counter('vigil_bus_consumed_messages_total', 'Messages whose effect is durable.'),
    retries: counter('vigil_bus_retries_total', 'Times a batch was handled again after a failure.'),
    deadLetters: counter('vigil_bus_dead_letters_total', 'Messages set aside as poison.'),
    skipped: counter(
      'vigil_bus_skipped_messages_total',
      'Messages that retention removed before the group read them: lost to it.',
    ),
    fenced: counter(
      'vigil_bus_fenced_total',
      'Times a consumer found that a partition was no longer its own.',
    ),
    failing: gauge('vigil_bus_consumer_failing', '1 while a consumer cannot go on, else 0.'),
    lag: new Gauge({
      name: 'vigil_bus_lag_messages',
      help: 'Messages that the group has yet to handle, all partitions together.',
      labelNames: group,
      registers,
      collect: async () => void (await Promise.allSettled([...measureLag].map((measure) => measure()))),
    }),
    handleSeconds: seconds('vigil_bus_handle_seconds', 'Time to handle one batch.'),
    waitSeconds: seconds(
      'vigil_bus_wait_seconds',
      'From publishing to the start of handling, of the oldest message of a batch.',
    ),
    logBytes: new Gauge({ name: 'vigil_bus_log_bytes', help: 'Disk that the log takes.', registers }),
  };
  perRegistry.set(registry, metrics);
  return metrics;
}
