import { type ExifOrientation, upright } from './upright.js';

/** One channel's letters as rows, for people: the others repeat it. */
function shown(rows: readonly string[], orientation: ExifOrientation): string[] {
  const [width, height] = [rows[0]?.length ?? 0, rows.length];
  const bytes = Uint8Array.from(
    [...rows.join('')].flatMap((letter) => Array<number>(3).fill(letter.charCodeAt(0))),
  );
  const turned = upright({ bytes, width, height, channels: 3 }, orientation);
  const letters = String.fromCharCode(...turned.bytes.filter((_, at) => at % 3 === 0));
  return Array.from({ length: turned.height }, (_, y) =>
    letters.slice(y * turned.width, (y + 1) * turned.width),
  );
}

describe('a picture that was stored turned', () => {
  // What each orientation stores of the picture ABC / DEF (EXIF 2.32, table 4.6.4: where row 0 and column 0 are).
  it.each([
    [1, ['ABC', 'DEF']],
    [2, ['CBA', 'FED']],
    [3, ['FED', 'CBA']],
    [4, ['DEF', 'ABC']],
    [5, ['AD', 'BE', 'CF']],
    [6, ['CF', 'BE', 'AD']],
    [7, ['FC', 'EB', 'DA']],
    [8, ['DA', 'EB', 'FC']],
  ] as const)('is shown upright: %i', (orientation, stored) => {
    expect(shown(stored, orientation)).toEqual(['ABC', 'DEF']);
  });
});
