import type { EraseScope, Histogram, HistogramSpec, Hit, HitPage, HitQuery } from '@vigil/contracts';

/** Search over hits. A projection: it can be rebuilt from the system of record. Also the dependency-injection token. */
export abstract class HitIndex {
  /**
   * Idempotent: same id, higher (revision, ruleset) wins; of equal versions the later state wins. Searchable once
   * resolved. Throws `RefusedHits` once all others are stored, naming those that it will never take as they are; any
   * other error says nothing of a hit, and the whole call can be repeated.
   */
  abstract put(hits: readonly Hit[]): Promise<void>;
  /** Keyset pages with total and facets. Throws `bad-input` for a cursor of another query. */
  abstract search(query: HitQuery): Promise<HitPage>;
  abstract histogram(query: HitQuery, by: HistogramSpec): Promise<Histogram>;
  /**
   * Removes; returns how many. What was erased for good stays so: a later put of it changes nothing. What went for its
   * age (`beforeMonth`) may come again.
   */
  abstract erase(scope: EraseScope): Promise<number>;
  abstract close(): Promise<void>;
}
