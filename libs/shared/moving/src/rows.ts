import { createHash } from 'node:crypto';
import { Transform, Writable, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { copyIn, copyOut, type PgDatabase, type Transaction } from '@vigil/database';
import { insertRows, selectRows, type Table } from './catalogue.js';

export type Client = Transaction['client'];

/** What a table holds: SHA-256 over its rows in key order, as COPY writes them. */
export interface Fingerprint {
  readonly rows: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Rows and bytes since the last call. */
export type Moved = (rows: number, bytes: number) => void;

const NEWLINE = 10;

/** Everything that text of COPY depends on, so that two servers write the same; and time for large tables. */
const SESSION = `
  SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET extra_float_digits = 1;
  SET bytea_output = 'hex'; SET client_encoding = 'UTF8'; SET statement_timeout = 0;
  SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'`;

/** A connection of its own for copying. Ended with `release(true)`: the session's settings go with it. */
export async function copyingClient(database: PgDatabase): Promise<Client> {
  const client = await database.pool.connect();
  await client.query(SESSION);
  return client;
}

/** Counts and hashes what passes. COPY escapes line ends within values: each line is a row. */
export class Meter extends Transform {
  readonly #hash = createHash('sha256');
  #rows = 0;
  #bytes = 0;

  constructor(private readonly moved: Moved = () => undefined) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: (error: null, chunk: Buffer) => void): void {
    let rows = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) rows += 1;
    this.#hash.update(chunk);
    this.#rows += rows;
    this.#bytes += chunk.length;
    this.moved(rows, chunk.length);
    done(null, chunk);
  }

  /** Once the stream has ended. */
  fingerprint(): Fingerprint {
    return { rows: this.#rows, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** Copies a table into an empty one of the same shape, in the transaction of `to`. */
export async function copyRows(
  from: Client,
  to: Client,
  table: Table,
  moved: Moved,
  signal: AbortSignal,
): Promise<Fingerprint> {
  const meter = new Meter(moved);
  await pipeline(copyOut(from, selectRows(table)), meter, copyIn(to, insertRows(table)), { signal });
  return meter.fingerprint();
}

/** The rows of a table as bytes, for an archive. */
export function rowsOf(from: Client, table: Table): Readable {
  return copyOut(from, selectRows(table));
}

export async function fingerprintOf(
  client: Client,
  table: Table,
  moved: Moved,
  signal: AbortSignal,
): Promise<Fingerprint> {
  const meter = new Meter(moved);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  await pipeline(copyOut(client, selectRows(table)), meter, nowhere, { signal });
  return meter.fingerprint();
}
