import { createTelemetry, type Telemetry } from '@vigil/telemetry';

/** One event of the log: its level, message and fields. */
export interface LoggedEvent {
  readonly level: string;
  readonly msg?: string;
  readonly [field: string]: unknown;
}

/** A Telemetry whose log is kept instead of printed. */
export function recordingTelemetry(): { telemetry: Telemetry; events: LoggedEvent[] } {
  const events: LoggedEvent[] = [];
  const telemetry = createTelemetry({
    level: 'debug',
    service: 'test',
    destination: { write: (line) => void events.push(JSON.parse(line)) },
  });
  return { telemetry, events };
}
