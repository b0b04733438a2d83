import type { Logger } from 'pino';
import type { Registry } from 'prom-client';

/** Null when well, else what is down and what that means, in one sentence for an operator. */
export type Check = () => Promise<string | null> | string | null;

export interface CheckResult {
  readonly name: string;
  /** Null when well. */
  readonly problem: string | null;
  /** When it last turned from well to ill or back: an ISO 8601 instant. */
  readonly since: string;
}

/** What a provider is given to say what it does: events with fields, and metrics. Also the dependency-injection token. */
export abstract class Telemetry {
  abstract readonly log: Logger;
  abstract readonly metrics: Registry;
  /** Registers a readiness check: null when well, else what is down and what it means. A later one of the same name replaces it. */
  abstract addCheck(name: string, check: Check): void;
  /** Runs all checks at once, each within a few seconds. */
  abstract checks(): Promise<CheckResult[]>;
}
