import { mkdir, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder, withTemporaryFolder } from '@vigil/testing';
import { evidenceContract } from './evidence.contract.js';
import { FolderEvidenceStore } from './folder-evidence-store.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

evidenceContract('FolderEvidenceStore', async () => {
  const folder = await temporaryFolder();
  folders.push(folder);
  return {
    store: new FolderEvidenceStore(join(folder, 'evidence')),
    damage: (sha256) => writeFile(join(folder, 'evidence', sha256.slice(0, 2), sha256), 'abd'),
  };
});

describe('FolderEvidenceStore', () => {
  const { folder } = withTemporaryFolder();
  const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

  test('bytes put again count as new', async () => {
    const store = new FolderEvidenceStore(join(folder(), 'again'));
    const key = await store.put(Buffer.from('abc'));
    const path = join(folder(), 'again', key.slice(0, 2), key);
    await utimes(path, hoursAgo(48), hoursAgo(48));
    await store.put(Buffer.from('abc'));
    expect(await store.expire(hoursAgo(24), async () => false)).toBe(0);
  });

  test('a file cut short by another hand is written anew', async () => {
    const store = new FolderEvidenceStore(join(folder(), 'short'));
    const key = await store.put(Buffer.from('abcdef'));
    await writeFile(join(folder(), 'short', key.slice(0, 2), key), 'abc');
    await store.put(Buffer.from('abcdef'));
    expect(Buffer.from((await store.get(key)) ?? []).toString()).toBe('abcdef');
  });

  test('what a crash left is passed over, and foreign files are not touched', async () => {
    const root = join(folder(), 'crashed');
    await mkdir(join(root, 'drafts'), { recursive: true });
    await mkdir(join(root, 'ab'), { recursive: true });
    await writeFile(join(root, 'drafts', `${'a'.repeat(64)}.0123`), 'half');
    await writeFile(join(root, 'ab', 'notes.txt'), 'mine');
    const store = new FolderEvidenceStore(root);
    expect(await store.expire(new Date(Date.now() + 3_600_000), async () => false)).toBe(0);
    expect(await readdir(join(root, 'ab'))).toEqual(['notes.txt']);
    expect(await store.get('a'.repeat(64))).toBeNull();
  });

  test('only this user may read it', async () => {
    const store = new FolderEvidenceStore(join(folder(), 'closed'));
    const key = await store.put(Buffer.from('abc'));
    expect((await stat(join(folder(), 'closed', key.slice(0, 2), key))).mode & 0o077).toBe(0);
  });

  test('a folder that cannot be made is named', async () => {
    await writeFile(join(folder(), 'a-file'), '');
    const store = new FolderEvidenceStore(join(folder(), 'a-file', 'evidence'));
    await expect(store.put(Buffer.from('abc'))).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('a-file/evidence'),
    });
  });
});
