import { types } from 'node:util';
import { type DestinationStream, type LevelWithSilent, type LogFn, type Logger, pino } from 'pino';
import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import { Checks } from './checks.js';
import { PatientRegistry } from './patient-registry.js';
import { loggedError } from './safe-errors.js';
import { type Check, type CheckResult, Telemetry } from './telemetry.js';

export interface TelemetryOptions {
  readonly level: LevelWithSilent;
  /** Name of the process in logs and metrics, for example `collector`. */
  readonly service: string;
  /** Where the log goes. Default: standard error, one JSON object a line. */
  readonly destination?: DestinationStream;
}

/** Fields that never reach a log, at the top of an event or up to two levels below. */
const SECRET_FIELDS = [
  'password',
  'secret',
  'token',
  'csrfToken',
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["x-csrf-token"]',
  'connectionString',
  'databaseUrl',
  'smtpUrl',
  'apiKey',
];
const REDACTED = SECRET_FIELDS.flatMap((field) => {
  const dotted = field.startsWith('[') ? field : `.${field}`;
  return [field, `*${dotted}`, `*.*${dotted}`];
});

/** The log, the metrics and the checks of one process. */
export function createTelemetry(options: TelemetryOptions): Telemetry {
  const log = pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: REDACTED, censor: '[secret]' },
      serializers: { err: loggedError, error: loggedError },
      hooks: { logMethod: withSafeMessage },
    },
    options.destination ?? pino.destination({ dest: 2, sync: true }),
  );
  const metrics = new PatientRegistry();
  metrics.setDefaultLabels({ service: options.service });
  collectDefaultMetrics({ register: metrics });
  return new ProcessTelemetry(log, metrics);
}

/** pino takes the message of a bare error for the event's own, uncut: the safe one goes in its place. */
function withSafeMessage(this: Logger, args: Parameters<LogFn>, method: LogFn): void {
  const [first, message] = args;
  const error = types.isNativeError(first) ? first : isErrorEvent(first) ? first.err : null;
  if (!error || message !== undefined) return method.apply(this, args);
  const fields = types.isNativeError(first) ? { err: first } : first;
  method.apply(this, [fields, loggedError(error).message]);
}

function isErrorEvent(value: unknown): value is { err: Error } {
  return typeof value === 'object' && value !== null && 'err' in value && types.isNativeError(value.err);
}

class ProcessTelemetry extends Telemetry {
  private readonly registered = new Checks();

  constructor(
    readonly log: Logger,
    readonly metrics: Registry,
  ) {
    super();
    const checks = this.registered;
    new Gauge({
      name: 'vigil_check_up',
      help: 'Readiness checks, an engine or a part of the work each: 1 while well, 0 while /readyz says what is wrong',
      labelNames: ['check'],
      registers: [metrics],
      async collect() {
        for (const { name, problem } of await checks.run())
          this.set({ check: name }, problem === null ? 1 : 0);
      },
    });
  }

  addCheck(name: string, check: Check): void {
    this.registered.add(name, check);
  }

  checks(): Promise<CheckResult[]> {
    return this.registered.run();
  }
}
