/** Languages in whose words feeds have been seen to write months, besides English. */
const MONTH_LANGUAGES = [
  'en',
  'de',
  'fr',
  'es',
  'it',
  'pt',
  'nl',
  'sv',
  'pl',
  'cs',
  'ro',
  'hu',
  'el',
  'tr',
  'ru',
  'uk',
  'id',
  'ar',
  'fa',
  'ur',
  'sw',
  'bn',
];

const ZONES: Readonly<Record<string, number>> = {
  z: 0,
  ut: 0,
  gmt: 0,
  utc: 0,
  wet: 0,
  west: 60,
  bst: 60,
  cet: 60,
  cest: 120,
  met: 60,
  mest: 120,
  eet: 120,
  eest: 180,
  msk: 180,
  msd: 240,
  ast: -240,
  adt: -180,
  est: -300,
  edt: -240,
  cst: -360,
  cdt: -300,
  mst: -420,
  mdt: -360,
  pst: -480,
  pdt: -420,
  akst: -540,
  akdt: -480,
  hst: -600,
  jst: 540,
  kst: 540,
  ist: 330,
  pkt: 300,
  eat: 180,
  cat: 120,
  sast: 120,
  wat: 60,
  aest: 600,
  aedt: 660,
  awst: 480,
  acst: 570,
  nzst: 720,
  nzdt: 780,
};

const MONTHS: ReadonlyMap<string, number> = monthNames();

/**
 * An instant from whatever a feed calls a date, in milliseconds since the epoch; null where it is none: ISO 8601 and
 * W3CDTF in full or in part, RFC 822 and 2822 with or without weekday, time and zone, asctime, dates with month names
 * of many languages, Korean forms, years of two digits, Unix time. Without a zone it is taken for UTC.
 */
export function parseDate(given: string): number | null {
  const text = asciiDigits(given.normalize('NFKC')).trim().slice(0, 100);
  if (text === '') return null;
  const at = iso(text) ?? korean(text) ?? slashed(text) ?? withMonthName(text) ?? unixTime(text);
  return at !== null && at >= 0 && at < Date.UTC(10_000, 0) ? at : null;
}

interface Time {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly offsetMinutes: number;
}

const MIDNIGHT: Time = { hour: 0, minute: 0, second: 0, offsetMinutes: 0 };

function instant(year: number, month: number, day: number, time: Time): number | null {
  if (
    month < 1 ||
    month > 12 ||
    day < 1 ||
    day > 31 ||
    time.hour > 24 ||
    time.minute > 59 ||
    time.second > 61
  )
    return null;
  const at = new Date(0);
  at.setUTCFullYear(year, month - 1, day);
  if (at.getUTCDate() !== day) return null; // 31 February
  return at.getTime() + ((time.hour * 60 + time.minute - time.offsetMinutes) * 60 + time.second) * 1_000;
}

/** Two digits are of this century unless that is far in the future (RFC 2822, section 4.3). */
function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length > 2) return year;
  return year < 90 ? 2000 + year : 1900 + year;
}

function iso(text: string): number | null {
  const match = /^(\d{4})(?:-?(\d{3})(?!\d)|-?(\d{2})(?:-?(\d{2}))?)?(?:(?:\s*T\s*|\s+)(.+))?$/i.exec(text);
  if (match === null) return null;
  const [, year = '', ordinal, month, day, rest] = match;
  const time = rest === undefined ? MIDNIGHT : timeOf(rest);
  if (time === null) return null;
  if (ordinal !== undefined) {
    const first = instant(Number(year), 1, 1, time);
    return first === null || Number(ordinal) < 1 || Number(ordinal) > 366
      ? null
      : first + (Number(ordinal) - 1) * 86_400_000;
  }
  return instant(Number(year), Number(month ?? 1), Number(day ?? 1), time);
}

/** `10:14:55.5 PST`, `9:15 PM -0500`, `101455Z`, `T10`. */
function timeOf(text: string): Time | null {
  const colons = text
    .trim()
    .replace(
      /^T?(\d{2})(\d{2})(\d{2})?(?!\d)/i,
      (_, hour: string, minute: string, second = '00') => `${hour}:${minute}:${second}`,
    );
  const match =
    /^T?(\d{1,2})(?:[:.h](\d{1,2})(?:[:.](\d{1,2})(?:[.,:]\d+)?)?)?\s*(am|pm|[ap]\.m\.)?\s*(.*)$/i.exec(
      colons,
    );
  if (match === null) return null;
  const [, hour = '0', minute = '0', second = '0', half, zone = ''] = match;
  const offsetMinutes = zoneOf(zone);
  if (offsetMinutes === null) return null;
  return { hour: hourOf(Number(hour), half), minute: Number(minute), second: Number(second), offsetMinutes };
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  return (hour % 12) + (half.toLowerCase().startsWith('p') ? 12 : 0);
}

/** Minutes east of Greenwich. An unknown name says nothing and is taken for UTC (RFC 2822, section 4.3). */
function zoneOf(text: string): number | null {
  const zone = text.trim().replace(/^[([]|[)\]]$/g, '');
  if (zone === '') return 0;
  const numeric = /^(?:gmt|utc|z)?\s*([+-])\s*(\d{1,2}):?(\d{2})?\b/i.exec(zone);
  if (numeric !== null) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
    return minutes > 15 * 60 ? 0 : numeric[1] === '-' ? -minutes : minutes;
  }
  const name = /^[a-z]{1,5}\b/i.exec(zone)?.[0].toLowerCase();
  if (name === undefined) return null;
  return ZONES[name] ?? 0;
}

/** `2004년 05월 28일 오후 11:31:15` and `2004-05-25 오후 11:23:17`: Korea's clocks are nine hours ahead. */
function korean(text: string): number | null {
  const match =
    /^(\d{4})(?:년|-)\s*(\d{1,2})(?:월|-)\s*(\d{1,2})일?\s*(오전|오후)\s*(\d{1,2}):(\d{2})(?::(\d{2}))?/.exec(
      text.normalize('NFC'),
    );
  if (match === null) return null;
  const [, year, month, day, half, hour, minute, second = '0'] = match;
  const time = {
    hour: hourOf(Number(hour), half === '오후' ? 'pm' : 'am'),
    minute: Number(minute),
    second: Number(second),
    offsetMinutes: 540,
  };
  return instant(Number(year), Number(month), Number(day), time);
}

/** `Fri, 2006/09/15 08:19:53 EDT`; and with the year last, day first where the number says so, else as in the United States. */
function slashed(text: string): number | null {
  const match = /^(?:\p{L}+\.?,?\s+)?(\d{1,4})[/.](\d{1,2})[/.](\d{2,4})(?:[,\s]+(.+))?$/u.exec(text);
  if (match === null) return null;
  const [, first = '', second = '', third = '', rest] = match;
  const time = rest === undefined ? MIDNIGHT : timeOf(rest);
  if (time === null) return null;
  if (first.length === 4) return instant(Number(first), Number(second), Number(third), time);
  const dayFirst = Number(first) > 12 || text.includes('.');
  return instant(fullYear(third), Number(dayFirst ? second : first), Number(dayFirst ? first : second), time);
}

/** Day, month name and year in any order, and a time anywhere. */
function withMonthName(text: string): number | null {
  const timed =
    /(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm|[ap]\.m\.)?\s*((?:gmt|utc)?\s*[+-]\s*\d{1,2}:?\d{2}|[a-z]{1,5}\b)?/i.exec(
      text,
    );
  const zone = timed?.[5] ?? '';
  const consumed = timed === null ? 0 : timed[0].length - (MONTHS.has(foldMonth(zone)) ? zone.length : 0);
  const rest = timed === null ? text : `${text.slice(0, timed.index)} ${text.slice(timed.index + consumed)}`;
  const month = monthIn(rest);
  if (month === undefined) return null;
  const numbers = [...rest.matchAll(/\d+/g)]
    .map((number) => number[0])
    .filter((digits) => digits.length <= 4);
  const yearAt = numbers.findIndex((digits) => digits.length === 4);
  const year = yearAt !== -1 ? numbers[yearAt] : numbers[1];
  const day = numbers.find((_, at) => at !== (yearAt !== -1 ? yearAt : 1)) ?? '1';
  if (year === undefined) return null;
  const time =
    timed === null
      ? MIDNIGHT
      : {
          hour: hourOf(Number(timed[1]), timed[4]),
          minute: Number(timed[2]),
          second: Number(timed[3] ?? 0),
          offsetMinutes: zoneOf(zone) ?? 0,
        };
  return instant(fullYear(year), month, Number(day), time);
}

/** A month that follows the day's number goes before any other word: `mar` is a weekday in French and March in English. */
function monthIn(text: string): number | undefined {
  const words = [...text.matchAll(/\p{L}[\p{L}\p{M}]*/gu)].map((word) => ({
    month: MONTHS.get(foldMonth(word[0])),
    afterNumber: /\d\S{0,2}[\s.-]*(?:de\s+)?$/.test(text.slice(Math.max(0, word.index - 12), word.index)),
  }));
  const months = words.filter((word) => word.month !== undefined);
  return (months.find((word) => word.afterNumber) ?? months[0])?.month;
}

function unixTime(text: string): number | null {
  if (/^\d{13}$/.test(text)) return Number(text);
  return /^\d{9,10}$/.test(text) ? Number(text) * 1_000 : null;
}

/** Arabic-Indic and Persian digits as ASCII ones. */
function asciiDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06F0-\u06F9]/g, (digit) => String(digit.charCodeAt(0) & 0x0f));
}

/** Accents and length differ between those who write a month (`Ιούλ`, `Ιουλ`, `július`). */
function foldMonth(word: string): string {
  return word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

function monthNames(): Map<string, number> {
  const names = new Map<string, number>();
  for (const language of MONTH_LANGUAGES) {
    for (const width of ['long', 'short'] as const) {
      for (const together of [{}, { day: 'numeric' }] as const) {
        const format = new Intl.DateTimeFormat(`${language}-u-ca-gregory`, {
          month: width,
          timeZone: 'UTC',
          ...together,
        });
        for (let month = 1; month <= 12; month++) {
          const part =
            format.formatToParts(Date.UTC(2024, month - 1, 15)).find((one) => one.type === 'month')?.value ??
            '';
          const name = foldMonth(part.replace(/\.$/, ''));
          if (/^\p{L}+$/u.test(name) && !names.has(name)) names.set(name, month);
          // The first three letters where no other month begins so: `Sept`, `Ιούλ`.
          const short = name.slice(0, 3);
          if (width === 'long' && short.length === 3 && !names.has(short)) names.set(short, month);
          const four = name.slice(0, 4);
          if (width === 'long' && four.length === 4 && !names.has(four)) names.set(four, month);
        }
      }
    }
  }
  return names;
}
