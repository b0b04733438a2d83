import type { Browser, Page } from 'playwright-core';
import { eventually } from '@vigil/testing';
import { axeFindings } from './axe.js';
import { describeInBrowser, launch } from './chromium.js';
import { type Desk, openDesk } from './desk.js';
import { picture } from './pictures.js';
import { type Program, startProgram } from './program.js';

/** The demo's burst begins within a minute, and its spike is an open alert within 90 s of readiness. */
const ALERT_WITHIN_MS = 100_000;

/** Every page, and what is on it once its data are. */
const PAGES = [
  { name: 'triage', path: '/triage', shows: 'article' },
  { name: 'search', path: '/search', shows: 'article' },
  { name: 'volumes', path: '/volumes', shows: 'figure' },
  { name: 'sources', path: '/sources', shows: 'tbody tr' },
  { name: 'rules', path: '/rules', shows: 'h3' },
  { name: 'audit', path: '/audit', shows: 'tbody tr' },
  { name: 'system', path: '/system', shows: 'h2' },
] as const;

/** A pack that nobody published: an everyday word that wants a second sign, and what the demo's posts say. */
const DRAFT = `
name: trial
title: A pack on trial
description: For tests
maintainer: tests
licence: Apache-2.0
signs: { movement: { en: [green banner] } }
rules:
  - id: field
    title: The field
    kind: slogan
    category: slogan
    severity: low
    indicator: other
    reference: unverified
    phrases: { en: [evergreen field] }
    needs: { signs: [movement] }
    examples: { match: [evergreen field of the green banner], noMatch: [a field] }
  - id: demo
    title: The demo’s posts
    kind: slogan
    category: slogan
    severity: low
    indicator: other
    reference: unverified
    phrases: { ar: [باقية] }
    examples: { match: [باقية], noMatch: [a field] }
`;

describeInBrowser('the console in a browser', (executablePath) => {
  let program: Program;
  let browser: Browser;
  let desk: Desk;
  const page = (): Page => desk.page;

  beforeAll(async () => {
    // One after the other, so that a start that fails leaves nothing running behind it.
    program = await startProgram({ VIGIL_DEMO: '1' });
    browser = await launch(executablePath);
    desk = await openDesk(browser);
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await program?.stop();
  }, 60_000);

  /** Opens a page and waits until it has drawn its data and nothing is being read any more. */
  async function open(path: string, shows = 'h1'): Promise<void> {
    await page().goto(program.address + path);
    await page().locator('main').locator(shows).first().waitFor({ state: 'attached' });
    await settled();
  }

  async function settled(): Promise<void> {
    await eventually(
      async () => (await page().locator('[aria-busy="true"], .mantine-Skeleton-root').count()) === 0,
      {
        timeoutMs: 20_000,
      },
    );
  }

  const heading = (name: string | RegExp) => page().getByRole('heading', { name });
  const alertRows = () => page().getByRole('region', { name: 'Alerts' }).locator('button[class*="row"]');

  describe('signing in', () => {
    test('asks who is not signed in for a link, and says what a link is', async () => {
      await page().goto(`${program.address}/search?text=kept`);
      await page().waitForURL(/\/sign-in\?next=/);
      await page().getByLabel('Sign-in link').waitFor();
      expect(await axeFindings(page())).toEqual([]);
      await picture(page(), 'sign-in');
    });

    test('says that a link does not work, and how to get a new one', async () => {
      await page().goto(`${program.address}/sign-in#token=never-given-out`);
      await page().getByRole('alert').getByText('This link does not work any more').waitFor();
      await page().getByText('How to get a new link').click();
      await page().getByText('npx vigil sign-in', { exact: true }).waitFor();
      await picture(page(), 'sign-in-refused');
    });

    test('takes the printed link, and keeps its token out of the history', async () => {
      await page().goto(program.signInLink);
      await page().waitForURL(/\/triage/);
      await page().goBack();
      expect(page().url()).not.toContain('token=');
      await page().goto(`${program.address}/triage`);
    });

    test('takes it once', async () => {
      const other = await openDesk(browser);
      await other.page.goto(program.signInLink);
      await other.page.getByRole('alert').getByText('This link does not work any more').waitFor();
      await other.context.close();
    });
  });

  describe('triage', () => {
    test(
      'shows the demo’s rise as an open alert by itself, without a reload',
      async () => {
        await page().getByRole('status').getByText('Live', { exact: true }).waitFor();
        await alertRows().first().waitFor({ timeout: ALERT_WITHIN_MS });
        await page().getByRole('region', { name: 'Hits' }).locator('mark').first().waitFor();
        await settled();
        expect(await page().getByText('Demo', { exact: true }).count()).toBeGreaterThan(1);
        await picture(page(), 'triage');
      },
      ALERT_WITHIN_MS + 30_000,
    );

    test('marks the words in the text as published, and says which rule found them', async () => {
      // Also words that spoke against a hit are marked; and a hit that arrives meanwhile moves the list.
      const mark = page().getByRole('region', { name: 'Hits' }).locator('mark[data-kind="match"]');
      const says = page().getByRole('tooltip').getByText('Matched as').first();
      await eventually(async () => {
        await page().mouse.move(0, 0);
        await mark.first().hover();
        await says.waitFor({ timeout: 2_000 });
      });
      await picture(page(), 'triage-mark');
      await page().mouse.move(0, 0);
    });

    test('lays text from right to left where it is written so', async () => {
      await page().goto(`${program.address}/search?languages=ar`);
      const passage = page().locator('.passage:lang(ar)').first();
      await passage.waitFor();
      expect(await passage.evaluate((element) => element.matches(':dir(rtl)'))).toBe(true);
      await page().goto(`${program.address}/triage`);
      await alertRows().first().waitFor();
    });

    test('goes through the list and the hits by keys', async () => {
      await page().locator('body').press('k');
      const chosen = () => page().locator('button[aria-current="true"]').textContent();
      const first = await eventually(chosen);
      if ((await alertRows().count()) > 1) {
        await page().keyboard.press('j');
        await eventually(async () => (await chosen()) !== first);
        await page().keyboard.press('k');
        await eventually(async () => (await chosen()) === first);
      }
      await page().locator('article').first().waitFor();
      await page().keyboard.press('l');
      await page().locator('article[data-chosen]').waitFor();
    });

    test('claims, decides with a note, and undoes, all by keys', async () => {
      const decision = page().getByRole('region', { name: 'Decision' });
      const address = page().url();
      await page().keyboard.press('c');
      await decision.getByText(/^Yours until/).waitFor();
      await page().keyboard.press('n');
      await page().keyboard.type('Seen by the browser test');
      await page().keyboard.press('Enter');
      await page().keyboard.press('3');
      const undo = page().getByRole('button', { name: 'Undo u' });
      await undo.waitFor();
      await page().getByText('Kept under watch').first().waitFor();
      await picture(page(), 'triage-undo');
      await page().goto(address.replace(/\?.*/, '') + '?view=decided');
      await decision.getByText('Seen by the browser test').waitFor();
      await decision.getByRole('button', { name: 'Undo…' }).click();
      await page().keyboard.press('u');
      await undo.waitFor({ state: 'detached' });
      await decision.getByRole('button', { name: /^Claim/ }).waitFor();
    });

    test('tells who was slower what happened meanwhile', async () => {
      // Another page of the same person decides behind this one's back: its stream is cut off first.
      await page().route('**/api/events', (route) => route.abort());
      await open('/triage');
      await alertRows().first().waitFor();
      await page()
        .getByRole('status')
        .getByText(/^Not live for/)
        .waitFor();
      const id = page().url().split('/').at(-1)?.split('?')[0] ?? '';
      const claimed = await page().evaluate(async (alertId) => {
        const session = (await (await fetch('/api/session')).json()) as { csrfToken: string };
        const alert = (await (await fetch(`/api/alerts/${alertId}`)).json()) as { version: number };
        const answer = await fetch(`/api/alerts/${alertId}/claim`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-csrf-token': session.csrfToken },
          body: JSON.stringify({ version: alert.version }),
        });
        return answer.status;
      }, id);
      expect(claimed).toBe(200);
      await page().keyboard.press('1');
      await page()
        .getByRole('region', { name: 'Decision' })
        .getByRole('alert')
        .getByText('has changed since')
        .waitFor();
      await page().unroute('**/api/events');
      await open('/triage');
    });
  });

  describe('search', () => {
    test('finds a phrase, marks it, and keeps the search in the address', async () => {
      await open('/triage');
      await page().keyboard.press('/');
      await page().keyboard.type('"baqiya wa tatamaddad"');
      await page().keyboard.press('Enter');
      await page().waitForURL(/\/search\?text=/);
      await page().locator('article mark[data-found]').first().waitFor();
      await settled();
      await picture(page(), 'search');
    });

    test('narrows by a facet, and widens again', async () => {
      const total = async () => Number((await heading(/hits?$/).textContent())?.replace(/\D/g, ''));
      const all = await total();
      const facet = page().getByRole('group', { name: 'Language' }).getByRole('checkbox').first();
      await facet.click();
      await page().waitForURL(/languages=/);
      await eventually(async () => (await total()) < all);
      await page().getByRole('button', { name: 'Clear filters' }).click();
      await eventually(async () => (await total()) >= all);
    });

    test('narrows to a stretch of time by the timeline, by keys as well', async () => {
      const timeline = page().getByRole('slider', { name: /Timeline/ });
      await timeline.focus();
      await timeline.press('Enter');
      await page().waitForURL(/from=.*to=/);
      await page().locator('article').first().waitFor();
      await page().getByRole('button', { name: 'All time' }).click();
      await page().waitForURL((url) => !url.search.includes('from='));
    });

    test('says what is wrong with a query at the query', async () => {
      await open(`/search?${new URLSearchParams({ text: '"never closed' }).toString()}`);
      await page()
        .getByText(/a quotation mark opens a phrase/)
        .first()
        .waitFor();
      expect(await page().getByLabel('Search the hits').getAttribute('aria-invalid')).toBe('true');
      await picture(page(), 'search-refused');
    });

    test('says what to try where nothing is found', async () => {
      await open('/search?text=nosuchwordanywhere');
      await page().getByText('No post matches').waitFor();
    });
  });

  describe('without the server', () => {
    test('says what that means, keeps what it has, and goes on when the server is back', async () => {
      await open('/search');
      await desk.context.setOffline(true);
      await page().getByLabel('Search the hits').fill('baqiya');
      await page().keyboard.press('Enter');
      await page().getByText('The server cannot be reached.').waitFor();
      await picture(page(), 'search-unreachable');
      await desk.context.setOffline(false);
      await page().getByRole('button', { name: 'Try again' }).click();
      await page().locator('article mark[data-found]').first().waitFor();
    });
  });

  describe('rules', () => {
    test('try a text: what matches, in which form', async () => {
      await open('/rules');
      await page().getByLabel('Text', { exact: true }).fill('Tonight again: baqiya wa tatamaddad');
      await page()
        .getByText(/would be a hit/)
        .waitFor();
      await page().getByRole('region', { name: 'Bench' }).locator('mark').first().waitFor();
      await page().getByRole('region', { name: 'Bench' }).getByText('Plain reading').waitFor();
      await settled();
      expect(await axeFindings(page())).toEqual([]);
      await picture(page(), 'rules-bench');
    });

    test('try a draft pack: on a text with what it lacks, and on the posts in the log', async () => {
      const bench = page().getByRole('region', { name: 'Bench' });
      await bench
        .getByLabel('Files of a draft pack')
        .setInputFiles({ name: 'pack.yaml', mimeType: 'application/yaml', buffer: Buffer.from(DRAFT) });
      await page().getByLabel('Text', { exact: true }).fill('Watering the EVERGR33N field tonight');
      await bench.getByText('Nothing matches; 1 near miss.').waitFor();
      await bench.getByText('Lacks a second sign (a phrase of movement)').waitFor();
      await bench.getByText('Also, by leet').waitFor();
      await settled();
      await picture(page(), 'rules-draft');
      await bench.getByRole('button', { name: 'Backtest trial' }).click();
      const panel = page().getByRole('dialog');
      await panel.getByText(/Trying posts|Waiting for its turn/).waitFor();
      await panel.getByRole('progressbar').waitFor({ state: 'attached' });
      await picture(page(), 'rules-backtest-running');
      await panel.getByText(/^Done/).waitFor({ timeout: 150_000 });
      await panel.getByRole('columnheader', { name: 'Labelled set' }).waitFor();
      expect(await axeFindings(page())).toEqual([]);
      await panel.getByRole('button', { name: 'The demo’s posts' }).click();
      await panel.locator('li mark').first().waitFor();
      await settled();
      await picture(page(), 'rules-backtest');
      await panel.getByRole('button', { name: 'Remove' }).click();
      await panel.waitFor({ state: 'detached' });
    }, 180_000);
  });

  describe('sources', () => {
    test('asks for what is missing, at the field', async () => {
      await open('/sources?new=1');
      await page().getByRole('button', { name: 'Add the source' }).click();
      await page().getByText('Say who approved it.').waitFor();
      expect(await axeFindings(page())).toEqual([]);
      await picture(page(), 'source-form');
    });

    test('adds, pauses and removes one, with a preview of what that touches', async () => {
      await page().getByLabel('Name').fill('Test feed');
      await page().getByText('Import (NDJSON)').click();
      await page().getByLabel('Reason').fill('Made by the browser test, removed again by it');
      await page().getByLabel('Approved by').fill('Browser test');
      await page().getByLabel('Until').fill('2099-01-01');
      await page().getByRole('button', { name: 'Add the source' }).click();
      const panel = page().getByRole('dialog');
      await panel.getByRole('button', { name: 'Pause' }).click();
      await panel.getByRole('button', { name: 'Resume' }).waitFor();
      await picture(page(), 'source');
      await panel.getByRole('button', { name: 'More' }).click();
      await page().getByRole('menuitem', { name: 'Remove…' }).click();
      await panel.getByText('It is not read any more').waitFor();
      await picture(page(), 'source-remove');
      await panel.getByRole('button', { name: 'Remove the source' }).click();
      await panel.waitFor({ state: 'detached' });
      await page().getByText('Test feed').waitFor({ state: 'detached' });
    });
  });

  describe('notifications', () => {
    test('shows a webhook’s secret once, says what became of a test, and forgets the channel again', async () => {
      await open('/system');
      const notifications = page()
        .locator('section')
        .filter({ has: heading('Notifications') });
      await notifications.getByRole('button', { name: 'Add' }).click();
      await notifications.getByText('Webhook', { exact: true }).click();
      await notifications.getByLabel('Name').fill('Test hook');
      // Port 9 is closed, and a private address besides: the test has to fail with a reason.
      await notifications.getByLabel('Address').fill('http://127.0.0.1:9/');
      await notifications.getByRole('button', { name: 'Add' }).click();
      await notifications.getByText(/^whsec_/).waitFor();
      await notifications.getByRole('button', { name: 'I have kept it' }).click();
      await notifications.getByText(/^whsec_/).waitFor({ state: 'detached' });
      await notifications.getByRole('button', { name: 'Send a test' }).click();
      await notifications.getByText(/^The test failed/).waitFor({ timeout: 40_000 });
      await picture(page(), 'notifications');
      expect(await axeFindings(page())).toEqual([]);
      await notifications.getByRole('button', { name: 'More for Test hook' }).click();
      await page()
        .getByRole('menuitem', { name: /^Remove/ })
        .click();
      await notifications.getByText('Nobody is told').waitFor();
    });
  });

  describe('every page', () => {
    test.each(PAGES)('$name has nothing that axe finds, in light', async ({ name, path, shows }) => {
      await page().emulateMedia({ colorScheme: 'light' });
      await open(path, shows);
      await picture(page(), `${name}-light`);
      expect(await axeFindings(page())).toEqual([]);
    });

    test('changes to dark by the menu, and stays dark', async () => {
      await page()
        .getByRole('button', { name: /appearance and sign out/ })
        .click();
      await page().getByRole('menuitemradio', { name: 'Dark' }).click();
      await page().locator('html[data-mantine-color-scheme="dark"]').waitFor();
      await page().reload();
      await page().locator('html[data-mantine-color-scheme="dark"]').waitFor();
    });

    test.each(PAGES)('$name has nothing that axe finds, in dark', async ({ name, path, shows }) => {
      await open(path, shows);
      await picture(page(), `${name}-dark`);
      expect(await axeFindings(page())).toEqual([]);
    });

    test.each([
      { width: 1280, height: 800 },
      { width: 800, height: 900 },
    ])('fits into $width × $height without scrolling sideways', async (size) => {
      await page().setViewportSize(size);
      for (const { name, path, shows } of PAGES) {
        await open(path, name === 'triage' && size.width < 960 ? 'h2' : shows);
        await picture(page(), `${name}-${size.width}`);
        const over = await page().evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect({ name, over }).toEqual({ name, over: 0 });
      }
      await page().setViewportSize({ width: 1440, height: 900 });
    });
  });

  describe('at the end', () => {
    test('takes the demo away with one click, everywhere', async () => {
      await open('/triage');
      await page()
        .getByRole('region', { name: 'Demo data' })
        .getByRole('button', { name: 'Remove demo data' })
        .click();
      await page().getByRole('region', { name: 'Demo data' }).waitFor({ state: 'detached', timeout: 30_000 });
      await open('/triage');
      await page().getByText('Nothing waits for a decision').waitFor();
      await picture(page(), 'triage-empty');
      await open('/search');
      await page().getByText('No post matches').waitFor();
      await open('/sources');
      await page().getByText('No source is watched yet').waitFor();
      await picture(page(), 'sources-empty');
    });

    test('signs out, and shows nothing any more', async () => {
      await page()
        .getByRole('button', { name: /appearance and sign out/ })
        .click();
      await page().getByRole('menuitem', { name: 'Sign out' }).click();
      await page().waitForURL(/\/sign-in/);
      await page().goto(`${program.address}/audit`);
      await page().waitForURL(/\/sign-in\?next=/);
    });

    test('nothing failed in the browser, and its policy refused nothing', () => {
      expect(desk.complaints.filter((complaint) => !/net::ERR_FAILED/.test(complaint))).toEqual([]);
    });
  });
});
