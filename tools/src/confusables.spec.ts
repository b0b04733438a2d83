import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, it } from '@jest/globals';

it('keeps the table of confusable letters as the package with Unicode’s file gives it', () => {
  const script = path.resolve(import.meta.dirname, '..', 'unicode', 'confusables.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script, '--check'], { encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
