import fc from 'fast-check';
import type { EvidenceEntry, ListedEvidenceStore } from './evidence-store.js';

/** A store under test, and how to damage one of its entries behind its back. */
export interface EvidenceCase {
  readonly store: ListedEvidenceStore;
  damage(sha256: string): Promise<void>;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const inAnHour = (): Date => new Date(Date.now() + 3_600_000);
const anHourAgo = (): Date => new Date(Date.now() - 3_600_000);
/** SHA-256 of `abc`: FIPS 180-4, example B.1. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

async function entriesOf(store: ListedEvidenceStore): Promise<EvidenceEntry[]> {
  const entries: EvidenceEntry[] = [];
  for await (const entry of store.entries()) entries.push(entry);
  return entries;
}

/** What every evidence store does. `open` gives an empty one for each test. */
export function evidenceContract(name: string, open: () => Promise<EvidenceCase>): void {
  describe(`${name}: the contract of an evidence store`, () => {
    let store: ListedEvidenceStore;
    let damage: EvidenceCase['damage'];
    beforeEach(async () => {
      ({ store, damage } = await open());
    });
    afterEach(() => store.close());

    test('the key of bytes is their SHA-256', async () => {
      expect(await store.put(bytesOf('abc'))).toBe(ABC);
      expect(Buffer.from((await store.get(ABC)) ?? []).toString()).toBe('abc');
    });

    test('any bytes come back as they were put', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 5_000 }), async (bytes) => {
          const key = await store.put(bytes);
          expect(Buffer.compare(Buffer.from((await store.get(key)) ?? []), Buffer.from(bytes))).toBe(0);
        }),
        { numRuns: 40 },
      );
    });

    test('the same bytes are one entry, also when put at once', async () => {
      const keys = await Promise.all(Array.from({ length: 20 }, () => store.put(bytesOf('abc'))));
      expect(new Set(keys)).toEqual(new Set([ABC]));
      expect(await store.delete(ABC)).toBe(true);
      expect(await store.get(ABC)).toBeNull();
    });

    test('what is not there is null, and cannot be deleted', async () => {
      expect(await store.get('0'.repeat(64))).toBeNull();
      expect(await store.delete('0'.repeat(64))).toBe(false);
    });

    test.each(['', '../../etc/passwd', ABC.toUpperCase(), `${ABC}/..`])('%j is no key', async (key) => {
      await expect(store.get(key)).rejects.toMatchObject({ code: 'bad-input' });
      await expect(store.delete(key)).rejects.toMatchObject({ code: 'bad-input' });
    });

    test('damaged bytes are refused rather than given', async () => {
      await store.put(bytesOf('abc'));
      await damage(ABC);
      await expect(store.get(ABC)).rejects.toMatchObject({ code: 'internal' });
    });

    test('tells all its entries in the order of their keys', async () => {
      expect(await entriesOf(store)).toEqual([]);
      const sizes = [5, 0, 300, 17];
      const keys = await Promise.all(sizes.map((size) => store.put(new Uint8Array(size).fill(size))));
      const entries = keys.map((key, i) => ({ key, size: sizes[i] }));
      expect(await entriesOf(store)).toEqual(
        entries.toSorted((one, other) => (one.key < other.key ? -1 : 1)),
      );
    });

    test('an expiry removes what is older and not kept, and says how much', async () => {
      const old = await store.put(bytesOf('old bytes'));
      const needed = await store.put(bytesOf('bytes of a hit'));
      expect(await store.expire(inAnHour(), async (key) => key === needed)).toBe('old bytes'.length);
      expect(await store.get(old)).toBeNull();
      expect(await store.get(needed)).not.toBeNull();
    });

    test('an expiry leaves what was put since, and asks nothing about it', async () => {
      await store.put(bytesOf('abc'));
      const asked: string[] = [];
      expect(await store.expire(anHourAgo(), async (key) => asked.push(key) < 0)).toBe(0);
      expect(asked).toEqual([]);
      expect(await store.get(ABC)).not.toBeNull();
    });

    test('an expiry that fails to learn what is kept removes nothing by mistake', async () => {
      await store.put(bytesOf('abc'));
      await expect(store.expire(inAnHour(), () => Promise.reject(new Error('no database')))).rejects.toThrow(
        'no database',
      );
      expect(await store.get(ABC)).not.toBeNull();
    });
  });
}
