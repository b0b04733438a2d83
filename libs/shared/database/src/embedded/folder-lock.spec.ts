import { readdir, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { inFolder } from '../spec-tools.js';
import { lockFolder } from './folder-lock.js';
import { birthOf } from './processes.js';

/** Above the highest process id that Linux gives (PID_MAX_LIMIT). */
const NO_PROCESS = 2 ** 22 + 1;

describe('lockFolder', () => {
  test('one at a time, and free again after', () =>
    inFolder(async (folder) => {
      const lock = await lockFolder(folder);
      await expect(lockFolder(folder)).rejects.toMatchObject({
        code: 'engine-misconfigured',
        message: expect.stringContaining(`in use by another Vigil (process ${process.pid})`),
      });
      await lock.release();
      await (await lockFolder(folder)).release();
      expect(await readdir(folder)).toEqual([]);
    }));

  test('of many at once exactly one gets it, also over a stale lock', async () => {
    for (let round = 0; round < 10; round += 1) {
      await inFolder(async (folder) => {
        const stale = { pid: NO_PROCESS, host: hostname() };
        await writeFile(join(folder, 'vigil-0000000000000000.lock'), JSON.stringify(stale));
        const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => lockFolder(folder)));
        const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
        expect(won).toHaveLength(1);
        await won[0]?.value.release();
        expect(await readdir(folder)).toEqual([]);
      });
    }
  });

  test.each([
    ['a process that is gone', { pid: NO_PROCESS, born: null, host: hostname() }],
    ['a process whose number another one has now', { pid: process.pid, born: 'earlier', host: hostname() }],
    ['a crash in the midst of writing', 'half a li'],
  ])('a lock of %s does not hold', (_, lock) =>
    inFolder(async (folder) => {
      await writeFile(
        join(folder, 'vigil-0000000000000000.lock'),
        typeof lock === 'string' ? lock : JSON.stringify(lock),
      );
      await (await lockFolder(folder)).release();
    }),
  );

  test('a lock of another machine holds while it is touched', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'vigil-0000000000000000.lock');
      const lock = JSON.stringify({
        pid: process.pid,
        born: await birthOf(process.pid),
        host: 'another-machine',
      });
      await writeFile(file, lock);
      const touching = setInterval(() => void utimes(file, new Date(), new Date()), 300);
      await expect(lockFolder(folder)).rejects.toMatchObject({
        message: expect.stringContaining('on another-machine'),
      });
      clearInterval(touching);
    }));

  test('and no longer than that', () =>
    inFolder(async (folder) => {
      await writeFile(
        join(folder, 'vigil-0000000000000000.lock'),
        JSON.stringify({ pid: 1, born: null, host: 'another-machine' }),
      );
      await (await lockFolder(folder, { untouchedMs: 600 })).release();
    }));
});
