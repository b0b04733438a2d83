import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adviceOn, barSeconds, queryOf, readSearch, toggled, writeSearch } from './search-address.js';

const NOW = Date.parse('2026-03-01T12:00:30Z');
/** In seconds, of which 120 months of 31 days are more. */
const TEN_YEARS = 10 * 365 * 86_400;
const read = (address: string) => readSearch(new URLSearchParams(address));

describe('the address of a search', () => {
  it('comes back as it was written', () => {
    const address = 'text=%22two+words%22&sources=a%2Cb&severities=high&range=7d&order=oldest';
    expect(writeSearch(read(address)).toString()).toBe(address);
  });

  it('is always readable, whatever stands in it, and settles at once', () => {
    const pair = fc.tuple(
      fc.constantFrom('text', 'sources', 'languages', 'range', 'from', 'to', 'order', 'else'),
      fc.string({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
        const once = writeSearch(readSearch(new URLSearchParams(pairs))).toString();
        expect(writeSearch(read(once)).toString()).toBe(once);
      }),
    );
  });

  it('turns a moving span into an instant of whole minutes, so that a page of results stays one query', () => {
    expect(queryOf(read('range=24h'), NOW)).toMatchObject({ from: '2026-02-28T12:00:00.000Z', to: null });
    expect(queryOf(read(''), NOW).from).toBeNull();
    expect(queryOf(read('from=2026-01-01T00:00:00Z&range=24h'), NOW).from).toBe('2026-01-01T00:00:00.000Z');
  });
});

describe('toggled', () => {
  it('chooses a value, and lets it go again', () => {
    const chosen = toggled(read(''), 'language', 'ar');
    expect(chosen.chosen.language).toEqual(['ar']);
    expect(toggled(chosen, 'language', 'ar').chosen.language).toEqual([]);
  });
});

describe('barSeconds', () => {
  it('gives at most 120 bars', () => {
    expect(barSeconds(24 * 3_600_000)).toBe(900);
    expect(barSeconds(14 * 24 * 3_600_000)).toBe(3 * 3_600);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: TEN_YEARS }), (seconds) => {
        expect(seconds / barSeconds(seconds * 1_000)).toBeLessThanOrEqual(120);
      }),
    );
  });
});

describe('adviceOn', () => {
  it('speaks of what will not mean what it seems to', () => {
    expect(adviceOn('"remaining and')).toMatch(/quotation mark/);
    expect(adviceOn('“curly marks” and «others»')).toBeNull();
    expect(adviceOn('"two words" -third near~2')).toBeNull();
  });
});
