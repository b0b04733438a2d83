import type { LiveEvent } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';

export const LIVE_CHANNEL = 'vigil_live';

/** Tells every open page, once the transaction commits. */
export async function announce(db: Queryable, event: LiveEvent): Promise<void> {
  await db.query('SELECT pg_notify($1, $2)', [LIVE_CHANNEL, JSON.stringify(event)]);
}

/** Tells that an alert changed, with the version it has now. */
export async function announceAlert(db: Queryable, id: string): Promise<void> {
  const [row] = await db.query<{ version: number }>('SELECT version FROM alert WHERE id = $1', [id]);
  if (row) await announce(db, { type: 'alert', id, version: row.version });
}
