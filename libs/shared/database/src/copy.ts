import type { Readable, Writable } from 'node:stream';
import type { PoolClient } from 'pg';
import { from, to } from 'pg-copy-streams';

/** The bytes of a `COPY … TO STDOUT`. Read it to its end, or destroy it and release the connection as broken. */
export function copyOut(client: PoolClient, statement: string): Readable {
  return client.query(to(statement));
}

/** Takes the bytes of a `COPY … FROM STDIN`. Finished once PostgreSQL has taken all of them; destroyed, it takes none. */
export function copyIn(client: PoolClient, statement: string): Writable {
  return client.query(from(statement));
}
