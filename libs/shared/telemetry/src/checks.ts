import { types } from 'node:util';
import type { Check, CheckResult } from './telemetry.js';

/** A check that takes longer has failed: whoever asks (a load balancer, a person) waits no longer either. */
const CHECK_TIMEOUT_MS = 3_000;

/** The readiness checks of a process, and since when each is as it is. */
export class Checks {
  private readonly checks = new Map<string, Check>();
  private readonly last = new Map<string, CheckResult>();

  constructor(private readonly timeoutMs = CHECK_TIMEOUT_MS) {}

  add(name: string, check: Check): void {
    this.checks.set(name, check);
  }

  run(): Promise<CheckResult[]> {
    return Promise.all([...this.checks].map(([name, check]) => this.runOne(name, check)));
  }

  private async runOne(name: string, check: Check): Promise<CheckResult> {
    const problem = await this.outcome(check);
    const before = this.last.get(name);
    const unchanged = before !== undefined && (before.problem === null) === (problem === null);
    const result = { name, problem, since: unchanged ? before.since : new Date().toISOString() };
    this.last.set(name, result);
    return result;
  }

  private async outcome(check: Check): Promise<string | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(`no answer within ${this.timeoutMs / 1_000} s`), this.timeoutMs);
    });
    try {
      return await Promise.race([(async () => check())(), late]);
    } catch (error) {
      return types.isNativeError(error) ? error.message : String(error);
    } finally {
      clearTimeout(timer);
    }
  }
}
