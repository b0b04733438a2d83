/** A share of posts with its 95% bounds. */
export interface Rate {
  readonly of: number;
  readonly found: number;
  readonly rate: number;
  readonly low: number;
  readonly high: number;
}

/** Normal quantile of two-sided 95%. */
const Z = 1.959964;

/**
 * Wilson's score interval, which holds for shares near 0 and 1 where the normal one does not (E. B. Wilson, 1927).
 * `found` of `of`; with nothing observed the bounds are 0 and 1.
 */
export function rateOf(found: number, of: number): Rate {
  if (of === 0) return { of, found, rate: 0, low: 0, high: 1 };
  const rate = found / of;
  const z2 = Z * Z;
  const middle = rate + z2 / (2 * of);
  const reach = Z * Math.sqrt((rate * (1 - rate)) / of + z2 / (4 * of * of));
  return {
    of,
    found,
    rate,
    low: found === 0 ? 0 : Math.max(0, (middle - reach) / (1 + z2 / of)),
    high: found === of ? 1 : Math.min(1, (middle + reach) / (1 + z2 / of)),
  };
}
