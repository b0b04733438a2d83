import type { Atoms } from './atoms.js';
import { cyrillicTwin, latinTwin } from './confusables.js';
import { hasReading } from './digit-letters.js';
import { KIND, KINDS, isLetterKind, isSign } from './letter-classes.js';
import type { NormalisedText } from './normalise.js';
import { MIN_RUN, MIN_SPACED, MIN_TWINS } from './occasions.js';

/** A word, or letters that are spaced like one, as atoms [from, to), with what can be read in another way. */
export interface Group {
  readonly from: number;
  readonly to: number;
  /** By atom from `from` on, for spaced letters: 0 left out, 1 a letter, 2 an end of a word. Null for a word. */
  readonly spacing: Uint8Array | null;
  /** Scripts its letters can all be read in, where it mixes some or looks like Latin. */
  readonly scripts: readonly ('latin' | 'cyrillic')[];
  /** Whether it has digits or signs among its letters. */
  readonly digits: boolean;
  /** Whether some of these have a second likeness, or are used in transliteration. */
  readonly likeL: boolean;
  readonly arabizi: boolean;
  /** Whether it has MIN_RUN or more of one letter in a row, and another letter. */
  readonly runs: boolean;
}

/** Words of atoms as parallel lists; reusable. */
class Tokens {
  /** Atoms [from, to). */
  from = new Uint32Array(256);
  to = new Uint32Array(256);
  /** The kinds among them as bits, and RUN and SINGLE. */
  kinds = new Uint32Array(256);
  count = 0;

  /** Empties it; holds up to `capacity`. */
  clear(capacity: number): this {
    this.count = 0;
    if (capacity > this.from.length || this.from.length > KEEP_CAPACITY) {
      this.from = new Uint32Array(capacity);
      this.to = new Uint32Array(capacity);
      this.kinds = new Uint32Array(capacity);
    }
    return this;
  }

  add(from: number, to: number, kinds: number): void {
    this.from[this.count] = from;
    this.to[this.count] = to;
    this.kinds[this.count++] = kinds;
  }
}

/** Buffers larger than this, in tokens, are given back after use. */
const KEEP_CAPACITY = 1 << 20;
const bit = (kind: number) => 1 << kind;
/** A unit repeats MIN_RUN times, among letters. */
const RUN = 1 << KINDS;
/** One letter, digit or sign, with the marks that belong to it. */
const SINGLE = 1 << (KINDS + 1);
const LETTERS = [KIND.latin, KIND.lookalike, KIND.symbol, KIND.twin, KIND.kin, KIND.other].reduce(
  (all, kind) => all | bit(kind),
  0,
);
const ALL_KINDS = bit(KINDS) - 1;
const SILENT = bit(KIND.mark) | bit(KIND.ignored);
const DIGITS = bit(KIND.digit) | bit(KIND.bar) | bit(KIND.at) | bit(KIND.money);
const LIKE = bit(KIND.lookalike) | bit(KIND.symbol);
const FOREIGN = bit(KIND.twin) | bit(KIND.kin);

const tokens = new Tokens();

/** The groups of a text that can be read otherwise than the plain reading does, in their order. Linear. */
export function groupsOf(text: string, plain: NormalisedText, atoms: Atoms): Group[] {
  readTokens(plain, atoms, tokens);
  const groups: Group[] = [];
  const { from, to, kinds, count } = tokens;
  for (let at = 0; at < count;) {
    const begin = at;
    let letters = 0;
    for (; at < count && ((kinds[at] as number) & SINGLE) !== 0; at++)
      if (((kinds[at] as number) & LETTERS) !== 0) letters++;
    if (letters >= MIN_SPACED) {
      const spacing = spacingOf(text, atoms, tokens, begin, at);
      add(groups, inspect(text, plain, atoms, from[begin] as number, to[at - 1] as number, spacing));
      continue;
    }
    // A row that is too short is made of words, and the token behind it, if any, is one too.
    const end = Math.min(count, at + 1);
    for (at = begin; at < end; at++)
      if (hasOccasion(tokens, at))
        add(groups, inspect(text, plain, atoms, from[at] as number, to[at] as number, null));
  }
  return groups;
}

function add(groups: Group[], group: Group | null): void {
  if (group) groups.push(group);
}

/** Whether a token is worth looking at letter by letter: few are. */
function hasOccasion({ from, to, kinds }: Tokens, at: number): boolean {
  const kind = kinds[at] as number;
  const mixes = (kind & bit(KIND.latin)) !== 0 && (kind & FOREIGN) !== 0;
  const twins =
    (kind & ~SILENT & ALL_KINDS) === bit(KIND.twin) && (to[at] as number) - (from[at] as number) >= MIN_TWINS;
  const digits = (kind & DIGITS) !== 0 && (kind & LETTERS) !== 0;
  return mixes || twins || digits || (kind & (LIKE | RUN)) !== 0;
}

/** Words of atoms: letters, digits, and signs where they can be letters, also alone: `b @ q`. */
function readTokens(plain: NormalisedText, atoms: Atoms, into: Tokens): void {
  const { kinds, count } = atoms;
  into.clear(count);
  for (let at = 0; at < count; at++) {
    const kind = kinds[at] as number;
    const isWide = kind === KIND.at || kind === KIND.money;
    const follows = at + 1 < count && isRead(kinds[at + 1] as number);
    // In front, a currency sign is a letter, an @ begins a mention; a vowel sign may be parted from its letter.
    const opens = kind === KIND.money && follows && kinds[at + 1] !== KIND.digit;
    if (isRead(kind) || kind === KIND.mark || opens) {
      const to = tokenEnd(atoms, at);
      into.add(at, to, kindsIn(plain, atoms, at, to));
      at = to - 1;
    } else if (isWide && !follows) into.add(at, at + 1, bit(kind) | SINGLE);
  }
}

/** The kinds of atoms [from, to) as bits, with RUN and SINGLE. */
function kindsIn(plain: NormalisedText, { kinds, places }: Atoms, from: number, to: number): number {
  let all = 0;
  let last = 0;
  let run = 0;
  let runs = false;
  let letters = 0;
  for (let at = from; at < to; at++) {
    const kind = kinds[at] as number;
    all |= bit(kind);
    const silent = isSilent(kind);
    if (!silent) letters++;
    const unit = silent ? 0 : (plain.units[places[at] as number] as number);
    run = unit !== 0 && unit === last ? run + 1 : 1;
    last = unit;
    if (run >= MIN_RUN) runs = true;
  }
  return all | (runs && (all & LETTERS) !== 0 ? RUN : 0) | (letters < 2 ? SINGLE : 0);
}

/** Where the token that begins at `from` ends. Signs are in it between letters; `@` and currencies also behind the last. */
function tokenEnd({ kinds, count }: Atoms, from: number): number {
  let to = from + 1;
  let lettered = kinds[from] !== KIND.mark;
  for (;;) {
    let next = to;
    while (next < count && (isSilent(kinds[next] as number) || (lettered && isSign(kinds[next] as number))))
      next++;
    if (next === count || !isRead(kinds[next] as number)) break;
    to = next + 1;
    lettered = true;
  }
  while (to < count && isSilent(kinds[to] as number)) to++;
  const closes = to < count && lettered && (kinds[to] === KIND.at || kinds[to] === KIND.money);
  return closes ? to + 1 : to;
}

function isSilent(kind: number): boolean {
  return kind === KIND.mark || kind === KIND.ignored;
}

function isRead(kind: number): boolean {
  return kind === KIND.digit || isLetterKind(kind);
}

/** White space of a gap stays, what else is in it counts as one. */
function shapeOf(gap: string): string {
  return gap.replace(/\S+/gu, '*').replace(/\s/gu, ' ');
}

/**
 * How spaced letters fall into words. The gap that occurs most joins; one of another shape that has white space ends a
 * word: `b a q i y a   w a`, `b.a.q.i.y.a w.a`.
 */
function spacingOf(text: string, atoms: Atoms, tokens: Tokens, begin: number, end: number): Uint8Array {
  const { starts } = atoms;
  const first = tokens.from[begin] as number;
  const spacing = new Uint8Array((tokens.to[end - 1] as number) - first);
  const gaps: string[] = [];
  const counts = new Map<string, number>();
  for (let at = begin; at + 1 < end; at++) {
    const gap = shapeOf(text.slice(starts[tokens.to[at] as number], starts[tokens.from[at + 1] as number]));
    gaps.push(gap);
    counts.set(gap, (counts.get(gap) ?? 0) + 1);
  }
  const [usual] = [...counts].sort((a, b) => b[1] - a[1] || a[0].length - b[0].length)[0] ?? [''];
  for (let at = begin; at < end; at++) {
    const to = (tokens.to[at] as number) - first;
    spacing.fill(1, (tokens.from[at] as number) - first, to);
    const gap = gaps[at - begin];
    if (gap !== undefined && gap !== usual && gap.includes(' ')) spacing[to] = 2;
  }
  return spacing;
}

/** What of the atoms can be read otherwise; null where nothing can. */
function inspect(
  text: string,
  plain: NormalisedText,
  { kinds, starts, places }: Atoms,
  from: number,
  to: number,
  spacing: Uint8Array | null,
): Group | null {
  let [letters, digits, latin, foreign, twins, lookalikes, symbols] = [0, 0, 0, 0, 0, 0, 0];
  let [asLatin, asCyrillic, likeL, arabizi, run] = [true, true, false, false, 0];
  let [longest, different, last] = [0, false, 0];
  for (let at = from; at < to; at++) {
    if (spacing && spacing[at - from] !== 1) continue;
    const kind = kinds[at] as number;
    if (isSilent(kind)) {
      last = 0;
      continue;
    }
    const read = plain.units[places[at] as number] as number;
    if (!isLetterKind(kind)) {
      digits++;
      const unit = kind === KIND.digit ? read : text.charCodeAt(starts[at] as number);
      likeL ||= hasReading(unit, 'leet-l');
      arabizi ||= hasReading(unit, 'arabizi');
      last = 0;
      continue;
    }
    const looksLike = kind === KIND.lookalike || kind === KIND.symbol;
    const isLatin = kind === KIND.latin;
    const twin = isLatin ? 0 : latinTwin(text.codePointAt(starts[at] as number) as number);
    const unit = (looksLike && twin) || read;
    letters++;
    if (isLatin) latin++;
    if (looksLike) lookalikes++;
    if (kind === KIND.symbol) symbols++;
    if (kind === KIND.twin) twins++;
    if (kind === KIND.twin || kind === KIND.kin) foreign++;
    if (!isLatin && twin === 0) asLatin = false;
    if (isLatin ? cyrillicTwin(unit) === 0 : !isCyrillic(unit)) asCyrillic = false;
    if (last > 0 && unit !== last) different = true;
    // A ligature's letters are no run.
    const single =
      (at === from || starts[at] !== starts[at - 1]) && (at + 1 === to || starts[at] !== starts[at + 1]);
    run = unit === last && single ? run + 1 : 1;
    longest = Math.max(longest, run);
    last = single ? unit : 0;
  }
  const mixes = latin > 0 && foreign > 0;
  const scripts: Group['scripts'][number][] = [];
  if (asLatin && (mixes || lookalikes > 0 || (twins === letters && letters >= MIN_TWINS)))
    scripts.push('latin');
  if (asCyrillic && mixes) scripts.push('cyrillic');
  // Symbols are letters in Latin words only.
  if (symbols > 0 && !scripts.includes('latin')) return null;
  const group = {
    from,
    to,
    spacing,
    scripts,
    digits: letters > 0 && digits > 0,
    likeL,
    arabizi,
    runs: longest >= MIN_RUN && different,
  };
  return spacing || scripts.length > 0 || group.digits || group.runs ? group : null;
}

function isCyrillic(unit: number): boolean {
  return unit >= 0x400 && unit <= 0x52f;
}
