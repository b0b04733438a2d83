import type { Result } from '../table.js';
import type { Account } from './account.js';
import { ACCOUNTS, PATTERNS, SOURCES } from './corpus.js';
import { quantile, total, type Phase } from './phase.js';
import type { Memory, Usage } from './process-tree.js';

export interface Measured {
  readonly full: Phase;
  /** At LOW_RATE. */
  readonly low: Phase;
  readonly memory: Usage<Memory>;
  readonly accounted: Account;
  readonly searchMs: readonly number[];
}

/** Posts/s of the second look: what an organisation of ordinary size has. */
export const LOW_RATE = 2_000;

/** The figures that both benches give, by name. */
export function figures({ full, low, memory, accounted, searchMs }: Measured): Result {
  const searches = [...searchMs].sort((a, b) => a - b);
  return {
    posts: accounted.released,
    sources: SOURCES,
    accounts: ACCOUNTS,
    patterns: PATTERNS,
    hits: accounted.hits,
    released_per_s: full.rate,
    posts_per_s: full.postsPerSecond,
    final_lag_s: full.lagSeconds,
    p50_publish_to_searchable_ms: quantile(full.foundAfterMs, 0.5),
    p95_publish_to_searchable_ms: p95Of(full),
    slowest_publish_to_searchable_ms: quantile(full.foundAfterMs, 1),
    p50_at_2000_ms: quantile(low.foundAfterMs, 0.5),
    p95_at_2000_ms: p95Of(low),
    search_p95_ms: quantile(searches, 0.95),
    lost: accounted.lost,
    double_counted: accounted.doubleCounted,
    max_rss_mb: memory && sum([...memory.values()].map(({ pssMb }) => pssMb)),
    rss_sum_mb: memory && sum([...memory.values()].map(({ rssMb }) => rssMb)),
    processors_busy: total(full.processors),
    processors_busy_at_2000: total(low.processors),
    releaser_behind_ms: Math.max(full.releaserBehindMs, low.releaserBehindMs),
  };
}

export function p95Of({ foundAfterMs }: Phase): number {
  return quantile(foundAfterMs, 0.95);
}

function sum(megabytes: readonly number[]): number {
  return Math.round(megabytes.reduce((all, one) => all + one, 0));
}
