import { createTelemetry, type Telemetry } from '@vigil/telemetry';

/** For a command whose words go to a terminal: engines report by what they throw, not by a log. */
export function quietTelemetry(): Telemetry {
  return createTelemetry({ level: 'silent', service: 'vigil' });
}
