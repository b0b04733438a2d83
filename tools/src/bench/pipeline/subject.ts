import type { QueryResultRow } from 'pg';
import type { Part } from './process-tree.js';

/** What is measured: Vigil in one process on embedded engines, or as several on real servers. */
export interface Subject {
  /** Where the API answers. */
  readonly address: string;
  /** The folder with the API's machine token. */
  readonly dataDir: string;
  /** The processes that run now. */
  parts(): readonly Part[];
  /** Runs one query on the system of record. Throws where it does not answer. */
  query<Row extends QueryResultRow>(text: string): Promise<readonly Row[]>;
}

export interface BenchOptions {
  readonly seconds: number;
  /** Posts/s; null takes the bench's own. */
  readonly rate: number | null;
  readonly lowSeconds: number | null;
  /** Leaves out what one process more of each kind changes. */
  readonly oneOfEach: boolean;
}
