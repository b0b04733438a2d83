import type { Browser, BrowserContext, Page } from 'playwright-core';

/** What the browser itself complained of: script errors, and what the page's policy refused. */
export interface Desk {
  readonly context: BrowserContext;
  readonly page: Page;
  readonly complaints: string[];
}

/** How long a click or an expectation may take on a busy machine. */
const PATIENCE_MS = 15_000;

/** A fresh browser profile with one page, which hears everything the browser complains of. */
export async function openDesk(browser: Browser, size = { width: 1440, height: 900 }): Promise<Desk> {
  const context = await browser.newContext({
    viewport: size,
    locale: 'en-GB',
    timezoneId: 'Europe/Brussels',
    reducedMotion: 'reduce',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    // A 401 or 404 that the page handles is still logged by the browser; its text names the status alone.
    if (message.type() === 'error' && !/Failed to load resource/.test(message.text()))
      complaints.push(message.text());
  });
  return { context, page, complaints };
}
