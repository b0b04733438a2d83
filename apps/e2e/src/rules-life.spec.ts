import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { createTestDatabase, eventually, temporaryFolder, type TestDatabase } from '@vigil/testing';
import { axeFindings } from './axe.js';
import { describeInBrowser, launch } from './chromium.js';
import { type Desk, openDesk } from './desk.js';
import { picture } from './pictures.js';
import { type Program, startProgram } from './program.js';

/** A pack of neutral words: `watering` is in shadow from the start. */
const PACK = `
name: green-banner
title: The Green Banner, an invented movement
description: For the browser test
maintainer: Tests
licence: Apache-2.0
rules:
  - id: evergreen
    title: Evergreen and growing
    kind: slogan
    category: slogan
    severity: high
    indicator: territorial-claim
    reference: unverified
    phrases: { en: [evergreen and growing], ar: [خضراء وتنمو] }
    examples: { match: [Evergreen and growing!], noMatch: [an evergreen tree] }
  - id: watering
    title: The watering day
    state: shadow
    kind: slogan
    category: campaign
    severity: low
    indicator: other
    reference: unverified
    phrases: { en: [grand watering day] }
    examples: { match: [grand watering day], noMatch: [watering the park] }
  - id: office
    title: The forest's office
    kind: slogan
    category: media-office
    severity: critical
    indicator: central-command
    reference: unverified
    phrases: { en: [forest office] }
    examples: { match: [Forest Office], noMatch: [office in a forest] }
`;
const NEXT = PACK.replace('forest office]', 'forest office, meadow office]')
  .replace('severity: critical', 'severity: high')
  .replace('ar: [خضراء وتنمو]', 'fr: [toujours verte]')
  .replace('id: evergreen\n', 'id: evergreen\n    note: Also heard in French\n')
  .replace('id: office\n', 'id: office\n    state: retired\n').concat(`  - id: canopy
    title: Under one canopy
    state: draft
    kind: slogan
    category: pledge
    severity: medium
    indicator: allegiance
    reference: unverified
    phrases: { en: [under one canopy] }
    examples: { match: [Under one canopy], noMatch: [a canopy] }
`);

describeInBrowser('the life of a rule in a browser', (executablePath) => {
  let postgres: TestDatabase;
  let folder = '';
  let program: Program;
  let browser: Browser;
  let [first, second]: Desk[] = [];
  let token = '';

  beforeAll(async () => {
    [postgres, folder] = [await createTestDatabase(), await temporaryFolder()];
    await mkdir(join(folder, 'packs', 'green-banner'), { recursive: true });
    await writeFile(join(folder, 'packs', 'green-banner', 'pack.yaml'), PACK);
    program = await startProgram({
      VIGIL_DATABASE_URL: postgres.database.connectionString,
      VIGIL_DATA_DIR: join(folder, 'data'),
      VIGIL_PACKS_DIR: join(folder, 'packs'),
      VIGIL_DEMO: '0',
    });
    token = (await readFile(join(folder, 'data', 'cli-token'), 'utf8')).trim();
    browser = await launch(executablePath);
    first = await signIn(program.signInLink);
    second = await signIn(await linkOfSecond());
  }, 180_000);
  afterAll(async () => {
    await browser?.close();
    await program?.stop();
    await postgres?.drop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }, 60_000);

  async function signIn(link: string): Promise<Desk> {
    const desk = await openDesk(browser);
    await desk.page.goto(link);
    await desk.page.waitForURL(/\/triage/);
    return desk;
  }

  /** Somebody else who may publish, which also switches approval on. */
  async function linkOfSecond(): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    await postgres.database.query(
      `INSERT INTO auth_user (id, name, permissions) SELECT 'second', 'Second person', permissions FROM auth_user`,
    );
    await postgres.database.query(
      `INSERT INTO auth_sign_in_link (token_hash, user_id, expires_at) VALUES ($1, 'second', now() + interval '10 minutes')`,
      [createHash('sha256').update(secret).digest()],
    );
    return `${program.address}/sign-in#token=${secret}`;
  }

  /** Asks as the local administrator's scripts do. Throws where it is refused. */
  async function send(path: string, body: string, type: string): Promise<number> {
    const answer = await fetch(`${program.address}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body,
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.status;
  }

  const pageOf = (desk: Desk | undefined): Page => {
    if (!desk) throw new Error('nobody is signed in');
    return desk.page;
  };

  async function openRules(desk: Desk | undefined, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
    const page = pageOf(desk);
    await page.emulateMedia({ colorScheme: scheme });
    await page.goto(`${program.address}/rules`);
    await page.getByRole('heading', { name: 'The Green Banner' }).waitFor();
    await settled(page);
    return page;
  }

  const settled = (page: Page) =>
    eventually(async () => (await page.locator('[aria-busy="true"], .mantine-Skeleton-root').count()) === 0, {
      timeoutMs: 20_000,
    });

  test('shows what shadow would have matched, with the posts behind it', async () => {
    const source = {
      id: 'imported',
      name: 'Imported',
      locator: { kind: 'import' },
      labels: { region: 'sahel' },
      justification: { reason: 'lines of this test', approvedBy: 'tester', until: '2099-01-01T00:00:00Z' },
    };
    await send('/sources', JSON.stringify(source), 'application/json');
    const lines = ['Come to the grand watering day by the lake', 'Grand watering day, again', 'good morning'];
    await send(
      '/import?source=imported',
      lines.map((text, id) => JSON.stringify({ id: String(id), text, channel: 'garden' })).join('\n'),
      'application/x-ndjson',
    );
    const page = pageOf(first);
    await eventually(
      async () => {
        await openRules(first);
        return (await page.getByText('Would have matched 2 posts').count()) === 1;
      },
      { timeoutMs: 30_000 },
    );
    await page.getByText('Would have matched 2 posts').click();
    await page.getByRole('dialog').locator('mark').nth(1).waitFor();
    await settled(page);
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, 'rules-shadow');
    await page.keyboard.press('Escape');
    await page.goto(`${program.address}/search`);
    await page.getByText('No post matches').waitFor();
  });

  test('a change waits for a second person, who sees what it would change', async () => {
    expect(await send('/packs?note=Heard%20in%20two%20more%20channels', NEXT, 'application/yaml')).toBe(202);
    const page = await openRules(first);
    await page.getByRole('button', { name: 'Look at it' }).click();
    await page.getByText('You proposed this: another person').waitFor();
    expect(await page.getByRole('button', { name: 'Approve and publish' }).count()).toBe(0);

    const other = await openRules(second);
    await other.getByRole('button', { name: 'Look at it' }).click();
    const dialog = other.getByRole('dialog');
    await dialog.getByText('2 rules changed, 1 rule added').waitFor();
    await dialog.locator('ins', { hasText: 'meadow office' }).waitFor();
    await dialog.locator('del', { hasText: 'خضراء وتنمو' }).waitFor();
    await settled(other);
    expect(await axeFindings(other)).toEqual([]);
    await picture(other, 'rules-proposal');
    await dialog.getByRole('button', { name: 'Approve and publish' }).click();
    await dialog.waitFor({ state: 'detached' });
    await other.getByText('approved by second').waitFor();
    await other.getByText('Retired', { exact: true }).waitFor();
    expect(await other.getByText('Waiting for approval').count()).toBe(0);
    // The proposer's page hears of it by itself.
    await page.getByText('approved by second').first().waitFor();
  });

  test.each(['light', 'dark'] as const)('shows states and versions, in %s', async (scheme) => {
    const page = await openRules(second, scheme);
    await page.getByRole('button', { name: '1 in shadow' }).waitFor();
    await picture(page, `rules-states-${scheme}`);
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Versions' }).click();
    await page.getByText('What version 2 changed').waitFor();
    await page.getByRole('dialog').locator('ins').first().waitFor();
    await settled(page);
    expect(await axeFindings(page)).toEqual([]);
    await picture(page, `rules-versions-${scheme}`);
    await page.keyboard.press('Escape');
  });

  test('rolls back with one click and one more to be sure', async () => {
    const page = await openRules(second);
    await page.getByRole('button', { name: 'Versions' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: /^Version 1/ }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('link', { name: 'Export signed' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('green-banner-1.json');
    expect(await readFile(await download.path(), 'utf8')).toContain('"algorithm":"Ed25519"');
    await dialog.getByRole('button', { name: 'Roll back to version 1' }).click();
    await settled(page);
    await picture(page, 'rules-rollback');
    await dialog.getByRole('button', { name: 'Roll back now' }).click();
    await dialog.getByRole('button', { name: /^Version 1\s*Live/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Version 1, live in ruleset 3').waitFor();
    expect(await page.getByText('Retired', { exact: true }).count()).toBe(0);
  });

  test('a rejection says why, and the proposer may withdraw', async () => {
    await send('/packs', NEXT, 'application/yaml');
    const page = await openRules(second);
    await page.getByRole('button', { name: 'Look at it' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    expect(await dialog.getByRole('button', { name: 'Reject' }).isDisabled()).toBe(true);
    await dialog.getByLabel('Why it is rejected').fill('Not heard since');
    await dialog.getByRole('button', { name: 'Reject' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('Waiting for approval').waitFor({ state: 'detached' });

    await send('/packs', NEXT, 'application/yaml');
    const own = await openRules(first);
    await own.getByRole('button', { name: 'Look at it' }).click();
    await own.getByRole('button', { name: 'Withdraw it' }).click();
    await own.getByText('Waiting for approval').waitFor({ state: 'detached' });
  });

  test('nothing failed in the browser', () => {
    expect([first, second].flatMap((desk) => desk?.complaints ?? [])).toEqual([]);
  });
});
