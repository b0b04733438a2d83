import { foldCodePoint } from './fold.js';
import { NO_STEPS, STEP, type StepSet } from './steps.js';

/** What a table entry means; every other value is the one UTF-16 unit to write. All are at most `SEPARATOR`. */
export const UNKNOWN = 0;
export const DROP = 1;
/** Becomes several units: see `FoldTable.expansion`. */
export const EXPAND = 2;
/** First half of a surrogate pair: see `FoldTable.astral`. There: write the pair as it stands. */
export const PAIR = 3;
/** A hash sign: separates, and the tag behind it is split by case. */
export const TAG = 4;
/** An ampersand: an HTML entity may begin here; otherwise it separates. */
export const ENTITY = 5;
/** A percent sign: an encoded character may begin here; otherwise it separates. */
export const PERCENT = 6;
export const SEPARATOR = 0x20;

const SIGNS: ReadonlyMap<number, { readonly step: StepSet; readonly entry: number }> = new Map([
  [0x23, { step: STEP.hashtags, entry: TAG }],
  [0xff03, { step: STEP.hashtags, entry: TAG }],
  [0x26, { step: STEP.entities, entry: ENTITY }],
  [0x25, { step: STEP.percent, entry: PERCENT }],
]);

function unitsOf(text: string): Uint16Array {
  return Uint16Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}

/** What every character becomes without the steps in `off`. Filled as characters are met: a text meets some hundred. */
export class FoldTable {
  /** By UTF-16 unit; UNKNOWN until `entry` was asked. 128 KiB. */
  readonly entries = new Uint16Array(0x10000);
  private readonly pages = new Map<number, Uint16Array>();
  private readonly expansions = new Map<number, Uint16Array>();

  private constructor(private readonly off: StepSet) {}

  private static readonly known = new Map<StepSet, FoldTable>();

  /** The table without these steps: made once. */
  static without(off: StepSet): FoldTable {
    let table = FoldTable.known.get(off);
    if (!table) FoldTable.known.set(off, (table = new FoldTable(off)));
    return table;
  }

  /** The entry of a unit, worked out where it is not known yet. */
  entry(unit: number): number {
    const known = this.entries[unit] as number;
    return known === UNKNOWN ? (this.entries[unit] = this.entryOf(unit)) : known;
  }

  /** The entry of a code point above U+FFFF. */
  astral(codePoint: number): number {
    let page = this.pages.get(codePoint >> 8);
    if (!page) this.pages.set(codePoint >> 8, (page = new Uint16Array(256)));
    const known = page[codePoint & 0xff] as number;
    return known === UNKNOWN ? (page[codePoint & 0xff] = this.entryOf(codePoint)) : known;
  }

  /** The units that a code point with the entry EXPAND becomes. */
  expansion(codePoint: number): Uint16Array {
    return this.expansions.get(codePoint) ?? unitsOf(foldCodePoint(codePoint, this.off));
  }

  private entryOf(codePoint: number): number {
    if (codePoint >= 0xd800 && codePoint <= 0xdbff) return PAIR;
    const sign = SIGNS.get(codePoint);
    if (sign && (sign.step & this.off) === 0) return sign.entry;
    const folded = foldCodePoint(codePoint, this.off);
    if (folded === '') return DROP;
    if (folded.length === 1) return Math.max(folded.charCodeAt(0), SEPARATOR);
    if (folded === String.fromCodePoint(codePoint)) return PAIR;
    if (folded.trim() === '') return SEPARATOR;
    this.expansions.set(codePoint, unitsOf(folded));
    return EXPAND;
  }
}

/** The plain reading. */
export const PLAIN = FoldTable.without(NO_STEPS);
