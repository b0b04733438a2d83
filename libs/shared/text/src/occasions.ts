import { KIND, KINDS, KIND_OF, isLetterKind, kindOf } from './letter-classes.js';
import type { NormalisedText } from './normalise.js';
import { NO_STEPS, STEP, type StepSet } from './steps.js';

/** Letters a word of twins must have before it is read as Latin: shorter ones are common in honest Cyrillic and Greek. */
export const MIN_TWINS = 4;
/** Single letters in a row that are read as a word: two are initials. */
export const MIN_SPACED = 3;
/** Of one letter in a row before they are read as one: two are common in every language. */
export const MIN_RUN = 3;

/** Where a scan is in a text. */
interface Place {
  /** Letters or digits of the word so far: none, one, or more. */
  readonly word: 0 | 1 | 2;
  readonly script: 'none' | 'digit' | 'latin' | 'twin' | 'kin' | 'other';
  /** Twins the word consists of, counted up to MIN_TWINS; 0 where it has another letter. */
  readonly twins: number;
  /** Words of a single letter right before this one, counted up to MIN_SPACED. */
  readonly singles: number;
  /** The sign directly before: it is a letter if one follows. */
  readonly sign: 'none' | 'bar' | 'at' | 'money';
}

interface Move {
  readonly to: Place;
  readonly occasion: StepSet;
}

const START: Place = { word: 0, script: 'none', twins: 0, singles: 0, sign: 'none' };
const DIGITS = STEP.leet | STEP.arabizi;

function scriptOf(kind: number): Place['script'] {
  if (kind === KIND.twin) return 'twin';
  if (kind === KIND.kin) return 'kin';
  return kind === KIND.other ? 'other' : 'latin';
}

/** The end of a word, at a separator or the end of the text. */
function leave(place: Place): Move {
  if (place.word === 0) return { to: { ...START, singles: place.singles }, occasion: 0 };
  const isLetter = place.word === 1 && place.script !== 'digit';
  const isDigit = place.word === 1 && place.script === 'digit';
  const singles = isLetter ? Math.min(MIN_SPACED, place.singles + 1) : isDigit ? place.singles : 0;
  let occasion = 0;
  if (isLetter && singles === MIN_SPACED) occasion |= STEP.spaced;
  if (place.twins >= MIN_TWINS) occasion |= STEP.confusables;
  if ((place.sign === 'at' || place.sign === 'money') && place.script !== 'digit') occasion |= DIGITS;
  return { to: { ...START, singles }, occasion };
}

function letter(place: Place, kind: number): Move {
  const script = scriptOf(kind);
  const first = place.word === 0;
  let occasion = 0;
  if (place.sign !== 'none' && (!first || place.sign === 'money')) occasion |= DIGITS;
  if (place.script === 'digit') occasion |= DIGITS;
  const foreign = script === 'twin' || script === 'kin';
  const wasForeign = place.script === 'twin' || place.script === 'kin';
  const mixes = (script === 'latin' && wasForeign) || (place.script === 'latin' && foreign);
  if (mixes || kind === KIND.lookalike) occasion |= STEP.confusables;
  const onlyTwins = script === 'twin' && (first || place.script === 'twin');
  const kept = script === 'twin' && place.script === 'kin' ? 'kin' : script;
  return {
    to: {
      word: first ? 1 : 2,
      script: kept,
      twins: onlyTwins ? Math.min(MIN_TWINS, place.twins + 1) : 0,
      singles: first ? place.singles : 0,
      sign: 'none',
    },
    occasion,
  };
}

function move(place: Place, kind: number): Move {
  if (isLetterKind(kind)) return letter(place, kind);
  switch (kind) {
    case KIND.mark:
      return { to: place, occasion: 0 };
    case KIND.digit:
      if (place.word === 0)
        return { to: { ...START, word: 1, script: 'digit', singles: place.singles }, occasion: 0 };
      return {
        to: { ...place, word: 2, singles: 0, twins: 0, sign: 'none' },
        occasion: place.script === 'digit' ? 0 : DIGITS,
      };
    case KIND.bar:
      return place.word === 0
        ? leave(place)
        : { to: { ...place, sign: place.sign === 'none' ? 'bar' : place.sign }, occasion: 0 };
    case KIND.at:
      return place.word === 0
        ? leave(place)
        : { to: { ...place, sign: place.sign === 'money' ? 'money' : 'at' }, occasion: 0 };
    case KIND.money:
      return { to: { ...place, sign: 'money' }, occasion: 0 };
    case KIND.perhaps: {
      const { to, occasion } = leave(place);
      return { to, occasion: occasion | STEP.confusables };
    }
    default:
      return leave(place);
  }
}

/** Width of a row: a power of two, so that a place's number is its row's beginning. */
const WIDTH = 16;
const PLACE_BITS = 16;
const PLACE_MASK = (1 << PLACE_BITS) - 1;

/** The places that can be reached, numbered, as one table: row + kind → the next row, and the occasions above it. */
function buildTable(): Int32Array {
  const rows = new Map<string, number>();
  const places: Place[] = [];
  const rowOf = (place: Place) => {
    const key = JSON.stringify(place);
    let row = rows.get(key);
    if (row === undefined) {
      rows.set(key, (row = places.length * WIDTH));
      places.push(place);
    }
    return row;
  };
  rowOf(START);
  const table: number[] = [];
  for (let at = 0; at < places.length; at++) {
    for (let kind = 0; kind < WIDTH; kind++) {
      const { to, occasion } = move(places[at] as Place, kind < KINDS ? kind : KIND.separator);
      table[at * WIDTH + kind] = rowOf(to) | ((occasion >> OCCASION_SHIFT) << PLACE_BITS);
    }
  }
  return Int32Array.from(table);
}

/** The bits of the reading steps are the highest ones of a set. */
const OCCASION_SHIFT = Math.log2(STEP.confusables);
const TABLE = buildTable();

/** Units up to here are no letters: a run of them is a number. */
const LAST_DIGIT = 0x39;

/** Whether a letter of the plain reading is repeated MIN_RUN times. */
function hasRun({ units, length }: NormalisedText): boolean {
  for (let at = MIN_RUN - 1; at < length; at++) {
    const unit = units[at];
    if (unit === units[at - 1] && unit === units[at - 2] && (unit as number) > LAST_DIGIT) return true;
  }
  return false;
}

/**
 * The steps that a text, of which `plain` is the plain reading, may give occasion for: what evades that shows in
 * neighbouring characters, so one scan with one table decides for most texts that there is nothing to do. May name a
 * step that then finds nothing to change, never misses one that would. Linear.
 */
export function occasionsIn(text: string, plain: NormalisedText): StepSet {
  let row = 0;
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    let kind = KIND_OF[unit] as number;
    if (kind === KIND.unknown) kind = kindOf(unit);
    const next = TABLE[row + kind] as number;
    seen |= next;
    row = next & PLACE_MASK;
  }
  seen |= TABLE[row + KIND.separator] as number;
  return ((seen >> PLACE_BITS) << OCCASION_SHIFT) | (hasRun(plain) ? STEP.runs : NO_STEPS);
}
