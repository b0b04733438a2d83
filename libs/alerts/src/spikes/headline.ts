import type { Alert } from '@vigil/contracts';

/** Beyond this a multiple says nothing any more: it is simply new. */
const MOST_TIMES = 100;

const languageNames = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'code' });

/** A language's English name; the tag itself where there is none. */
export function languageLabel(tag: string): string {
  if (tag === 'und') return 'unknown language';
  try {
    return languageNames.of(tag) ?? tag;
  } catch {
    return tag;
  }
}

/** `horn-of-africa` → `Horn of Africa`. */
export function regionLabel(region: string): string {
  const words = region
    .split('-')
    .map((word, i) => (i > 0 && SMALL.has(word) ? word : word.charAt(0).toUpperCase() + word.slice(1)));
  return words.join(' ');
}

const SMALL: ReadonlySet<string> = new Set(['of', 'and', 'the', 'in']);

export interface Told {
  readonly label: string;
  readonly observed: number;
  readonly expected: number;
  readonly foundLate: boolean;
  readonly languages: Alert['languages'];
  readonly sources: Alert['sources'];
}

/** A sentence for people: “Remaining and expanding” in 4 languages, 12 times the usual, 6 sources. */
export function headlineOf(told: Told): string {
  const parts = [
    `${quoted(told.label)}${spoken(told.languages)}`,
    howMuch(told),
    count(told.sources.length, 'source', 'sources'),
  ];
  if (told.foundLate) parts.push('found late');
  return parts.join(', ');
}

/** In quotation marks, unless the title brings its own: many slogans are called by their words. */
function quoted(label: string): string {
  return /[“"«]/u.test(label) ? label : `“${label}”`;
}

function spoken(languages: Alert['languages']): string {
  const [only] = languages;
  if (only === undefined) return '';
  return languages.length === 1 ? ` in ${only.label}` : ` in ${languages.length} languages`;
}

function howMuch({ observed, expected }: Told): string {
  const times = observed / expected;
  if (expected < 0.5 || times > MOST_TIMES) return `${observed} hits where hardly any are usual`;
  return `${times < 10 ? times.toFixed(1).replace(/\.0$/, '') : Math.round(times)} times the usual`;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}
