import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Nothing is fetched, synchronised or reported by the browser: a test talks to the program under test alone. */
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Chromium as VIGIL_CHROMIUM names it or as it lies on the PATH; null where there is none. */
export function findChromium(): string | null {
  const named = process.env['VIGIL_CHROMIUM'];
  if (named) return existsSync(named) ? named : null;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
  return found ?? null;
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/**
 * A describe block that needs a browser. Without one it is skipped, and its name says why;
 * with VIGIL_REQUIRE_BROWSER=1 that is a failure instead.
 */
export function describeInBrowser(name: string, block: (executablePath: string) => void): void {
  const executablePath = findChromium();
  if (executablePath !== null) {
    describe(name, () => block(executablePath));
    return;
  }
  const reason = 'no Chromium: install it, or name it in VIGIL_CHROMIUM';
  describe(name, () => {
    if (process.env['VIGIL_REQUIRE_BROWSER'] === '1') {
      test(`needs a browser`, () => {
        throw new Error(reason);
      });
    } else test.skip(`skipped: ${reason}`, () => undefined);
  });
}
