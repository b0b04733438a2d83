import type { EraseScope, Histogram, HistogramSpec, Hit, HitPage, HitQuery } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import type { IndexContents } from '../contents.js';
import { HitIndex } from '../hit-index.js';
import { addErasedMarks, countHits, differingHits, erasedMarks } from './contents.js';
import { eraseHits } from './erase.js';
import { KnownTokens } from './known-tokens.js';
import { putHits } from './put.js';
import { histogramOfHits, searchHits } from './search.js';

/**
 * The hit index in PostgreSQL 15 or later, of our own normalised tokens. Phrases are found within a post's first
 * 16,383 words. Needs the extension fuzzystrmatch, which the migrations create.
 */
export class PostgresHitIndex extends HitIndex implements IndexContents {
  private readonly known = new KnownTokens();

  constructor(private readonly db: Database) {
    super();
  }

  put(hits: readonly Hit[]): Promise<void> {
    return putHits(this.db, this.known, hits);
  }

  search(query: HitQuery): Promise<HitPage> {
    return searchHits(this.db, query);
  }

  histogram(query: HitQuery, by: HistogramSpec): Promise<Histogram> {
    return histogramOfHits(this.db, query, by);
  }

  erase(scope: EraseScope): Promise<number> {
    return eraseHits(this.db, scope);
  }

  count(): Promise<number> {
    return countHits(this.db);
  }

  differing(hits: readonly Hit[]): Promise<Hit[]> {
    return differingHits(this.db, hits);
  }

  erasedMarks(): AsyncIterable<Buffer[]> {
    return erasedMarks(this.db);
  }

  addErasedMarks(marks: readonly Buffer[]): Promise<void> {
    return addErasedMarks(this.db, marks);
  }

  /** The database belongs to whoever gave it. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}
