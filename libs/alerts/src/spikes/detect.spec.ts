import { BUCKET_MS, bucketOf } from '../indexing/buckets.js';
import { BASELINE_MS, type SpikeHistory, type Voice } from './baseline.js';
import { detect, GOES_ON } from './detect.js';
import { logGamma, quantile, upperTail } from './negative-binomial.js';

const NOW = Date.parse('2026-11-21T12:03:00Z');
const FROM = bucketOf(NOW) - BASELINE_MS - 24 * 3_600_000;
const BUCKETS = (bucketOf(NOW) - FROM) / BUCKET_MS + 1;
const BUCKETS_A_DAY = 288;

/** A seeded generator (mulberry32), so that simulations repeat. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function poisson(mean: number, next: () => number): number {
  let k = 0;
  for (let p = next(), limit = Math.exp(-mean); p > limit; p *= next()) k++;
  return k;
}

/** Poisson seeds with geometric clumps: variance about twice the mean, as reposts make it. */
function clumped(mean: number, next: () => number): number {
  let hits = 0;
  for (let seeds = poisson(mean / 1.5, next); seeds > 0; seeds--) {
    hits++;
    while (next() < 1 / 3) hits++;
  }
  return hits;
}

const diurnal = (bucket: number) => Math.exp(Math.cos((2 * Math.PI * bucket) / BUCKETS_A_DAY)) / 1.266;

function historyOf(
  hits: readonly number[],
  options: { live?: readonly number[]; voices?: number } = {},
): SpikeHistory {
  const live = options.live ?? hits;
  const voices: Voice[] = live.flatMap((count, bucket) =>
    Array.from({ length: bucket > live.length - 400 ? count : 0 }, (_, i) => ({
      at: FROM + bucket * BUCKET_MS + i,
      author: `author-${options.voices === undefined ? bucket * 1_000 + i : i % options.voices}`,
      source: 'one',
    })),
  );
  return { from: FROM, hits, live, watchedSince: FROM, voices };
}

const quiet = () => new Array<number>(BUCKETS).fill(0);
function steady(perHour: number, seed = 1): number[] {
  const next = random(seed);
  return Array.from({ length: BUCKETS }, (_, i) => clumped((perHour / 12) * diurnal(i), next));
}
const withLast = (hits: number[], last: readonly number[]) => [
  ...hits.slice(0, hits.length - last.length),
  ...last,
];

describe('detect', () => {
  test('silence is no spike', () => expect(detect(historyOf(quiet()), NOW)).toBeNull());

  test('a slogan unheard of for two weeks fires at six hits of several people', () => {
    expect(detect(historyOf(withLast(quiet(), [3, 2])), NOW)).toBeNull();
    const spike = detect(historyOf(withLast(quiet(), [4, 2])), NOW);
    expect(spike).toMatchObject({
      observed: 6,
      authors: 6,
      startedAt: bucketOf(NOW) - BUCKET_MS,
      peakAt: bucketOf(NOW) - BUCKET_MS,
    });
    expect(spike?.probability).toBeLessThan(1e-4);
  });

  test('one author who repeats himself does not fire', () => {
    expect(detect(historyOf(withLast(quiet(), [20, 20]), { voices: 1 }), NOW)).toBeNull();
  });

  test('a step over a busy diurnal rate fires, the rate itself does not', () => {
    const usual = steady(30);
    expect(detect(historyOf(usual), NOW)).toBeNull();
    expect(detect(historyOf(withLast(usual, [20, 22, 25, 19, 24, 21])), NOW)).not.toBeNull();
  });

  test('a decayed rise still goes on by the easier rule, then ends', () => {
    const decaying = withLast(quiet(), [30, 18, 9, 4, 2, 1, 1, 1, 1]);
    expect(detect(historyOf(decaying), NOW, GOES_ON)).not.toBeNull();
    expect(
      detect(historyOf(withLast(quiet(), [30, 18, 9, 4, 2, 1, 0, 0, 0, 0, 0, 0])), NOW, GOES_ON),
    ).toBeNull();
  });

  test('a backfill is never a spike', () => {
    expect(detect(historyOf(withLast(quiet(), [40, 40]), { live: quiet() }), NOW)).toBeNull();
  });

  test('a spike of last week hides no new one', () => {
    const hits = quiet();
    for (let i = 0; i < 12; i++) hits[BUCKETS - 7 * BUCKETS_A_DAY - i] = 80;
    expect(detect(historyOf(withLast(hits, [6, 6])), NOW)).not.toBeNull();
  });

  test('forty hits within the first minute of a new installation fire', () => {
    const history = historyOf(withLast(quiet(), [40]));
    expect(detect({ ...history, watchedSince: bucketOf(NOW) }, NOW)).not.toBeNull();
  });

  test('what was usual later in the day is not usual now', () => {
    // Busy from 18:00 to 22:00 only; at noon half of that is a spike.
    const hits = Array.from({ length: BUCKETS }, (_, i) => {
      const hour = new Date(FROM + i * BUCKET_MS).getUTCHours();
      return hour >= 18 && hour < 22 ? 6 : 0;
    });
    expect(detect(historyOf(withLast(hits, [3, 3, 3, 3, 3, 3])), NOW)).not.toBeNull();
  });
});

describe('false alarms without any burst', () => {
  // Each look is 14 days of learning and one half hour; looks at disjoint half hours, so at most one alarm each.
  test.each([
    ['sparse, 0.05 an hour', 0.05],
    ['1 an hour', 1],
    ['10 an hour', 10],
    ['30 an hour', 30],
  ])('%s: under one a week and slogan', (_, perHour) => {
    const next = random(Math.round(perHour * 100));
    const weeks = perHour >= 10 ? 3 : 8;
    const days = 15 + weeks * 7;
    const all = Array.from({ length: days * BUCKETS_A_DAY }, (_, i) =>
      clumped((perHour / 12) * diurnal(i), next),
    );
    let alarms = 0;
    for (let end = 15 * BUCKETS_A_DAY; end <= all.length; end += 6) {
      const hits = all.slice(end - 15 * BUCKETS_A_DAY, end);
      const voices = hits.slice(-6).flatMap((count, b) =>
        Array.from({ length: count }, (_, i) => ({
          at: FROM + (hits.length - 6 + b) * BUCKET_MS + i,
          author: `${b} ${i}`,
          source: 's',
        })),
      );
      const shift = ((end % BUCKETS_A_DAY) - (BUCKETS % BUCKETS_A_DAY)) * BUCKET_MS;
      const history = {
        from: FROM + shift,
        hits,
        live: hits,
        watchedSince: 0,
        voices: voices.map((v) => ({ ...v, at: v.at + shift })),
      };
      if (detect(history, FROM + shift + hits.length * BUCKET_MS - 1) !== null) alarms++;
    }
    expect(alarms / weeks).toBeLessThan(1);
  });
});

describe('the law of clumped counts', () => {
  test('agrees with known values', () => {
    // Poisson(2): P(X ≥ 6) = 0.016564; NB(r = 3, p = 0.5): P(X ≥ 5) = 0.2265625.
    expect(upperTail(6, { mean: 2, dispersion: 1 })).toBeCloseTo(0.016_563_6, 6);
    expect(upperTail(5, { mean: 3, dispersion: 2 })).toBeCloseTo(0.226_562_5, 9);
    expect(upperTail(0, { mean: 3, dispersion: 2 })).toBe(1);
    expect(upperTail(500, { mean: 0.1, dispersion: 2 })).toBeGreaterThan(0);
    expect(logGamma(10)).toBeCloseTo(Math.log(362_880), 10);
  });

  test('tail and quantile fit together', () => {
    for (const mean of [0.1, 1, 7, 60, 900]) {
      const law = { mean, dispersion: 2.5 };
      for (const share of [0.05, 0.5, 0.95]) {
        const k = quantile(share, law);
        expect(1 - upperTail(k + 1, law)).toBeGreaterThanOrEqual(share - 0.02);
        if (k > 0) expect(1 - upperTail(k, law)).toBeLessThanOrEqual(share + 0.02);
      }
    }
  });
});
