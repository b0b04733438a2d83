import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** Where a test's material stands, or why the test is skipped. */
export type SharedData =
  { readonly path: string; readonly skip: null } | { readonly path: null; readonly skip: string };

/**
 * A folder or file of `../shared`, beside the checkout: recorded material that is not part of the repository.
 * Use: `const feeds = sharedData('data/feeds'); (feeds.skip ? test.skip : test)(name(feeds), …)`, or `describeWith`.
 */
export function sharedData(place: string): SharedData {
  const path = join(ROOT, '..', 'shared', place);
  return existsSync(path) ? { path, skip: null } : { path: null, skip: `../shared/${place} is not there` };
}

/** A describe block over such material. Without it the block is skipped, and its name says why. */
export function describeWithShared(name: string, place: string, block: (path: string) => void): void {
  const found = sharedData(place);
  if (found.path !== null) describe(name, () => block(found.path));
  else {
    describe(name, () => {
      test.skip(`skipped: ${found.skip}`, () => undefined);
    });
  }
}
