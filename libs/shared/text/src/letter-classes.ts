import { latinTwin, TWINS } from './confusables.js';
import { DROP, ENTITY, PAIR, PERCENT, PLAIN, SEPARATOR } from './fold-tables.js';

/** What a character is to the further readings. */
export const KIND = {
  /** Not looked up yet. */
  unknown: 0,
  separator: 1,
  /** Belongs to the letter before it, or is not read. */
  mark: 2,
  digit: 3,
  /** `!`, `|` and `+`: a letter only between letters. */
  bar: 4,
  /** `@`: a letter between letters, or behind the last; before the first it is a mention. */
  at: 5,
  /** Currency signs: letters beside a letter. */
  money: 6,
  latin: 7,
  /** Looks like Latin, and is neither that nor a letter of honest words. */
  lookalike: 8,
  /** The same, where the plain reading takes it for a separator. `kindOf` calls both a lookalike. */
  symbol: 9,
  /** Of another script, and looks exactly like a Latin letter. */
  twin: 10,
  /** Of a script that has twins, and is none. */
  kin: 11,
  /** Of any other script. */
  other: 12,
  /** May begin a letter: one written as an entity or percent-encoded, or one above U+FFFF; what follows tells. */
  perhaps: 13,
  /** Between words, and not read: a zero-width space before a comma. `kindOf` calls it a mark. */
  ignored: 14,
} as const;

export const KINDS = 15;

/** Whether a kind is a letter's. */
export function isLetterKind(kind: number): boolean {
  return kind >= KIND.latin && kind <= KIND.other;
}

/** Whether a kind is that of a sign that is sometimes meant as a letter. */
export function isSign(kind: number): boolean {
  return kind >= KIND.bar && kind <= KIND.money;
}

const SIGNS = new Map<string, number>([
  ['!', KIND.bar],
  ['|', KIND.bar],
  ['+', KIND.bar],
  ['@', KIND.at],
  ['$', KIND.money],
  ['€', KIND.money],
  ['£', KIND.money],
  ['¥', KIND.money],
]);
const HAS_TWINS =
  /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Coptic}\p{Script=Lisu}]/u;

/** First halves of U+1F400 to U+1FFFF: emoji and symbols. */
const EMOJI = [0xd83d, 0xd83f] as const;

const kinds = new Uint8Array(0x10000);

/** The kind of a UTF-16 unit, as published or as the plain reading has it. */
export function kindOf(unit: number): number {
  const known = kinds[unit] as number;
  return known === KIND.unknown ? (kinds[unit] = classify(unit)) : known;
}

/** By unit, KIND.unknown until `kindOf` was asked. For loops. */
export const KIND_OF: Readonly<Uint8Array> = kinds;

function classify(unit: number): number {
  // What the first half stands for is told there.
  if (unit >= 0xdc00 && unit <= 0xdfff) return KIND.separator;
  const character = String.fromCharCode(unit);
  const sign = SIGNS.get(character);
  if (sign !== undefined) return sign;
  const entry = PLAIN.entry(unit);
  if (entry === PAIR) return unit >= EMOJI[0] && unit <= EMOJI[1] ? KIND.separator : KIND.perhaps;
  if (entry === DROP) return KIND.mark;
  if (entry === ENTITY || entry === PERCENT) return KIND.perhaps;
  if (entry >= 0x30 && entry <= 0x39) return KIND.digit;
  if (TWINS.has(character)) return KIND.twin;
  if (entry >= 0x61 && entry <= 0x7a) return KIND.latin;
  if (HAS_TWINS.test(character)) return KIND.kin;
  if (latinTwin(unit) > 0) return KIND.lookalike;
  if (entry <= SEPARATOR && PLAIN.expansion(unit).every((each) => each === SEPARATOR)) return KIND.separator;
  if (/\p{M}/u.test(character)) return KIND.mark;
  return /\p{Script=Latin}/u.test(character) ? KIND.latin : KIND.other;
}
