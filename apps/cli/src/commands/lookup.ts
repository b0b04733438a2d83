import { InvalidArgumentError } from 'commander';
import {
  HASH_WORDS,
  HashIndex,
  MOST_DISTANCE,
  ORIENTATIONS,
  formatHash,
  parseHash,
  type Hash256,
  type Orientation,
} from '@vigil/image';
import { csvLine, fieldsOf } from '../csv.js';
import { CommandFailure, EXIT } from '../failure.js';
import { linesOf } from '../lines.js';
import { wholeNumber } from '../options.js';
import type { Cli } from '../program.js';
import type { Terminal } from '../terminal.js';

interface Options {
  readonly bank: string;
  readonly distance: number;
}

/** By common agreement of those who exchange PDQ hashes: at most so many bits differ in copies of one picture. */
const USUAL_DISTANCE = 31;
/** Hashes that a list is first given room for. */
const FIRST_HASHES = 4_096;
/** Faulty lines that are named; the rest are counted. */
const NAMED_FAULTS = 10;
/** Names under which the hash stands in a list, by preference; a list without a first line of names holds it first. */
const HASH_COLUMNS = ['pdq', 'hash', 'original', 'match', 'needle'];

/** A hash that is looked for, by the orientation of the picture that has it. */
type Needle = ReadonlyMap<Orientation, Hash256>;

/** `vigil lookup`: which hashes of a list are near those on standard input. */
export function addLookup({ program, terminal, setExit }: Cli): void {
  program
    .command('lookup')
    .summary('find hashes near those of a list')
    .description(
      'Reads hashes from standard input and prints each that the bank holds within the distance, as CSV: needle,\n' +
        'match, distance, orientation; the nearest first. Both are lists of 64 hexadecimal digits a line, or CSV with\n' +
        'a column pdq or hash, as vigil hash prints it. Of needles from vigil hash --dihedral all eight orientations\n' +
        'are looked for, and orientation says how the picture has to be turned to match. Every match is found.',
    )
    .requiredOption('--bank <FILE>', 'the list to look in; - is not taken, as needles come from there')
    .option(
      '--distance <BITS>',
      `bits that may differ, 0 to ${MOST_DISTANCE}; above 31 slower`,
      bits,
      USUAL_DISTANCE,
    )
    .addHelpText(
      'after',
      '\nExample: vigil hash --dihedral *.jpg | vigil lookup --bank bank.csv\nExit code 1 where a line held no hash; they are named on standard error.',
    )
    .action(async ({ bank, distance }: Options) => {
      if (bank === '-')
        throw new CommandFailure('--bank takes a file: standard input is for the needles', EXIT.badUse);
      const faults = new Faults(terminal);
      const index = await indexOf(bank, terminal, faults);
      await terminal.out(csvLine(['needle', 'match', 'distance', 'orientation']));
      for await (const needle of needlesOf('-', terminal, faults)) {
        if (terminal.signal.aborted) break;
        await terminal.out(matchesOf(index, needle, distance));
      }
      if (faults.end() > 0) setExit(EXIT.failed);
    });
}

function bits(text: string): number {
  const distance = wholeNumber(text);
  if (distance > MOST_DISTANCE) throw new InvalidArgumentError(`0 to ${MOST_DISTANCE} is expected.`);
  return distance;
}

async function indexOf(file: string, terminal: Terminal, faults: Faults): Promise<HashIndex> {
  let packed = new Uint32Array(FIRST_HASHES * HASH_WORDS);
  let count = 0;
  for await (const needle of needlesOf(file, terminal, faults)) {
    const [hash] = needle.values();
    if (!hash) continue;
    if (count * HASH_WORDS === packed.length) {
      const more = new Uint32Array(packed.length * 2);
      more.set(packed);
      packed = more;
    }
    packed.set(hash, count++ * HASH_WORDS);
  }
  const index = new HashIndex();
  index.addAll(packed.subarray(0, count * HASH_WORDS));
  return index;
}

/** The matches of a needle as CSV: each of the bank's hashes once, in the orientation that is nearest. */
function matchesOf(index: HashIndex, needle: Needle, distance: number): string {
  const nearest = new Map<number, { distance: number; orientation: Orientation }>();
  for (const [orientation, hash] of needle) {
    for (const match of index.find(hash, distance)) {
      if (match.distance < (nearest.get(match.row)?.distance ?? Infinity))
        nearest.set(match.row, { distance: match.distance, orientation });
    }
  }
  const [name] = needle.values();
  if (!name) return '';
  const lines = [...nearest]
    .sort(([a, one], [b, other]) => one.distance - other.distance || a - b)
    .map(([row, match]) => {
      const hash = index.hash(row);
      return hash ? csvLine([formatHash(name), formatHash(hash), match.distance, match.orientation]) : '';
    });
  return [...new Set(lines)].join('');
}

/** The hashes of a list; lines without one are reported and left out. */
async function* needlesOf(file: string, terminal: Terminal, faults: Faults): AsyncGenerator<Needle> {
  let columns: readonly [Orientation, number][] = [['original', 0]];
  let number = 0;
  for await (const line of linesOf(file, terminal)) {
    number++;
    if (line.trim() === '') continue;
    const fields = fieldsOf(line).map((field) => field.trim());
    const named = number === 1 ? columnsOf(fields) : [];
    if (named.length > 0) {
      columns = named;
      continue;
    }
    const hashes = columns.map(([orientation, at]) => [orientation, parseHash(fields[at] ?? '')] as const);
    const read = hashes.filter((pair): pair is readonly [Orientation, Hash256] => pair[1] !== null);
    if (read.length === columns.length) yield new Map(read);
    else faults.add(file, number);
  }
}

/** Where the hashes stand in a list whose first line names its columns: all orientations, or one; none if it does not. */
function columnsOf(fields: readonly string[]): [Orientation, number][] {
  const turned = ORIENTATIONS.map((name): [Orientation, number] => [name, fields.indexOf(name)]);
  if (turned.every(([, at]) => at >= 0)) return turned;
  const name = HASH_COLUMNS.find((column) => fields.includes(column));
  return name === undefined ? [] : [['original', fields.indexOf(name)]];
}

/** Lines that held no hash. */
class Faults {
  private count = 0;

  constructor(private readonly terminal: Terminal) {}

  add(file: string, line: number): void {
    if (this.count++ >= NAMED_FAULTS) return;
    const place = file === '-' ? `line ${line}` : `${file}, line ${line}`;
    this.terminal.err(`vigil: ${place}: no hash of 64 hexadecimal digits\n`);
  }

  /** Says how many were not named, and returns how many there were. */
  end(): number {
    if (this.count > NAMED_FAULTS)
      this.terminal.err(`vigil: and ${this.count - NAMED_FAULTS} further lines without a hash\n`);
    return this.count;
  }
}
