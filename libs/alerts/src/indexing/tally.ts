import { BUCKET_MS, bucketOf } from './buckets.js';

/** What is added to one row of `count_bucket`. */
export interface CountDelta {
  readonly bucket: number;
  /** A rule's id, or '' for all posts. */
  readonly slogan: string;
  readonly source: string;
  readonly region: string;
  readonly basis: 'event' | 'arrival';
  readonly demo: boolean;
  readonly backfill: boolean;
  posts: number;
  hits: number;
}

/** What is added to one row of `slogan_count`. */
export interface SloganDelta {
  readonly slogan: string;
  readonly demo: boolean;
  readonly bucket: number;
  hits: number;
  live: number;
}

/** A stretch of time in which a slogan's live counts changed; milliseconds since the epoch. */
export interface DueSlogan {
  readonly slogan: string;
  readonly demo: boolean;
  earliest: number;
  latest: number;
}

/** When and where something is counted. */
export interface Counted {
  /** Event time, milliseconds since the epoch. */
  readonly at: number;
  /** When it was collected, where that is more than 24 h after its event time and it is no backfill; else null. */
  readonly backDatedUntil: number | null;
  readonly source: string;
  readonly region: string;
  readonly demo: boolean;
  readonly backfill: boolean;
}

/** Sums a batch's counts per row, so that each row is written once a batch. */
export class Tally {
  readonly #counts = new Map<string, CountDelta>();
  readonly #slogans = new Map<string, SloganDelta>();
  readonly #due = new Map<string, DueSlogan>();

  post(counted: Counted): void {
    for (const row of this.#rows(counted, '')) row.posts++;
  }

  /** Counts a hit once for all posts and once for each of its rules. */
  hit(counted: Counted, rules: readonly string[]): void {
    for (const row of this.#rows(counted, '')) row.hits++;
    for (const rule of rules) {
      for (const row of this.#rows(counted, rule)) row.hits++;
      this.#slogan(counted, rule);
    }
  }

  /** In the order of the table's key, so that neighbours share its pages. */
  counts(): CountDelta[] {
    return [...this.#counts.values()].sort(
      (a, b) => compare(a.slogan, b.slogan) || a.bucket - b.bucket || compare(a.source, b.source),
    );
  }

  slogans(): SloganDelta[] {
    return [...this.#slogans.values()];
  }

  due(): DueSlogan[] {
    return [...this.#due.values()];
  }

  *#rows(counted: Counted, slogan: string): Generator<CountDelta> {
    yield this.#row(counted, slogan, 'event', bucketOf(counted.at));
    if (counted.backDatedUntil !== null)
      yield this.#row(counted, slogan, 'arrival', bucketOf(counted.backDatedUntil));
  }

  #row(counted: Counted, slogan: string, basis: 'event' | 'arrival', bucket: number): CountDelta {
    const { source, region, demo, backfill } = counted;
    const key = `${bucket / BUCKET_MS} ${basis} ${demo} ${backfill} ${source} ${slogan} ${region}`;
    let row = this.#counts.get(key);
    if (!row)
      this.#counts.set(
        key,
        (row = { bucket, slogan, source, region, basis, demo, backfill, posts: 0, hits: 0 }),
      );
    return row;
  }

  #slogan(counted: Counted, slogan: string): void {
    const eventBucket = bucketOf(counted.at);
    this.#sloganRow(slogan, counted.demo, eventBucket).hits++;
    if (counted.backfill) return;
    const liveBucket = counted.backDatedUntil === null ? eventBucket : bucketOf(counted.backDatedUntil);
    this.#sloganRow(slogan, counted.demo, liveBucket).live++;
    const key = `${counted.demo} ${slogan}`;
    const due = this.#due.get(key);
    if (!due) this.#due.set(key, { slogan, demo: counted.demo, earliest: liveBucket, latest: liveBucket });
    else {
      due.earliest = Math.min(due.earliest, liveBucket);
      due.latest = Math.max(due.latest, liveBucket);
    }
  }

  #sloganRow(slogan: string, demo: boolean, bucket: number): SloganDelta {
    const key = `${bucket / BUCKET_MS} ${demo} ${slogan}`;
    let row = this.#slogans.get(key);
    if (!row) this.#slogans.set(key, (row = { slogan, demo, bucket, hits: 0, live: 0 }));
    return row;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
