import type { AlertCurve } from '@vigil/contracts';

/** Sources drawn in a colour of their own; the rest are one part. */
export const MOST_PARTS = 5;
/** The key under which the server, too, sums what it does not tell apart. */
const REST = 'other';

export interface CurvePart {
  readonly key: string;
  readonly label: string;
  readonly count: number;
  /** Hits at each of the curve's points. */
  readonly values: readonly number[];
}

/** The curve taken apart by source, under its name where `names` has it: the largest five, then all others together where there are any. */
export function partsOf(curve: AlertCurve, names: ReadonlyMap<string, string>): CurvePart[] {
  const totals = new Map<string, number>();
  for (const point of curve.points) {
    for (const [key, hits] of Object.entries(point.bySource)) totals.set(key, (totals.get(key) ?? 0) + hits);
  }
  const ranked = [...totals]
    .filter(([key, count]) => key !== REST && count > 0)
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const shown = ranked.slice(0, MOST_PARTS).map(([key, count]): CurvePart => ({
    key,
    label: names.get(key) ?? key,
    count,
    values: curve.points.map((point) => point.bySource[key] ?? 0),
  }));
  const counted = curve.points.map(
    (point, i) => point.hits - shown.reduce((sum, part) => sum + (part.values[i] ?? 0), 0),
  );
  const rest = counted.reduce((sum, n) => sum + Math.max(0, n), 0);
  if (rest === 0) return shown;
  return [
    ...shown,
    { key: REST, label: 'Other sources', count: rest, values: counted.map((n) => Math.max(0, n)) },
  ];
}
