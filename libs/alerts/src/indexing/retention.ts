import type { Database } from '@vigil/database';
import { dayOf, type SeenDays } from './seen-days.js';

const DAY_MS = 86_400_000;
/** Counts hold no content; 400 days let a year be compared with the one before. */
const COUNT_DAYS = 400;
/** What became of a notification is looked up within weeks. */
const DELIVERY_DAYS = 90;

/** Removes what has outlived its retention: transit (the dedupe's days, samples of rules in shadow), old counts, settled deliveries. Repeatable. */
export async function expire(
  db: Database,
  seenDays: SeenDays,
  nowMs: number,
  transitDays: number,
): Promise<void> {
  await seenDays.expire(nowMs, transitDays);
  const counted = new Date(nowMs - COUNT_DAYS * DAY_MS);
  await db.query('DELETE FROM count_bucket WHERE bucket < $1', [counted]);
  await db.query('DELETE FROM slogan_count WHERE bucket < $1', [counted]);
  await db.query('DELETE FROM shadow_count WHERE day < $1::date', [dayOf(nowMs - COUNT_DAYS * DAY_MS)]);
  await db.query('DELETE FROM shadow_sample WHERE day < $1::date', [dayOf(nowMs - transitDays * DAY_MS)]);
  await db.query('DELETE FROM backtest_example WHERE collected_at < $1', [
    new Date(nowMs - transitDays * DAY_MS),
  ]);
  await db.query(`DELETE FROM delivery WHERE state <> 'pending' AND created_at < $1`, [
    new Date(nowMs - DELIVERY_DAYS * DAY_MS),
  ]);
}
