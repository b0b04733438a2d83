import { createHash } from 'node:crypto';
import type { Database } from '@vigil/database';

/** As long as what is fetched in transit is kept by default. */
const KEPT_DAYS = 7;
/** Hours for links that led nowhere: some are made after they are announced. */
const KEPT_HOURS_NOWHERE = 24;

/** Where shortened links lead, as they were last asked, shared by all collectors. Null: nowhere. */
export class Redirects {
  constructor(private readonly db: Pick<Database, 'query'>) {}

  async known(addresses: readonly string[]): Promise<ReadonlyMap<string, string | null>> {
    const rows = await this.db.query<{ at: number; target: string | null }>(
      `SELECT asked.at::int AS at, target FROM unnest($1::bytea[]) WITH ORDINALITY AS asked (link, at)
       JOIN link_redirect USING (link) WHERE expires_at > now()`,
      [addresses.map(hashOf)],
    );
    return new Map(rows.map(({ at, target }) => [addresses[at - 1] ?? '', target]));
  }

  async keep(found: ReadonlyMap<string, string | null>): Promise<void> {
    if (found.size === 0) return;
    await this.db.query(
      `INSERT INTO link_redirect (link, target, expires_at)
       SELECT link, target, now() + CASE WHEN target IS NULL THEN make_interval(hours => $3) ELSE make_interval(days => $4) END
       FROM unnest($1::bytea[], $2::text[]) AS found (link, target) ORDER BY link
       ON CONFLICT (link) DO UPDATE SET target = excluded.target, expires_at = excluded.expires_at`,
      [[...found.keys()].map(hashOf), [...found.values()], KEPT_HOURS_NOWHERE, KEPT_DAYS],
    );
  }

  async tidy(): Promise<void> {
    await this.db.query(`DELETE FROM link_redirect WHERE expires_at <= now()`);
  }
}

function hashOf(address: string): Buffer {
  return createHash('sha256').update(address).digest();
}
