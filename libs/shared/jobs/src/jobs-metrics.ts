import { Counter, Histogram, type Registry } from 'prom-client';

export interface JobsMetrics {
  readonly jobs: Counter<'queue' | 'outcome'>;
  readonly seconds: Histogram<'queue'>;
}

export function jobsMetrics(registry: Registry): JobsMetrics {
  return {
    jobs: new Counter({
      name: 'vigil_jobs_total',
      help: 'Jobs by queue and outcome: completed, retried (will run again), failed (for good)',
      labelNames: ['queue', 'outcome'],
      registers: [registry],
    }),
    seconds: new Histogram({
      name: 'vigil_job_seconds',
      help: 'How long one run of a job took',
      labelNames: ['queue'],
      buckets: [0.01, 0.05, 0.2, 1, 5, 20, 60],
      registers: [registry],
    }),
  };
}
