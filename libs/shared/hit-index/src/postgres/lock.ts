import type { Transaction } from '@vigil/database';

/**
 * Writers share this advisory lock and erasing holds it alone: a hit that is being put while its id is erased is
 * either there to be removed or sees the erased id, and a token leaves the dictionary only when nobody is adding it.
 * The number is arbitrary and used for nothing else ("hits" in ASCII).
 */
const LOCK = 0x68697473;

/**
 * Also lets the transaction commit without waiting for the disk. The index is a projection: whoever notes, in this
 * database, that a hit was put (the outbox) commits later in the same log, so a crash that loses the put loses the note too.
 */
export async function sharePutLock(tx: Transaction): Promise<void> {
  await tx.query(`select pg_advisory_xact_lock_shared($1), set_config('synchronous_commit', 'off', true)`, [
    LOCK,
  ]);
}

export async function takeEraseLock(tx: Transaction): Promise<void> {
  await tx.query('select pg_advisory_xact_lock($1)', [LOCK]);
}
