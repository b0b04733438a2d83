import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

export interface CheckResult {
  readonly name: string;
  /** Null when well; else what is down and what that means. */
  readonly problem: string | null;
  /** When this state began, ISO 8601. */
  readonly since: string;
}

/** What a provider is given to say what it does: events with fields, and metrics. Also the dependency-injection token. */
export abstract class Telemetry {
  abstract readonly log: Logger;
  abstract readonly metrics: Registry;
  /** Registers a readiness check: null when well, else what is down and what it means. */
  abstract addCheck(name: string, check: () => Promise<string | null> | string | null): void;
  /** Runs every check, each bounded in time: one that does not answer is down. */
  abstract checks(): Promise<CheckResult[]>;
}
