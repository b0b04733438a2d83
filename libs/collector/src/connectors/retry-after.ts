/** Longest patience a server can ask for: a day. Beyond it a mistyped header would silence a source. */
const AT_MOST_MS = 24 * 3_600_000;

/** `Retry-After` (RFC 9110, section 10.2.3): seconds or a date, as milliseconds from now; null where absent or senseless. */
export function parseRetryAfter(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const ms = /^\s*\d{1,9}\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - nowMs;
  return Number.isFinite(ms) && ms > 0 ? Math.min(ms, AT_MOST_MS) : null;
}
