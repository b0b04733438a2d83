/** The time, injected so that tests can move it. */
export abstract class Clock {
  /** Milliseconds since the epoch, UTC. */
  abstract now(): number;

  /** The same as an ISO 8601 instant. */
  instant(): string {
    return new Date(this.now()).toISOString();
  }
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
