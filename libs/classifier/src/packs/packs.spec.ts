import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { checkExamples } from './examples.js';
import { loadPack, packFoldersIn } from './load-pack.js';
import { packReport } from './pack-report.js';

const folders = await packFoldersIn(fileURLToPath(new URL('../../../../packs', import.meta.url)));

describe('the packs of this repository', () => {
  it('are there', () => expect(folders).not.toEqual([]));

  it.each(folders)('%s: every example reads as its author says', async (folder) => {
    expect(checkExamples(await loadPack(folder))).toEqual([]);
  });

  it('isis-messaging is as wide as promised: 60 rules, ten languages, unverified ones counted', async () => {
    const report = packReport(await loadPack(folders.find((folder) => folder.endsWith('isis-messaging')) ?? ''));
    expect(report.rules).toBeGreaterThanOrEqual(60);
    expect(Object.keys(report.languages).length).toBeGreaterThanOrEqual(10);
    expect(Object.keys(report.scripts)).toEqual(expect.arrayContaining(['Arabic', 'Latin', 'Cyrillic', 'Bengali']));
    expect(report.unverified).toBeGreaterThan(0);
  });
});
