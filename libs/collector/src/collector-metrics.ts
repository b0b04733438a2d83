import { Counter, Gauge, type Registry } from 'prom-client';

export interface CollectorMetrics {
  readonly posts: Counter<'kind'>;
  readonly polls: Counter<'kind' | 'outcome'>;
  readonly problems: Counter<'kind'>;
  readonly bytes: Counter<'kind'>;
  readonly expansions: Counter<'outcome'>;
  readonly running: Gauge<'kind'>;
}

/** What the collector counts. `funnelDepth` is asked when somebody reads the metrics. */
export function collectorMetrics(registry: Registry, funnelDepth: () => number): CollectorMetrics {
  const registers = [registry];
  new Gauge({
    name: 'vigil_collector_funnel_posts',
    help: 'Posts accepted from connectors and not yet acknowledged by the bus',
    registers,
    collect() {
      this.set(funnelDepth());
    },
  });
  return {
    posts: new Counter({
      name: 'vigil_collector_posts_total',
      help: 'Posts the bus has acknowledged',
      labelNames: ['kind'],
      registers,
    }),
    polls: new Counter({
      name: 'vigil_collector_reads_total',
      help: 'Polls and followed streams that ended, by outcome',
      labelNames: ['kind', 'outcome'],
      registers,
    }),
    problems: new Counter({
      name: 'vigil_collector_problems_total',
      help: 'Lines and entries set aside',
      labelNames: ['kind'],
      registers,
    }),
    bytes: new Counter({
      name: 'vigil_collector_kept_bytes_total',
      help: 'Raw bytes given to the evidence store',
      labelNames: ['kind'],
      registers,
    }),
    expansions: new Counter({
      name: 'vigil_collector_link_expansions_total',
      help: 'Shortened links: led on, led nowhere, known from before, not asked in time, failed',
      labelNames: ['outcome'],
      registers,
    }),
    running: new Gauge({
      name: 'vigil_collector_sources_running',
      help: 'Sources being read now',
      labelNames: ['kind'],
      registers,
    }),
  };
}
