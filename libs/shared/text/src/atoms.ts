import { isRegionalIndicator, latinTwin } from './confusables.js';
import { KIND, isLetterKind, isSign, kindOf } from './letter-classes.js';
import type { NormalisedText } from './normalise.js';

const SPACE = 0x20;
/** Buffers larger than this, in characters, are given back after use. */
const KEEP_CAPACITY = 1 << 20;

/**
 * A text cut for the further readings: the letters and digits of its plain reading, and between them every character
 * that the plain one takes for a separator, for it may be meant as a letter. Parallel lists; reusable.
 */
export class Atoms {
  /** See KIND. */
  kinds = new Uint8Array(1_024);
  /** Where it begins in the published text. */
  starts = new Uint32Array(1_024);
  /** The unit of the plain reading; the same one for a separator. */
  places = new Uint32Array(1_024);
  count = 0;

  /** Cuts `text`, of which `plain` is the plain reading. Linear. */
  cut(text: string, plain: NormalisedText): this {
    this.count = 0;
    this.reserve(text.length + plain.length + 2);
    const { units, starts, length } = plain;
    this.cutGap(text, 0, length > 0 ? (starts[0] as number) : text.length, 0);
    for (let at = 0; at < length; at++) {
      const start = starts[at] as number;
      if (units[at] === SPACE) this.cutGap(text, start, starts[at + 1] as number, at);
      else this.add(letterKind(text.charCodeAt(start), units[at] as number), start, at);
    }
    if (length > 0) this.cutGap(text, starts[length] as number, text.length, length);
    return this;
  }

  /** The characters between words; nothing between them separates as well: words of a tag, of a ligature. */
  private cutGap(text: string, from: number, to: number, place: number): void {
    if (from === to) this.add(KIND.separator, from, place);
    for (let at = from; at < to;) {
      const codePoint = text.codePointAt(at) as number;
      const size = codePoint > 0xffff ? 2 : 1;
      if (isRegionalIndicator(codePoint) && isFlag(text, at)) {
        this.add(KIND.separator, at, place);
        this.add(KIND.separator, at + size, place);
        at += 2 * size;
        continue;
      }
      this.add(gapKind(codePoint), at, place);
      at += size;
    }
  }

  private add(kind: number, start: number, place: number): void {
    this.kinds[this.count] = kind;
    this.starts[this.count] = start;
    this.places[this.count++] = place;
  }

  private reserve(capacity: number): void {
    if (capacity <= this.kinds.length && this.kinds.length <= KEEP_CAPACITY) return;
    this.kinds = new Uint8Array(capacity);
    this.starts = new Uint32Array(capacity);
    this.places = new Uint32Array(capacity);
  }
}

/** Two halves of a flag stand together; one alone is a letter. */
function isFlag(text: string, at: number): boolean {
  return isRegionalIndicator(text.codePointAt(at + 2) ?? 0);
}

/** By the character as published, whose case tells; by the unit read where that is written as something else. */
function letterKind(published: number, unit: number): number {
  // The second half of a pair belongs to the first.
  if (unit >= 0xdc00 && unit <= 0xdfff) return KIND.mark;
  const kind = kindOf(published);
  if (kind === KIND.digit || isLetterKind(kind)) return kind;
  const read = kindOf(unit);
  return read === KIND.perhaps ? KIND.other : read;
}

/** What stands between words separates, but for signs and for symbols that look like letters. */
function gapKind(codePoint: number): number {
  const kind = codePoint > 0xffff ? KIND.lookalike : kindOf(codePoint);
  if (isSign(kind)) return kind;
  if (kind === KIND.mark) return KIND.ignored;
  const looksLike = kind === KIND.lookalike && latinTwin(codePoint) > 0;
  return looksLike ? KIND.symbol : KIND.separator;
}
