import type { Feed } from './feed.js';

/**
 * What a feed asks for itself is honoured up to this: generators write an hour or a day without thought, and a source
 * that has to be watched cannot choose to be looked at once a week.
 */
const PATIENCE_AT_MOST_MS = 6 * 3_600_000;

/** How long to leave the feed alone, by Cache-Control or Expires (RFC 9111) and by its own ttl; null where nothing is said. */
export function patienceOf(
  headers: Readonly<Record<string, string>>,
  feed: Feed | null,
  nowMs: number,
): number | null {
  const patience = Math.max(maxAge(headers) ?? expiresIn(headers, nowMs) ?? 0, feed?.patienceMs ?? 0);
  return patience > 0 ? Math.min(patience, PATIENCE_AT_MOST_MS) : null;
}

function maxAge(headers: Readonly<Record<string, string>>): number | null {
  const control = headers['cache-control']?.toLowerCase() ?? '';
  if (/\bno-(?:cache|store)\b/.test(control)) return 0;
  const seconds = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/.exec(control)?.[1];
  if (seconds === undefined) return null;
  const age = Number(/^\d{1,9}$/.exec(headers['age'] ?? '')?.[0] ?? 0);
  return Math.max(0, Number(seconds) - age) * 1_000;
}

function expiresIn(headers: Readonly<Record<string, string>>, nowMs: number): number | null {
  const at = Date.parse(headers['expires'] ?? '');
  const served = Date.parse(headers['date'] ?? '');
  return Number.isFinite(at) ? at - (Number.isFinite(served) ? served : nowMs) : null;
}
