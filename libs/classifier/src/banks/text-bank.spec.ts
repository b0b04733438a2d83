import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresAuditLog } from '@vigil/auth';
import { NewBankText } from '@vigil/contracts';
import { TestClock, eventually, recordingTelemetry, withTestDatabase } from '@vigil/testing';
import { greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import { LiveRuleset } from '../publishing/live-ruleset.js';
import { PackStore } from '../publishing/pack-store.js';
import { classifyText } from '../verdicts/classify.js';
import { BanksController } from './banks.controller.js';
import { TextBank } from './text-bank.js';

const ADMIN = { id: 'admin', name: 'Administrator', permissions: [] };
const STATEMENT =
  'from this spring on every orchard between the river and the old mill stands under our care and none may prune it';

const text = (more: object = {}) =>
  NewBankText.parse({
    label: 'Orchards',
    text: STATEMENT,
    severity: 'high',
    indicator: 'allegiance',
    ...more,
  });

describe('the text bank', () => {
  const { db } = withTestDatabase();
  let clock: TestClock;
  let packs: PackStore;
  let audit: PostgresAuditLog;
  let bank: TextBank;
  let closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    await db().query('TRUNCATE ruleset, ruleset_pack, pack_version, text_bank_item CASCADE');
    clock = new TestClock();
    audit = new PostgresAuditLog(db(), clock);
    packs = new PackStore(db(), clock, audit);
    bank = new TextBank(db(), clock, audit, packs);
    const { pack } = parsePack(greenBanner());
    if (!pack) throw new Error('the fixture is at fault');
    await packs.publish(pack, 'admin');
  });

  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    closing = [];
  });

  async function live(): Promise<LiveRuleset> {
    const ruleset = new LiveRuleset(db(), packs, recordingTelemetry().telemetry);
    closing.push(() => ruleset.stop());
    await ruleset.start();
    return ruleset;
  }

  const titlesIn = (ruleset: LiveRuleset, post = STATEMENT) =>
    classifyText(ruleset.current(), { text: post, context: 'unknown' }).matches.map((match) => match.title);

  it('is followed by every process: what is added, changed and removed is live under its own ruleset', async () => {
    const [one, other] = [await live(), await live()];
    expect(titlesIn(one)).toEqual([]);
    const { added, ruleset } = await bank.add([text()], 'admin');
    expect(ruleset).toBe(2);
    for (const process of [one, other]) {
      await eventually(() => expect(process.current().number).toBe(2));
      expect(titlesIn(process)).toEqual(['Orchards']);
    }
    const id = added[0] ?? '';
    expect(await bank.change(id, { label: 'The orchards', severity: 'low' }, 'admin')).toMatchObject({
      version: 2,
      ruleset: 3,
      label: 'The orchards',
      severity: 'low',
      indicator: 'allegiance',
    });
    await eventually(() => expect(titlesIn(one)).toEqual(['The orchards']));
    await bank.change(id, { enabled: false }, 'admin');
    await eventually(() => expect(titlesIn(other)).toEqual([]));
    await bank.change(id, { enabled: true }, 'admin');
    await eventually(() => expect(titlesIn(other)).toEqual(['The orchards']));
    await bank.remove(id, 'admin');
    await eventually(() => expect(titlesIn(other)).toEqual([]));
    await expect(bank.one(id)).rejects.toMatchObject({ code: 'not-found' });
    expect((await audit.page(10)).map((entry) => entry.action)).toEqual([
      'bank.remove',
      'bank.change',
      'bank.change',
      'bank.change',
      'bank.add',
      'pack.publish',
    ]);
  });

  it('stores the numbers of words alone, unless it is told to keep the text', async () => {
    const { added } = await bank.add([text(), text({ text: `${STATEMENT} today`, keepText: true })], 'admin');
    const stored = await db().query<{ row: string }>(
      `SELECT to_jsonb(t) - 'words' || jsonb_build_object('words', encode(words, 'escape')) || '{}' AS row
       FROM text_bank_item t WHERE text IS NULL`,
    );
    expect(JSON.stringify(stored)).not.toContain('orchard between');
    const kept = await bank.one(added[1] ?? '');
    expect(kept).toMatchObject({ text: `${STATEMENT} today`, tlp: 'amber', words: 23, stale: false });
    expect(await bank.change(kept.id, { keepText: false }, 'admin')).toMatchObject({
      text: null,
      version: 2,
    });
  });

  it('has a text once, also where many add it at the same moment, and makes no ruleset for what is known', async () => {
    const results = await Promise.all(
      [1, 2, 3, 4].map(() => bank.add([text({ text: `  ${STATEMENT.toUpperCase()}!` })], 'admin')),
    );
    expect(results.flatMap((one) => one.added)).toHaveLength(1);
    expect(results.flatMap((one) => one.known)).toHaveLength(3);
    expect(await packs.activeNumber()).toBe(2);
    const controller = new BanksController(bank);
    await expect(controller.add(text(), ADMIN)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('has this text already: “Orchards”'),
    });
    const imported = await controller.import(
      { items: [text(), text({ text: `${STATEMENT} tomorrow` })] },
      ADMIN,
    );
    expect(imported).toMatchObject({ added: [expect.any(String)], known: [{ at: 0 }], ruleset: 3 });
  });

  it('refuses, with place and remedy, what is no item, and adds nothing of the request', async () => {
    const items = [text(), text({ text: 'peace be with you', label: 'Greeting' }), text({ text: '!!!' })];
    await expect(bank.add([items[0] as NewBankText, items[2] as NewBankText], 'admin')).rejects.toMatchObject(
      {
        code: 'bad-input',
        fields: [{ path: 'items.1.text', message: 'at least 4 words' }],
      },
    );
    await expect(bank.add([text({ region: 'north' })], 'admin')).rejects.toThrow('Leave it out');
    const controller = new BanksController(bank);
    await expect(async () => controller.add({ ...text(), colour: 'green' }, ADMIN)).rejects.toMatchObject({
      code: 'bad-input',
    });
    await expect(async () => controller.one('seven')).rejects.toMatchObject({ code: 'bad-input' });
    await expect(bank.remove('7f1c9f3e-0d1b-4f0e-9a53-0a4f3c2b1d00', 'admin')).rejects.toMatchObject({
      code: 'not-found',
    });
    expect(await packs.activeNumber()).toBe(1);
  });

  it('switches off what has expired, once', async () => {
    const ruleset = await live();
    const expiresAt = new Date(clock.now() + 60_000).toISOString();
    const { added } = await bank.add([text({ expiresAt })], 'admin');
    await eventually(() => expect(titlesIn(ruleset)).toEqual(['Orchards']));
    expect(await bank.expire()).toBe(0);
    clock.advance({ seconds: 61 });
    expect((await Promise.all([bank.expire(), bank.expire()])).sort()).toEqual([0, 1]);
    expect(await packs.activeNumber()).toBe(3);
    await eventually(() => expect(titlesIn(ruleset)).toEqual([]));
    expect(await bank.one(added[0] ?? '')).toMatchObject({ enabled: false, changedBy: 'expiry' });
  });

  it('is listed by label, page by page', async () => {
    const labels = ['Berries', 'Apples', 'Cherries', 'Pears'];
    await bank.add(
      labels.map((label) => text({ label, text: `${STATEMENT} ${label}` })),
      'admin',
    );
    const first = await bank.page({ size: 2 });
    expect(first.items.map((item) => item.label)).toEqual(['Apples', 'Berries']);
    const second = await bank.page({ size: 2, after: first.next ?? undefined });
    expect(second.items.map((item) => item.label)).toEqual(['Cherries', 'Pears']);
    expect(second.next).toBeNull();
    expect((await bank.page({ size: 9, label: 'RR' })).items.map((item) => item.label)).toEqual([
      'Berries',
      'Cherries',
    ]);
  });
});
