/**
 * For this package's own tests. Everyone else's come from @vigil/testing, which stands on this package and so cannot
 * be used in it.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a fact; throws after `timeoutMs`. */
export async function until(fact: () => boolean | Promise<boolean>, timeoutMs = 15_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await fact())) {
    if (performance.now() > deadline)
      throw new Error(`This did not come true within ${timeoutMs} ms: ${fact.toString()}`);
    await pause(20);
  }
}

/** A fresh folder that other accounts may enter, as the one PostgreSQL runs under must. The caller removes it. */
export async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vigil-spec-'));
  await chmod(folder, 0o755);
  return folder;
}

/** Runs work in a fresh folder and removes it. */
export async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await freshFolder();
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
