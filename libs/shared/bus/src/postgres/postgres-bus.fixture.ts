import { createTelemetry, type Telemetry } from '@vigil/telemetry';

/** Times shortened for tests; the poll stays, so that a missing wake-up shows as slowness. */
export const quickTuning = { beatMs: 150, leaseMs: 2_000, firstBackoffMs: 5, maxBackoffMs: 40 };

export function testTelemetry(): Telemetry {
  return createTelemetry({ level: 'silent', service: 'bus-test' });
}
