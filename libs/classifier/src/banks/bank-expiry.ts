import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Telemetry } from '@vigil/telemetry';
import { TextBank } from './text-bank.js';

/** How often is asked what has expired: within the 5 s in which a change is live. */
const EVERY_MS = 2_000;

/** Switches off the items of the bank whose time is over. Every process asks; the first to ask does it. */
@Injectable()
export class BankExpiry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | null = null;
  private asking: Promise<void> | null = null;

  constructor(
    private readonly bank: TextBank,
    private readonly telemetry: Telemetry,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.asking ??= this.ask();
    }, EVERY_MS);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.asking;
  }

  private async ask(): Promise<void> {
    try {
      const expired = await this.bank.expire();
      if (expired > 0) this.telemetry.log.info({ expired }, 'items of the text bank expired');
    } catch (error) {
      this.telemetry.log.warn({ err: error }, 'what has expired in the text bank could not be asked for');
    } finally {
      this.asking = null;
    }
  }
}
