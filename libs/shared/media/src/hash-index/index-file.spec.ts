import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HASH_WORDS, HashIndex } from '@vigil/image';
import { withTemporaryFolder } from '@vigil/testing';
import { BrokenSnapshot, readIndexFile, writeIndexFile } from './index-file.js';

function anIndex(count: number): HashIndex {
  const index = new HashIndex();
  index.addAll(Uint32Array.from({ length: count * HASH_WORDS }, (_, at) => Math.imul(at + 1, 2654435761)));
  return index;
}

describe('the file of an index', () => {
  const { folder } = withTemporaryFolder();

  it('holds what it was written from, and nothing is left beside it', () => {
    const file = join(folder(), 'index');
    const index = anIndex(2_000);
    index.remove(7);
    writeIndexFile(file, index);
    writeIndexFile(file, index);
    const read = readIndexFile(file);
    const needle = index.hash(1_234) ?? new Uint32Array(HASH_WORDS);
    expect([read.size, read.find(needle, 31)]).toEqual([1_999, [{ row: 1_234, distance: 0 }]]);
    expect(readdirSync(folder())).toEqual(['index']);
  });

  it('is refused where a byte changed, where it ends early, and where it is something else', () => {
    const file = join(folder(), 'index');
    writeIndexFile(file, anIndex(1_200));
    const whole = readFileSync(file);
    // In the head, in a hash, in the postings, in the check sum itself.
    for (const at of [3, 16, 200, 3_000_000, whole.length - 1]) {
      const damaged = Buffer.from(whole);
      damaged[at % whole.length] = (damaged[at % whole.length] ?? 0) ^ 1;
      writeFileSync(file, damaged);
      expect(() => readIndexFile(file)).toThrow(BrokenSnapshot);
    }
    writeFileSync(file, whole.subarray(0, -10));
    expect(() => readIndexFile(file)).toThrow('it ends early');
  });
});
