import { Clock } from '@vigil/contracts';

/** A clock that stands until it is moved. */
export class TestClock extends Clock {
  private ms: number;

  /** `at`: an ISO 8601 instant. */
  constructor(at = '2026-11-21T12:00:00.000Z') {
    super();
    this.ms = Date.parse(at);
  }

  now(): number {
    return this.ms;
  }

  set(at: string): void {
    this.ms = Date.parse(at);
  }

  advance(by: { days?: number; hours?: number; minutes?: number; seconds?: number; ms?: number }): void {
    const { days = 0, hours = 0, minutes = 0, seconds = 0, ms = 0 } = by;
    this.ms += (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + ms;
  }
}
