import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { checkExamples } from './examples.js';
import { loadPack, packFoldersIn } from './load-pack.js';

const folders = await packFoldersIn(fileURLToPath(new URL('../../../../packs', import.meta.url)));

describe('the packs of this repository', () => {
  it('are there', () => expect(folders).not.toEqual([]));

  it.each(folders)('%s: every example reads as its author says', async (folder) => {
    expect(checkExamples(await loadPack(folder))).toEqual([]);
  });
});
