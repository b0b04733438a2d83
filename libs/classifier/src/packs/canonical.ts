/**
 * A JSON value as text that is the same whatever the order of its keys: RFC 8785 (keys by UTF-16 code units, no white
 * space, numbers and strings as ECMAScript writes them). What is undefined is left out.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries: [string, unknown][] = Object.entries(value);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.filter(([, v]) => v !== undefined).map(([key, v]) => [key, sorted(v)]));
}
