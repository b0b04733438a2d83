import fc from 'fast-check';
import { withTestDatabase } from './database.js';
import { byteaArray, textArray } from '@vigil/database';

describe('array parameters in binary form', () => {
  const { db } = withTestDatabase();

  test('text arrays arrive as they were, whatever they hold', async () => {
    const texts = fc
      .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '"', '\\', '{,}', 'NULL', 'نص'))
      .map((s) => s.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(texts)), async (values) => {
        const [row] = await db().query<{ back: (string | null)[] }>('select $1::text[] as back', [
          textArray(values),
        ]);
        expect(row?.back).toEqual(values);
      }),
    );
  });

  test('so do byte arrays', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array()), async (values) => {
        const [row] = await db().query<{ back: Buffer[] }>('select $1::bytea[] as back', [
          byteaArray(values),
        ]);
        expect(row?.back.map((b) => [...b])).toEqual(values.map((b) => [...b]));
      }),
    );
  });
});
