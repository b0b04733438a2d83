import type { Hit } from '@vigil/contracts';
import type { HitIndex } from './hit-index.js';

/** What stands in an index, hit by hit: for moving between engines and for checking, never for serving. */
export interface IndexContents extends HitIndex {
  /** How many hits there are, whatever their state. */
  count(): Promise<number>;
  /** Those of the hits that the index does not hold exactly as given. */
  differing(hits: readonly Hit[]): Promise<Hit[]>;
  /** Marks of the ids erased for good (SHA-256 each), in runs. */
  erasedMarks(): AsyncIterable<Buffer[]>;
  /** Remembers marks of another index: a put of such an id changes nothing. */
  addErasedMarks(marks: readonly Buffer[]): Promise<void>;
}
