import { wordNumbers, type NormalisedText } from '@vigil/text';
import type { Company } from '../packs/schema.js';
import { isPlaced, type Sighting } from './sightings.js';

/** What must, or must not, stand beside a match. Sign sets are numbered through all packs. */
export interface CompiledCompany {
  readonly sets: readonly number[];
  readonly atLeast: number;
  readonly within: number | null;
  readonly side: Company['side'];
  /** For a person: “a phrase of deed or place, at most 8 words before it”. */
  readonly says: string;
}

export function compileCompany(company: Company, signs: ReadonlyMap<string, number>): CompiledCompany {
  const sets = [...new Set(company.signs)].flatMap((name) => signs.get(name) ?? []);
  return {
    sets,
    atLeast: company.atLeast === 'all' ? sets.length : company.atLeast,
    within: company.within ?? null,
    side: company.side,
    says: inWords(company),
  };
}

function inWords({ signs, atLeast, within, side }: Company): string {
  const names = [...new Set(signs)];
  const all = atLeast === 'all' ? names.length : atLeast;
  const what =
    names.length === 1 || all === 1
      ? `a phrase of ${names.join(' or ')}`
      : `phrases of ${all === names.length ? names.join(' and ') : `${all} of ${names.join(', ')}`}`;
  const where = side === 'either' ? 'from it' : `${side} it`;
  if (within !== undefined) return `${what}, at most ${within} words ${where}`;
  return side === 'either' ? what : `${what} ${where}`;
}

/** The sightings of one sign set, in the two orders in which neighbours are looked up. */
interface Placed {
  readonly byStart: readonly Sighting[];
  readonly byEnd: readonly Sighting[];
}

/** Finds what stands beside a match. Made for one text. */
export class Neighbourhood {
  private readonly sets: ReadonlyMap<number, Placed>;
  private words: Uint32Array | null = null;

  constructor(
    signs: readonly Sighting[],
    private readonly text: NormalisedText,
  ) {
    this.sets = new Map(
      [...Map.groupBy(signs, (sign) => sign.of)].map(([set, placed]) => [
        set,
        {
          byStart: placed.toSorted((a, b) => a.start - b.start),
          byEnd: placed.toSorted((a, b) => a.end - b.end),
        },
      ]),
    );
  }

  /** A sign that is such company of the match, where enough of them are there; null otherwise. */
  companionOf(match: Sighting, company: CompiledCompany): Sighting | null {
    let first: Sighting | null = null;
    let different = 0;
    for (const set of company.sets) {
      const sign = this.nearest(match, set, company);
      if (!sign) continue;
      first ??= sign;
      different++;
      if (different >= company.atLeast) return first;
    }
    return null;
  }

  /** The nearest sign of a set on the wanted side: if that one is too far, all are. */
  private nearest(match: Sighting, set: number, { within, side }: CompiledCompany): Sighting | null {
    const placed = this.sets.get(set);
    // A link beside the text is near nothing in it.
    if (!placed || (!isPlaced(match) && (within !== null || side !== 'either'))) return null;
    const before = side === 'after' ? undefined : placed.byEnd[reaching(placed.byEnd, match.start) - 1];
    const after = side === 'before' ? undefined : placed.byStart[beginningBefore(placed.byStart, match.end)];
    const near = (sign: Sighting | undefined) =>
      sign !== undefined && (within === null || this.wordsBetween(sign, match) <= within) ? sign : null;
    return near(before) ?? near(after);
  }

  private wordsBetween(a: Sighting, b: Sighting): number {
    const [left, right] = a.start < b.start ? [a, b] : [b, a];
    this.words ??= wordNumbers(this.text);
    return (this.words[right.start] ?? 0) - (this.words[left.end - 1] ?? 0) - 1;
  }
}

/** How many of the sightings, sorted by end, end at or before `at`. */
function reaching(byEnd: readonly Sighting[], at: number): number {
  return firstWhere(byEnd, (sighting) => sighting.end > at);
}

/** How many of the sightings, sorted by start, begin before `at`. */
function beginningBefore(byStart: readonly Sighting[], at: number): number {
  return firstWhere(byStart, (sighting) => sighting.start >= at);
}

/** The first place at which a test holds that holds for all behind it; the length where it never does. */
function firstWhere(sightings: readonly Sighting[], test: (sighting: Sighting) => boolean): number {
  let low = 0;
  let high = sightings.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const sighting = sightings[middle];
    if (sighting && test(sighting)) high = middle;
    else low = middle + 1;
  }
  return low;
}
