/**
 * Counts that clump: a negative binomial with mean `mean` and variance `dispersion` × mean (dispersion 1: Poisson).
 * In the usual terms size r = mean / (dispersion − 1) and success probability p = 1 / dispersion.
 */
export interface CountLaw {
  readonly mean: number;
  readonly dispersion: number;
}

/** Below this a dispersion is numerically Poisson. */
const POISSON_BELOW = 1.000_01;
/** Terms beyond this share of the sum no longer change a double. */
const NEGLIGIBLE = 1e-17;
/** Bounds the work for absurd counts; the sum converges long before it for any dispersion we use. */
const MAX_TERMS = 1_000_000;

/**
 * P(X ≥ observed). The tail itself is summed, from its largest term on, so that it is exact where it is tiny, which
 * 1 − CDF is not. `mean` > 0, `dispersion` ≥ 1.
 */
export function upperTail(observed: number, law: CountLaw): number {
  const start = Math.max(0, Math.ceil(observed));
  if (start === 0) return 1;
  if (start <= law.mean) return Math.max(0, 1 - lowerSum(start, law));
  const first = Math.exp(logMass(start, law));
  if (first === 0) return 0;
  let term = first;
  let sum = first;
  for (let k = start; k < start + MAX_TERMS; k++) {
    term *= ratio(k, law);
    sum += term;
    if (term < sum * NEGLIGIBLE) break;
  }
  return Math.min(1, sum);
}

/** The smallest count whose CDF reaches `share` (0 to 1, exclusive). */
export function quantile(share: number, law: CountLaw): number {
  let term = Math.exp(logMass(0, law));
  let sum = term;
  let k = 0;
  while (sum < share && k < MAX_TERMS) {
    term *= ratio(k, law);
    sum += term;
    k++;
    // A large mean starts with masses below the smallest double: the normal law is exact enough there.
    if (term === 0 && k > law.mean) break;
    if (sum === 0 && k > 50) return normalQuantile(share, law);
  }
  return k;
}

function lowerSum(below: number, law: CountLaw): number {
  let sum = 0;
  for (let k = below - 1; k >= 0; k--) {
    const mass = Math.exp(logMass(k, law));
    sum += mass;
    if (mass < sum * NEGLIGIBLE) break;
  }
  return sum;
}

/** mass(k + 1) / mass(k) */
function ratio(k: number, { mean, dispersion }: CountLaw): number {
  if (dispersion < POISSON_BELOW) return mean / (k + 1);
  const size = mean / (dispersion - 1);
  return ((k + size) / (k + 1)) * (1 - 1 / dispersion);
}

function logMass(k: number, { mean, dispersion }: CountLaw): number {
  if (dispersion < POISSON_BELOW) return k * Math.log(mean) - mean - logGamma(k + 1);
  const size = mean / (dispersion - 1);
  return (
    logGamma(k + size) -
    logGamma(size) -
    logGamma(k + 1) -
    size * Math.log(dispersion) +
    k * Math.log(1 - 1 / dispersion)
  );
}

/** For means so large that the masses near 0 vanish; only bands of a chart come here. */
function normalQuantile(share: number, { mean, dispersion }: CountLaw): number {
  // A logistic approximation to the probit, within 0.02 for shares from 0.01 to 0.99 (Tocher 1963).
  const z = Math.log(share / (1 - share)) / 1.702;
  return Math.max(0, Math.round(mean + z * Math.sqrt(dispersion * mean)));
}

// Lanczos' approximation with g = 7 and 9 coefficients (Godfrey 2001): relative error below 1e-14 for positive x.
const LANCZOS = [
  0.999_999_999_999_809_93, 676.520_368_121_885_1, -1259.139_216_722_402_8, 771.323_428_777_653_13,
  -176.615_029_162_140_59, 12.507_343_278_686_905, -0.138_571_095_265_720_12, 9.984_369_578_019_571_6e-6,
  1.505_632_735_149_311_6e-7,
];

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const t = x + 6.5;
  let sum = LANCZOS[0] ?? 1;
  for (let i = 1; i < LANCZOS.length; i++) sum += (LANCZOS[i] ?? 0) / (x - 1 + i);
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}
