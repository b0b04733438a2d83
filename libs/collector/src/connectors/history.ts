/** What an outage delayed by up to a day still alerts, as found late (ARCHITECTURE, "Time"). */
const FOUND_LATE_MS = 24 * 3_600_000;

/** Whether a post was published long before its source was approved: it counts in history, never as a spike now. */
export function isHistory(publishedAt: string | null, sourceCreatedAt: string): boolean {
  return publishedAt !== null && Date.parse(publishedAt) < Date.parse(sourceCreatedAt) - FOUND_LATE_MS;
}
