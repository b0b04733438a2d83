import { decodeHTML } from 'entities';

/** A character written as something else: its text once decoded, and how many units of the published text it took. */
export interface Decoded {
  readonly text: string;
  readonly length: number;
}

/**
 * An entity, also one that was encoded up to three times over (`&amp;#1575;`). Names need their semicolon: without one,
 * `&copy` in the middle of an address would be read. Lengths are bounded so that a text of ampersands stays linear.
 */
const ENTITY = /&(?:amp;){0,3}(#\d{1,10};?|#x[0-9a-f]{1,8};?|[a-z][a-z0-9]{1,31};)/iy;

/** The HTML entity at text[at] (an ampersand), or null. */
export function entityAt(text: string, at: number): Decoded | null {
  ENTITY.lastIndex = at;
  const [whole, entity] = ENTITY.exec(text) ?? [];
  if (whole === undefined || entity === undefined) return null;
  const decoded = decodeHTML(`&${entity}`);
  return decoded === `&${entity}` ? null : { text: decoded, length: whole.length };
}

/** Units of one encoded byte: `%D8`. */
const BYTE = 3;

/**
 * The percent-encoded character at text[at] (a percent sign), or null: a whole and shortest UTF-8 sequence
 * (Unicode Standard, table 3-7). Behind a digit the sign means a percentage.
 */
export function percentAt(text: string, at: number): Decoded | null {
  const first = byteAt(text, at);
  if (first < 0) return null;
  if (first < 0x80) return { text: String.fromCharCode(first), length: BYTE };
  const count = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return null;
  let codePoint = first & (0x7f >> count);
  for (let byte = 1; byte < count; byte++) {
    const next = byteAt(text, at + byte * BYTE);
    if (next < 0x80 || next > 0xbf) return null;
    codePoint = (codePoint << 6) | (next & 0x3f);
  }
  const least = count === 2 ? 0x80 : count === 3 ? 0x800 : 0x10000;
  if (codePoint < least || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return null;
  return { text: String.fromCodePoint(codePoint), length: count * BYTE };
}

function byteAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x25) return -1;
  const high = hexValue(text.charCodeAt(at + 1));
  const low = hexValue(text.charCodeAt(at + 2));
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function hexValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
