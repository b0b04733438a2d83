import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { crashRun } from './run.js';

const built = existsSync(fileURLToPath(new URL('../../../apps/standalone/dist/main.js', import.meta.url)));
const why = built ? '' : ' (skipped: the program is not built, run npm run build)';

// The sound program's own run is `npm run crash`. What must be shown at every test is that the check can fail.
(built ? describe : describe.skip)(`the crash run${why}`, () => {
  test('finds losses in a program that moves its offsets before their effect', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'vigil-crash-'));
    try {
      const result = await crashRun({
        seed: 1,
        posts: 2_000,
        kills: 3,
        killEveryMs: 3_000,
        victims: ['program'],
        commitEarly: true,
        folder,
        quietMs: 12_000,
        say: () => undefined,
      });
      expect(result.kills).toBe(3);
      expect(result.lost).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 240_000);
});
