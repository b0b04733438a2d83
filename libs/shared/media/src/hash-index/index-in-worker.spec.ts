import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HASH_WORDS } from '@vigil/image';
import { withTemporaryFolder } from '@vigil/testing';
import { IndexInWorker } from './index-in-worker.js';

const HASHES = Uint32Array.from({ length: 3 * HASH_WORDS }, (_, at) => Math.imul(at + 1, 2654435761));
const second = HASHES.slice(HASH_WORDS, 2 * HASH_WORDS);

describe('an index in a worker', () => {
  const { folder } = withTemporaryFolder();

  it('finds what was added, no more what was removed, and after a restart what was saved', async () => {
    const file = join(folder(), 'index');
    const index = await IndexInWorker.open(file);
    const rows = await index.add(HASHES);
    expect(await index.find(HASHES, 0)).toEqual(rows.map((row) => [{ row, distance: 0 }]));
    expect(await index.remove([rows[0] ?? -1, 99])).toBe(1);
    expect(await index.save()).toBe(2);
    await index.close();
    await expect(index.find(second, 31)).rejects.toThrow('its thread ended');

    const again = await IndexInWorker.open(file);
    expect(await again.find(HASHES, 0)).toEqual([
      [],
      [{ row: rows[1], distance: 0 }],
      [{ row: rows[2], distance: 0 }],
    ]);
    await expect(again.find(second, 65)).rejects.toThrow('0 to 64');
    await again.close();
  });

  it('does not start on a broken file', async () => {
    const file = join(folder(), 'broken');
    writeFileSync(file, 'vigil');
    await expect(IndexInWorker.open(file)).rejects.toThrow(`${file} is no whole snapshot`);
  });
});
