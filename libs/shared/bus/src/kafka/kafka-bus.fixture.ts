import { describeWithEngine } from '@vigil/testing';
/** Times shortened for tests; no session is shorter than the broker's own bound. */
export const quickTuning = {
  sessionMs: 6_000,
  heartbeatMs: 200,
  fetchWaitMs: 50,
  reportMs: 50,
  firstBackoffMs: 5,
  maxBackoffMs: 40,
};

/** Brokers of the test run; null where it has none. */
export function testBrokers(): string[] | null {
  const given = process.env.VIGIL_TEST_KAFKA_BROKERS;
  return given ? given.split(',') : null;
}

/** A suite that needs the real brokers; without them it is skipped, with the reason in its name. */
export const describeWithBrokers = (name: string, suite: () => void): void =>
  describeWithEngine(name, { name: 'kafka', variable: 'VIGIL_TEST_KAFKA_BROKERS' }, suite);
