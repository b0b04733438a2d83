import { Registry } from 'prom-client';
import { AlertsMetrics } from './alerts-metrics.js';

/** Metrics of a test's own, of a database that has nothing waiting. */
export function anAlertsMetrics(): AlertsMetrics {
  return new AlertsMetrics(new Registry(), { outboxDepth: async () => 0, setAside: async () => 0 });
}
