import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Telemetry } from '@vigil/telemetry';
import { TextBank } from './banks/text-bank.js';
import { Campaigns } from './clusters/campaigns.js';

/** How often is asked what has expired in the bank: within the 5 s in which a change is live. */
const BANK_EVERY_MS = 2_000;
/** Campaigns are kept for days: an hour more is nothing. */
const CAMPAIGNS_EVERY_MS = 3_600_000;

/** What has to be done from time to time. Every process does it, and all of it is repeatable: none has to be the one. */
@Injectable()
export class Upkeep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timers: NodeJS.Timeout[] = [];
  private readonly working = new Map<string, Promise<void>>();

  constructor(
    private readonly bank: TextBank,
    private readonly campaigns: Campaigns,
    private readonly telemetry: Telemetry,
  ) {}

  onApplicationBootstrap(): void {
    this.every(BANK_EVERY_MS, 'items of the text bank switched off', () => this.bank.expire());
    this.every(CAMPAIGNS_EVERY_MS, 'campaigns forgotten', () => this.campaigns.expire());
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    await Promise.all(this.working.values());
  }

  /** Never two at once of the same; a failure is logged and tried again next time. */
  private every(ms: number, done: string, work: () => Promise<number>): void {
    const once = async () => {
      try {
        const count = await work();
        if (count > 0) this.telemetry.log.info({ count }, done);
      } catch (error) {
        this.telemetry.log.warn({ err: error }, `not yet: ${done}`);
      } finally {
        this.working.delete(done);
      }
    };
    const timer = setInterval(() => {
      if (!this.working.has(done)) this.working.set(done, once());
    }, ms);
    this.timers.push(timer);
  }
}
