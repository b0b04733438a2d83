import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A fresh folder for each describe block, removed at its end. `folder()` may be called in tests and hooks. */
export function withTemporaryFolder(): { folder(): string } {
  let path = '';
  beforeAll(async () => {
    path = await temporaryFolder();
  });
  afterAll(() => rm(path, { recursive: true, force: true }));
  return { folder: () => path };
}

/** A fresh folder that other accounts may enter, as the one PostgreSQL runs under must. The caller removes it. */
export async function temporaryFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'vigil-spec-'));
  await chmod(path, 0o755);
  return path;
}
