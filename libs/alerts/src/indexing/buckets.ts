/** Width of a counted bucket: five minutes. */
export const BUCKET_MS = 300_000;

/** Beyond this a post is back-dated rather than late: it counts by arrival as well (Architecture, "Time"). */
export const LATE_MS = 24 * 3_600_000;

/** Start of the bucket an instant falls in, milliseconds since the epoch. */
export function bucketOf(atMs: number): number {
  return Math.floor(atMs / BUCKET_MS) * BUCKET_MS;
}
