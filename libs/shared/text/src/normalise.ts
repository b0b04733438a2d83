import { entityAt, percentAt } from './encoded.js';
import {
  DROP,
  ENTITY,
  EXPAND,
  FoldTable,
  PAIR,
  PERCENT,
  PLAIN,
  SEPARATOR,
  TAG,
  UNKNOWN,
} from './fold-tables.js';
import type { StepSet } from './steps.js';

/** Half-open range of UTF-16 code units in the text as published. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Buffers larger than this, in units, are given back after use: a text of ligatures expands up to 18-fold. */
const KEEP_CAPACITY = 1 << 20;
/** Longer tags are not split by case: nobody reads them as words. */
const MAX_TAG = 100;
const CAMEL = /(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})/gu;
const HAS_CAMEL = /\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u;
const decoder = new TextDecoder('utf-16le');

/**
 * A text as the matcher reads it: words of folded letters and digits with one space between them, none at the ends,
 * and for each unit where it came from. Reusable: pass it to `normalise` again and its buffers are overwritten.
 */
export class NormalisedText {
  /** Folded UTF-16 units; valid up to `length`. */
  units = new Uint16Array(1_024);
  /** For each unit, and for the end, the offset in the published text at which it began. */
  starts = new Uint32Array(1_025);
  length = 0;

  /**
   * The published span of the normalised range [from, to), marks and invisible characters behind its last letter
   * included. A range that begins or ends within a ligature takes the whole ligature.
   */
  span(from: number, to: number): Span {
    const start = this.starts[from] ?? 0;
    const last = this.starts[to - 1] ?? 0;
    let end = to;
    while (end < this.length && this.starts[end] === last) end++;
    return { start, end: this.starts[end] ?? start };
  }

  /** The smallest normalised range [from, to) whose published span has all of `span` that is read at all. */
  covering({ start, end }: Span): { from: number; to: number } {
    // The unit after the last that begins at or before `start` is behind it.
    const from = Math.max(0, this.firstFrom(start + 1) - 1);
    return { from, to: Math.max(from, this.firstFrom(end)) };
  }

  /** The first unit that begins at `offset` of the published text or later. */
  private firstFrom(offset: number): number {
    let low = 0;
    for (let high = this.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The normalised range [from, to) as a string. */
  text(from = 0, to = this.length): string {
    return decoder.decode(this.units.subarray(from, to));
  }

  /** Makes room for `capacity` units; what was written stays. */
  reserve(capacity: number): void {
    if (capacity <= this.units.length) return;
    const size = Math.max(capacity, this.units.length * 2);
    const units = new Uint16Array(size);
    units.set(this.units.subarray(0, this.length));
    const starts = new Uint32Array(size + 1);
    starts.set(this.starts.subarray(0, this.length));
    this.units = units;
    this.starts = starts;
  }

  /** Empties it and gives oversized buffers back. */
  clear(): void {
    this.length = 0;
    if (this.units.length > KEEP_CAPACITY) {
      this.units = new Uint16Array(1_024);
      this.starts = new Uint32Array(1_025);
    }
  }
}

/**
 * Normalises a text in one pass (see STEPS, and `foldCodePoint`). Linear in its length, at most 18 units for one
 * (U+FDFA); never throws, also not for lone surrogates. Without `into` a new result is made.
 */
export function normalise(
  text: string,
  into: NormalisedText = new NormalisedText(),
  table: FoldTable = PLAIN,
): NormalisedText {
  into.clear();
  into.reserve(text.length + 1);
  fold(text, 0, text.length, into, table);
  let length = into.length;
  let end = text.length;
  if (length > 0 && into.units[length - 1] === SEPARATOR) {
    length--;
    end = into.starts[length] ?? end;
  }
  into.length = length;
  into.starts[length] = end;
  return into;
}

/**
 * A text as it reads without some steps: their characters stay as they are. Two texts that read alike without a step
 * read alike with it, so a rule that does without one is asked about what was found with all.
 */
export function readWithout(off: StepSet, text: string): string {
  return normalise(text, new NormalisedText(), FoldTable.without(off)).text();
}

/** Appends text[from, to) to `out`, which has room for one unit for each and for what follows in `text`. */
function fold(text: string, from: number, to: number, out: NormalisedText, table: FoldTable): void {
  for (let at = from; at < to;) {
    at = foldPlain(text, at, to, out, table.entries);
    if (at < to) at = foldRare(text, at, to, out, table);
  }
}

/**
 * The run of units that become one unit or none. A separator behind a separator is written and not counted: a branch
 * here would be mispredicted at every word. Returns where the run ends.
 */
function foldPlain(text: string, from: number, to: number, out: NormalisedText, table: Uint16Array): number {
  const { units, starts } = out;
  let length = out.length;
  let last = length > 0 ? (units[length - 1] as number) : SEPARATOR;
  let at = from;
  for (; at < to; at++) {
    const folded = table[text.charCodeAt(at)] as number;
    if (folded < SEPARATOR) {
      if (folded === DROP) continue;
      break;
    }
    units[length] = folded;
    starts[length] = at;
    const counts = (folded ^ SEPARATOR) | (last ^ SEPARATOR);
    length += -counts >>> 31;
    last = folded;
  }
  out.length = length;
  return at;
}

/** What is not one unit for one, or not known yet. Returns where to go on. */
function foldRare(text: string, at: number, to: number, out: NormalisedText, table: FoldTable): number {
  const unit = text.charCodeAt(at);
  const entry = table.entries[unit];
  switch (entry) {
    case UNKNOWN:
      table.entry(unit);
      return at;
    case TAG:
      separate(at, out);
      return foldTag(text, at + 1, to, out, table);
    case ENTITY:
    case PERCENT:
      return foldEncoded(text, at, to, out, table);
    case PAIR: {
      const low = at + 1 < to ? text.charCodeAt(at + 1) : 0;
      if (low < 0xdc00 || low > 0xdfff) {
        separate(at, out);
        return at + 1;
      }
      foldOne(text.codePointAt(at) ?? 0, at, text.length - at, out, table);
      return at + 2;
    }
    default:
      expand(table.expansion(unit), at, text.length - at, out);
      return at + 1;
  }
}

const DIGIT_BEFORE = /[0-9]/;

/** An entity, or a run of percent-encoded characters; each takes all its units. Returns where to go on. */
function foldEncoded(text: string, from: number, to: number, out: NormalisedText, table: FoldTable): number {
  const entity = table.entries[text.charCodeAt(from)] === ENTITY;
  const decode = entity ? entityAt : percentAt;
  let at = from;
  // What is behind a digit is a percentage, what is behind an encoded character is another one.
  const read = entity || from === 0 || !DIGIT_BEFORE.test(text[from - 1] ?? '');
  for (let next = read ? decode(text, at) : null; next && at + next.length <= to; next = decode(text, at)) {
    for (const character of next.text)
      foldOne(character.codePointAt(0) ?? 0, at, text.length - at, out, table);
    at += next.length;
  }
  if (at > from) return at;
  separate(at, out);
  return at + 1;
}

/** One code point, which stands or is encoded at text[at]. A sign that would begin something separates. */
function foldOne(
  codePoint: number,
  at: number,
  remaining: number,
  out: NormalisedText,
  table: FoldTable,
): void {
  const astral = codePoint > 0xffff;
  const entry = astral ? table.astral(codePoint) : table.entry(codePoint);
  if (entry === EXPAND) expand(table.expansion(codePoint), at, remaining, out);
  else if (entry > SEPARATOR) write(entry, at, out);
  else if (entry === PAIR && astral) {
    write(0xd7c0 + (codePoint >> 10), at, out);
    write(0xdc00 | (codePoint & 0x3ff), at, out);
  } else if (entry !== DROP) separate(at, out);
}

function write(unit: number, at: number, out: NormalisedText): void {
  out.units[out.length] = unit;
  out.starts[out.length++] = at;
}

function separate(at: number, out: NormalisedText): void {
  if (out.length > 0 && out.units[out.length - 1] !== SEPARATOR) write(SEPARATOR, at, out);
}

function expand(expansion: Uint16Array, at: number, remaining: number, out: NormalisedText): void {
  out.reserve(out.length + expansion.length + remaining + 1);
  for (const unit of expansion) {
    if (unit === SEPARATOR) separate(at, out);
    else write(unit, at, out);
  }
}

/** A hashtag's words: `#IslamicHistory` reads as two. Underscores separate anywhere. Returns where the tag ends. */
function foldTag(text: string, from: number, to: number, out: NormalisedText, table: FoldTable): number {
  let end = from;
  const limit = Math.min(to, from + MAX_TAG);
  while (end < limit) {
    const folded = table.entry(text.charCodeAt(end));
    if (folded === SEPARATOR || folded === PAIR || (folded >= TAG && folded <= PERCENT)) break;
    end++;
  }
  const tag = text.slice(from, end);
  if ((end < limit || limit === to) && HAS_CAMEL.test(tag)) {
    let begin = from;
    for (const boundary of tag.matchAll(CAMEL)) {
      const split = from + boundary.index;
      fold(text, begin, split, out, table);
      out.reserve(out.length + (text.length - split) + 2);
      separate(split, out);
      begin = split;
    }
    fold(text, begin, end, out, table);
  } else fold(text, from, end, out, table);
  return end;
}
