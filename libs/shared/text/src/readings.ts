import { Atoms } from './atoms.js';
import { cyrillicTwin, latinTwin } from './confusables.js';
import { letterOf, type DigitReading, type Surroundings } from './digit-letters.js';
import { KIND, isLetterKind, isSign } from './letter-classes.js';
import { groupsOf, type Group } from './letter-groups.js';
import { NormalisedText } from './normalise.js';
import { MIN_RUN, occasionsIn } from './occasions.js';
import { NO_STEPS, STEP, type StepSet } from './steps.js';

const SPACE = 0x20;

/** How one further reading settles what can be read in several ways. */
interface Choice {
  readonly digits: DigitReading;
  readonly script: 'latin' | 'cyrillic';
  /** How many letters a run of them is read as; `mixed`: one vowel, two consonants. */
  readonly run: 1 | 2 | 'mixed';
}

/** Further readings of one text at most: three of digits, two of scripts, three of runs. */
export const MAX_READINGS = 18;

/** The normalised range [from, to) of a reading, and the steps that made it. */
export interface Change {
  readonly from: number;
  readonly to: number;
  readonly steps: StepSet;
}

/** A text as it reads when what may evade a plain reading is read as the letters meant; words without stay as they are. */
export class Reading extends NormalisedText {
  private readonly list: Change[] = [];

  /** What differs from the plain reading, in its order. */
  get changes(): readonly Change[] {
    return this.list;
  }

  /**
   * The steps that changed something in the normalised range [from, to). None: the plain reading has it as well.
   */
  steps(from: number, to: number): StepSet {
    let low = 0;
    for (let high = this.list.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((this.list[middle]?.to ?? 0) <= from) low = middle + 1;
      else high = middle;
    }
    let steps = NO_STEPS;
    for (let at = low; at < this.list.length; at++) {
      const change = this.list[at];
      if (!change || change.from >= to) break;
      steps |= change.steps;
    }
    return steps;
  }

  override clear(): void {
    super.clear();
    this.list.length = 0;
  }

  changed(from: number, steps: StepSet): void {
    const to = this.units[this.length - 1] === SPACE ? this.length - 1 : this.length;
    this.list.push({ from, to, steps });
  }

  append(unit: number, start: number): void {
    if (this.length === this.units.length) this.reserve(this.length + 1);
    this.units[this.length] = unit;
    this.starts[this.length++] = start;
  }

  /** Appends the range [from, to) of another text. */
  copy(other: NormalisedText, from: number, to: number): void {
    this.reserve(this.length + to - from);
    this.units.set(other.units.subarray(from, to), this.length);
    this.starts.set(other.starts.subarray(from, to), this.length);
    this.length += to - from;
  }

  /** Begins a word. */
  separate(start: number): void {
    if (this.length > 0 && this.units[this.length - 1] !== SPACE) this.append(SPACE, start);
  }
}

/**
 * The further readings of texts: confusable letters, spaced letters, digits for letters, runs of letters. They are in
 * the alphabet of the plain reading, so the same automaton finds phrases in them. Most texts have none, which one scan
 * decides. Holds the buffers: for one text at a time.
 */
export class Readings {
  private readonly atoms = new Atoms();
  private readonly reading = new Reading();
  private readonly changed = new Reading();

  /**
   * The readings of `text`, of which `plain` is the plain one: at most MAX_READINGS, each linear in the text, each
   * valid until the next one is asked for. What needs a step in `off` stays as the plain reading has it. Left out are
   * those of which `mayMatter` says, given nothing but the words that differ, that they matter to nobody: most, as a
   * “5th” that is read as “sth” is in no phrase.
   */
  *of(
    text: string,
    plain: NormalisedText,
    off: StepSet = NO_STEPS,
    mayMatter: (changed: NormalisedText) => boolean = () => true,
  ): Generator<Reading, void, undefined> {
    if (occasionsIn(text, plain) === NO_STEPS) return;
    const { atoms, reading, changed } = this;
    const groups = groupsOf(text, plain, atoms.cut(text, plain));
    for (const choice of choicesFor(groups)) {
      writeChanged(text, plain, atoms, groups, choice, off, changed);
      if (changed.length === 0 || !mayMatter(changed)) continue;
      compose(text, plain, atoms, groups, choice, off, reading);
      yield reading;
    }
  }
}

function choicesFor(groups: readonly Group[]): Choice[] {
  const digits: DigitReading[] = ['leet'];
  if (groups.some((group) => group.digits && group.likeL)) digits.push('leet-l');
  if (groups.some((group) => group.digits && group.arabizi)) digits.push('arabizi');
  const scripts: Choice['script'][] = ['latin'];
  if (groups.some((group) => group.scripts.length > 1)) scripts.push('cyrillic');
  const runs: Choice['run'][] = groups.some((group) => group.runs) ? [1, 2, 'mixed'] : [1];
  return groups.length === 0
    ? []
    : digits.flatMap((digit) =>
        scripts.flatMap((script) => runs.map((run) => ({ digits: digit, script, run }))),
      );
}

function compose(
  text: string,
  plain: NormalisedText,
  atoms: Atoms,
  groups: readonly Group[],
  choice: Choice,
  off: StepSet,
  out: Reading,
): void {
  out.clear();
  out.reserve(plain.length + 2 * groups.length + 1);
  let copied = 0;
  let end = 0;
  const copy = (to: number) => {
    if (copied < to && plain.units[copied] === SPACE) {
      out.separate(Math.max(end, plain.starts[copied] as number));
      copied++;
    }
    if (copied < to) out.copy(plain, copied, to);
    copied = Math.max(copied, to);
  };
  for (const group of groups) {
    const { first, next } = placesOf(atoms, group);
    copy(first);
    const last = group.to - 1;
    const begin = atoms.starts[group.from] as number;
    out.separate(Math.min(begin, Math.max(end, first === 0 ? 0 : (plain.starts[first] as number))));
    const from = out.length;
    const steps = write(text, plain, atoms, group, choice, out);
    if ((steps & off) !== 0) {
      out.length = from;
      copy(next);
      continue;
    }
    if (steps !== NO_STEPS) out.changed(from, steps);
    copied = Math.max(copied, next);
    const start = atoms.starts[last] as number;
    if (atoms.places[last] === next) end = start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
    if (copied < plain.length && plain.units[copied] !== SPACE) out.separate(end);
  }
  copy(plain.length);
  if (out.length > 0 && out.units[out.length - 1] === SPACE) out.length--;
  out.reserve(out.length);
  out.starts[out.length] = Math.max(end, plain.starts[plain.length] ?? 0);
}

/** Only the groups that differ from the plain reading as `choice` reads them, as words behind each other. */
function writeChanged(
  text: string,
  plain: NormalisedText,
  atoms: Atoms,
  groups: readonly Group[],
  choice: Choice,
  off: StepSet,
  out: Reading,
): void {
  out.clear();
  for (const group of groups) {
    const from = out.length;
    out.separate(atoms.starts[group.from] as number);
    const steps = write(text, plain, atoms, group, choice, out);
    if (steps === NO_STEPS || (steps & off) !== 0) out.length = from;
  }
}

/** The plain units that a group stands for: [first, next). None where it is all symbols, which the plain one skips. */
function placesOf({ kinds, places }: Atoms, { from, to }: Group): { first: number; next: number } {
  const isPlain = (at: number) => {
    const kind = kinds[at] as number;
    return kind !== KIND.symbol && (kind === KIND.digit || kind === KIND.mark || isLetterKind(kind));
  };
  let first = from;
  while (first < to && !isPlain(first)) first++;
  if (first === to) return { first: places[from] as number, next: places[from] as number };
  let last = to - 1;
  while (!isPlain(last)) last--;
  return { first: places[first] as number, next: (places[last] as number) + 1 };
}

/** Appends a group as `choice` reads it. Returns the steps that made it differ from the plain reading. */
function write(
  text: string,
  plain: NormalisedText,
  atoms: Atoms,
  group: Group,
  choice: Choice,
  out: Reading,
): StepSet {
  const { kinds, starts, places } = atoms;
  const script = group.scripts.includes(choice.script) ? choice.script : (group.scripts[0] ?? null);
  const around = surroundings(plain, atoms, group, script);
  const begin = out.length;
  let steps = group.spacing ? STEP.spaced : NO_STEPS;
  // A digit that is left out in front of the word belongs to it still.
  let left = -1;
  const put = (unit: number, start: number) => {
    out.append(unit, left < 0 ? start : left);
    left = -1;
  };
  for (let at = group.from; at < group.to; at++) {
    const start = starts[at] as number;
    const spacing = group.spacing?.[at - group.from] ?? 1;
    if (spacing === 2) out.separate(start);
    const kind = kinds[at] as number;
    if (spacing !== 1 || kind === KIND.ignored) continue;
    const read = plain.units[places[at] as number] as number;
    if (isSign(kind) || kind === KIND.digit) {
      const unit = isSign(kind) ? text.charCodeAt(start) : read;
      const letters = group.digits && around ? letterOf(unit, around, choice.digits) : null;
      if (letters === '' && out.length === begin && left < 0) left = start;
      if (letters !== null) {
        steps |= choice.digits === 'arabizi' ? STEP.arabizi : STEP.leet;
        for (let each = 0; each < letters.length; each++) put(letters.charCodeAt(each), start);
      } else if (kind === KIND.digit) put(read, start);
      else out.separate(start);
      continue;
    }
    const letter = isLetterKind(kind) ? inScript(text.codePointAt(start) as number, read, kind, script) : 0;
    if (letter > 0) steps |= STEP.confusables;
    if (letter > 0 || read !== SPACE) put(letter || read, start);
    else if (kind === KIND.symbol) out.separate(start);
  }
  return group.runs && shorten(out, begin, choice.run) ? steps | STEP.runs : steps;
}

/** Vowels are drawn out; consonants are written twice in ordinary words: alllahu akbaaar. */
const VOWELS: ReadonlySet<number> = new Set(
  Array.from('aeiouyаеиоуыэюяіاويα', (letter) => letter.charCodeAt(0)),
);

/** Shortens runs of MIN_RUN or more of one unit from `begin` on. Returns whether there were any. */
function shorten(out: Reading, begin: number, run: Choice['run']): boolean {
  const { units, starts, length } = out;
  let to = begin;
  for (let at = begin; at < length;) {
    let end = at + 1;
    while (end < length && units[end] === units[at]) end++;
    const short = run === 'mixed' ? (VOWELS.has(units[at] as number) ? 1 : 2) : run;
    const kept = end - at >= MIN_RUN ? short : end - at;
    for (let unit = 0; unit < kept; unit++) {
      units[to] = units[at] as number;
      starts[to++] = starts[at + unit] as number;
    }
    at = end;
  }
  out.length = to;
  return to < length;
}

/** The letter of `script`, as a unit, that a letter of another one is read as; 0 where it is read as it is. */
function inScript(codePoint: number, unit: number, kind: number, script: Choice['script'] | null): number {
  if (script === 'cyrillic') return kind === KIND.latin ? cyrillicTwin(unit) : 0;
  return script === 'latin' && kind !== KIND.latin ? latinTwin(codePoint) : 0;
}

/** The script of a group's first letter, where digits mean something in it. */
function surroundings(
  plain: NormalisedText,
  { kinds, places }: Atoms,
  group: Group,
  script: Choice['script'] | null,
): Surroundings | null {
  if (script) return script;
  for (let at = group.from; at < group.to; at++) {
    const kind = kinds[at] as number;
    if (!isLetterKind(kind) || kind === KIND.symbol) continue;
    if (kind === KIND.latin || kind === KIND.lookalike) return 'latin';
    const unit = plain.units[places[at] as number] as number;
    if (unit >= 0x400 && unit <= 0x52f) return 'cyrillic';
    return unit >= 0x600 && unit <= 0x6ff ? 'arabic' : null;
  }
  return null;
}
