const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const whole = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const oneDecimal = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const utcDay = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const dayTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
const dayOnly = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric' });
const timeOfDay = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const names = new Intl.DisplayNames(undefined, { type: 'language', fallback: 'code' });

/** 12345 → `12,345` in the reader's locale. */
export const number = (n: number): string => whole.format(n);
/** 12345 → `12.3K`. */
export const shortNumber = (n: number): string => (n < 10_000 ? whole.format(n) : compact.format(n));
export const decimal = (n: number): string => oneDecimal.format(n);

/** `1 hit`, `2 hits`: the noun follows the number. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${number(n)} ${n === 1 ? one : many}`;
}

/** Milliseconds as the largest unit that fits: `40 s`, `12 min`, `3 h`, `5 d`. Never negative. */
export function duration(ms: number): string {
  const t = Math.max(0, ms);
  if (t < MINUTE) return `${Math.round(t / 1_000)} s`;
  if (t < HOUR) return `${Math.round(t / MINUTE)} min`;
  if (t < 2 * DAY) return `${Math.round(t / HOUR)} h`;
  return `${Math.round(t / DAY)} d`;
}

/** An instant seen from `now` (milliseconds): `just now`, `12 min ago`, `in 3 h`. */
export function relative(instant: string, now: number): string {
  const ms = Date.parse(instant) - now;
  if (Math.abs(ms) < 45_000) return 'just now';
  return ms < 0 ? `${duration(-ms)} ago` : `in ${duration(ms)}`;
}

/** An instant in the reader's zone; today without the date. */
export function local(instant: string, now: number): string {
  const at = new Date(instant);
  return at.toDateString() === new Date(now).toDateString() ? timeOfDay.format(at) : dayTime.format(at);
}

/** An instant for a chart's axis: the time of day within two days, else the day. */
export function axisLabel(instant: string, spanMs: number): string {
  return (spanMs <= 2 * DAY ? timeOfDay : dayOnly).format(new Date(instant));
}

/** The last day of an approval: a day of UTC, so that it is the same one for everybody. */
export const approvalDay = (instant: string): string => utcDay.format(new Date(instant));
export const localFull = (instant: string): string => dayTime.format(new Date(instant));

/** An instant in UTC to the second: `2026-11-21 09:30:00 UTC`. */
export function utc(instant: string): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `ar` → `Arabic`, `ur-Latn` → `Urdu (Latin)`, unknown → the tag itself. */
export function languageName(tag: string | null): string {
  if (tag === null || tag === 'und' || tag === '') return 'Language not known';
  try {
    return names.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** How many times the usual: `4.2 times the usual`, or that nothing was usual. */
export function timesUsual(observed: number, expected: number): string {
  if (expected < 0.5) return 'usually none';
  return `${decimal(observed / expected)} times the usual`;
}

const SMALL_WORDS: ReadonlySet<string> = new Set(['of', 'and', 'the']);

/** `southeast-asia` → `Southeast Asia`, `horn-of-africa` → `Horn of Africa`. */
export function regionName(region: string): string {
  return region
    .split('-')
    .map((word) => (SMALL_WORDS.has(word) ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(' ');
}

/** A title in quotation marks, unless it brings its own: many slogans are called by their words. */
export function quoted(title: string): string {
  return /^[“"«]/u.test(title) ? title : `“${title}”`;
}
