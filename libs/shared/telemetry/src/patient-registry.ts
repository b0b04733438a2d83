import { Registry } from 'prom-client';

/** A little more than a readiness check takes, and well within a scraper's usual 10 s. */
const COUNT_WITHIN_MS = 4_000;

/**
 * A registry whose scrape survives an engine that is away: what must be asked of it and gets no answer is left out,
 * and everything else is told, now above all.
 */
export class PatientRegistry extends Registry {
  constructor(private readonly countWithinMs = COUNT_WITHIN_MS) {
    super();
  }

  override async metrics(): Promise<string> {
    const told = await Promise.all(this.getMetricsAsArray().map(({ name }) => this.told(name)));
    return `${told.filter((text) => text !== '').join('\n\n')}\n`;
  }

  private async told(name: string): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => resolve(''), this.countWithinMs);
    });
    try {
      return await Promise.race([this.getSingleMetricAsString(name), late]);
    } catch {
      return '';
    } finally {
      clearTimeout(timer);
    }
  }
}
