import { compare, type Found, type Verdict } from '../ledger/compare.js';
import type { Expected } from '../ledger/ledger.js';

export interface FoundOnCluster extends Found {
  /** Post → revision of every hit in the system of record. */
  readonly records: ReadonlyMap<string, number>;
  /** Posts of which an older revision was seen after a newer one, whatever stands there now. */
  readonly regressed: ReadonlySet<string>;
}

export interface FaultVerdict extends Verdict {
  /** Hits that the system of record does not have, and that no post explains. */
  readonly records_lost: number;
  readonly records_double: number;
  /** Posts of which an older revision stands in the index or the system of record, or stood there after a newer one. */
  readonly out_of_order: number;
}

/** As for the crash run, and the system of record's own hits; an old revision is out of order, not lost. */
export function compareOnCluster(
  expected: Expected,
  found: FoundOnCluster,
  alertRules: readonly string[],
): FaultVerdict {
  const verdict = compare(expected, found, alertRules);
  const wanted = new Map([...expected.posts].filter(([, post]) => post.rule !== null));
  const isStale = ([id, revision]: readonly [string, number]): boolean =>
    revision < (wanted.get(id)?.revision ?? revision);
  const stale = [...found.index.map(({ id, revision }) => [id, revision] as const), ...found.records].filter(
    isStale,
  );
  const records_lost = [...wanted.keys()].filter((id) => !found.records.has(id)).length;
  const records_double = [...found.records.keys()].filter((id) => !wanted.has(id)).length;
  return {
    ...verdict,
    records_lost,
    records_double,
    out_of_order: new Set([...stale.map(([id]) => id), ...found.regressed]).size,
    lost: verdict.lost - verdict.index_stale + records_lost,
    double_counted: verdict.double_counted + records_double,
  };
}
