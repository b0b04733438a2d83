import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresAuditLog } from '@vigil/auth';
import { PostgresBus, type Batch, type Consumer } from '@vigil/bus';
import { readSettings } from '@vigil/config';
import { POSTS, VERDICTS, VerdictEvent, channelKey, type Clock } from '@vigil/contracts';
import type { Telemetry } from '@vigil/telemetry';
import {
  TestClock,
  aPost,
  aPostEvent,
  eventually,
  recordingTelemetry,
  withTestDatabase,
} from '@vigil/testing';
import { Campaigns } from '../clusters/campaigns.js';
import { loadPack } from '../packs/load-pack.js';
import { GREEN_BANNER, greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import { Pack } from '../packs/schema.js';
import { Classifier } from '../verdicts/classifier.js';
import { LiveRuleset } from './live-ruleset.js';
import { PackProposals } from './pack-proposals.js';
import { PackStore } from './pack-store.js';
import { PacksController } from './packs.controller.js';
import { Publishing } from './publishing.js';
import { seedPacks } from './seed.js';

const REPLY = { status: () => undefined };
const ADMIN = { id: 'admin', name: 'Administrator', permissions: [] };

/** The fixture with another phrase for the rule `office`. */
function packSaying(phrase: string): Pack {
  const { pack } = parsePack(greenBanner((yaml) => yaml.replaceAll(/forest office/gi, phrase)));
  if (!pack) throw new Error('the fixture is at fault');
  return pack;
}

describe('publishing', () => {
  const { db } = withTestDatabase();
  const clock: Clock = new TestClock();
  let store: PackStore;
  let telemetry: Telemetry;
  let closing: (() => Promise<void>)[] = [];

  beforeEach(async () => {
    await db().query('TRUNCATE ruleset, ruleset_pack, pack_version CASCADE');
    store = new PackStore(db(), clock, new PostgresAuditLog(db(), clock));
    ({ telemetry } = recordingTelemetry());
  });

  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    closing = [];
  });

  const publishing = () =>
    new Publishing(
      store,
      new PackProposals(db(), clock, new PostgresAuditLog(db(), clock), store, readSettings({})),
    );

  async function live(): Promise<LiveRuleset> {
    const ruleset = new LiveRuleset(db(), store, recordingTelemetry().telemetry);
    closing.push(() => ruleset.stop());
    await ruleset.start();
    return ruleset;
  }

  async function packsFolder(yaml: string): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'vigil-packs-'));
    closing.push(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'green-banner', 'rules'), { recursive: true });
    await writeFile(join(folder, 'green-banner', 'pack.yaml'), yaml);
    return folder;
  }

  it('makes immutable versions and one number for each combination', async () => {
    expect(await store.publish(packSaying('one two'), 'admin')).toEqual({
      name: 'green-banner',
      version: 1,
      ruleset: 1,
      changed: true,
    });
    expect(await store.publish(packSaying('one two'), 'admin')).toMatchObject({
      version: 1,
      ruleset: 1,
      changed: false,
    });
    expect(await store.publish({ ...packSaying('one two'), name: 'second' }, 'admin')).toMatchObject({
      version: 1,
      ruleset: 2,
    });
    expect(await store.publish(packSaying('three four'), 'admin')).toMatchObject({ version: 2, ruleset: 3 });
    expect(await store.active()).toEqual({
      number: 3,
      packs: [
        { name: 'green-banner', version: 2 },
        { name: 'second', version: 1 },
      ],
    });
    expect(await store.content('green-banner', 1)).toEqual(packSaying('one two'));
    await expect(db().query(`UPDATE pack_version SET content = '{}'`)).rejects.toThrow(/never changes/);
    await expect(store.content('green-banner', 9)).rejects.toThrow('has no version 9');
  });

  it('gives each of many that publish at once a number of its own', async () => {
    const results = await Promise.all(
      ['a b', 'c d', 'e f', 'g h', 'i j'].map((phrase) => store.publish(packSaying(phrase), 'admin')),
    );
    expect(results.map((one) => one.ruleset).sort()).toEqual([1, 2, 3, 4, 5]);
    expect(results.map((one) => one.version).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('rolls back under a new number, and the next version follows the highest', async () => {
    await store.publish(packSaying('one two'), 'admin');
    await store.publish(packSaying('three four'), 'admin');
    expect(await store.rollBack('green-banner', 1, 'admin')).toEqual({
      name: 'green-banner',
      version: 1,
      ruleset: 3,
      changed: true,
    });
    expect(await store.rollBack('green-banner', 1, 'admin')).toMatchObject({ ruleset: 3, changed: false });
    expect(await store.publish(packSaying('five six'), 'admin')).toMatchObject({ version: 3, ruleset: 4 });
    await expect(store.rollBack('green-banner', 77, 'admin')).rejects.toThrow('has no version 77');
    const audit = await db().query<{ action: string }>(
      `SELECT action FROM audit_entry WHERE subject = 'green-banner' ORDER BY seq DESC LIMIT 2`,
    );
    expect(audit.map((entry) => entry.action)).toEqual(['pack.publish', 'pack.rollback']);
  });

  it('is live in every process within 5 seconds, also where the notice is lost', async () => {
    await store.publish(packSaying('one two'), 'admin');
    const [one, other] = [await live(), await live()];
    await store.publish(packSaying('three four'), 'admin');
    await eventually(() => one.current().number === 2 && other.current().number === 2, { timeoutMs: 5_000 });
    // As if the notice were lost: a row without one.
    await db().query(`INSERT INTO ruleset SELECT 3, now(), 'admin', 'by hand'`);
    await db().query(`INSERT INTO ruleset_pack SELECT 3, name, 1 FROM ruleset_pack WHERE ruleset = 2`);
    await eventually(() => one.current().number === 3 && other.current().number === 3, { timeoutMs: 5_000 });
    expect(one.current().packs).toEqual([{ name: 'green-banner', version: 1 }]);
  });

  it('keeps the last ruleset where the newest cannot be loaded, and says so', async () => {
    await store.publish(packSaying('one two'), 'admin');
    const ruleset = new LiveRuleset(db(), store, telemetry);
    closing.push(() => ruleset.stop());
    await ruleset.start();
    await db().query(
      `INSERT INTO pack_version SELECT name, 2, sha256, '{"name": "broken"}', now(), 'admin' FROM pack_version`,
    );
    await db().query(`INSERT INTO ruleset SELECT 2, now(), 'admin', 'by hand'`);
    await db().query(`INSERT INTO ruleset_pack VALUES (2, 'green-banner', 2)`);
    await ruleset.refresh();
    expect(ruleset.current().number).toBe(1);
    const [check] = (await telemetry.checks()).filter((one) => one.name === 'ruleset');
    expect(check?.problem).toContain('Posts are judged by ruleset 1');
    await store.publish(packSaying('three four'), 'admin');
    await eventually(() => ruleset.current().number === 3);
    expect((await telemetry.checks()).find((one) => one.name === 'ruleset')?.problem).toBeNull();
  });

  describe('at a start', () => {
    it('publishes a folder once, and again only when its content changed', async () => {
      const folder = await packsFolder(GREEN_BANNER);
      expect(await seedPacks(store, folder)).toEqual({
        published: ['green-banner 1'],
        faults: [],
        examples: [],
      });
      expect(await seedPacks(store, folder)).toMatchObject({ published: [] });
      // What people publish over HTTP stays in force at the next start …
      await store.publish(packSaying('three four'), 'admin');
      expect(await seedPacks(store, folder)).toMatchObject({ published: [] });
      expect((await store.active())?.packs).toEqual([{ name: 'green-banner', version: 2 }]);
      // … until the folder brings something new; a comment is nothing new.
      await writeFile(join(folder, 'green-banner', 'pack.yaml'), `# a comment\n${GREEN_BANNER}`);
      expect(await seedPacks(store, folder)).toMatchObject({ published: [] });
      await writeFile(
        join(folder, 'green-banner', 'pack.yaml'),
        GREEN_BANNER.replace('severity: low', 'severity: medium'),
      );
      expect(await seedPacks(store, folder)).toMatchObject({ published: ['green-banner 3'] });
    });

    it('leaves in force what people published since, where only the program is newer', async () => {
      const folder = await packsFolder(GREEN_BANNER);
      const { rules, ...old } = Pack.parse(parsePack(greenBanner()).pack);
      // As a program stored it that knew no states.
      const stored = { ...old, rules: rules.map(({ state: _state, ...rule }) => rule) };
      await db().query(
        `INSERT INTO pack_version (name, version, sha256, content, published_at, published_by) VALUES ('green-banner', 1, $1, $2, now(), 'startup')`,
        ['0'.repeat(64), JSON.stringify(stored)],
      );
      await store.publish(packSaying('three four'), 'admin');
      expect(await seedPacks(store, folder)).toMatchObject({ published: [], faults: [] });
      expect((await store.active())?.packs).toEqual([{ name: 'green-banner', version: 2 }]);
    });

    it('publishes once where two processes start together', async () => {
      const folder = await packsFolder(GREEN_BANNER);
      const seeded = await Promise.all([seedPacks(store, folder), seedPacks(store, folder)]);
      expect(seeded.flatMap((one) => one.published)).toEqual(['green-banner 1']);
    });

    it('keeps the last good version of a pack at fault, and refuses a start without one', async () => {
      const folder = await packsFolder(GREEN_BANNER.replace('severity: low', 'severity: none'));
      await expect(seedPacks(store, folder)).rejects.toThrow(
        /rule pack green-banner: 1 fault\n {2}pack\.yaml:\d+:\d+ rules\.1\.severity/,
      );
      await store.publish(packSaying('one two'), 'admin');
      const { faults, published } = await seedPacks(store, folder);
      expect(published).toEqual([]);
      expect(faults).toEqual([
        { pack: 'green-banner', message: expect.stringContaining('rules.1.severity') },
      ]);
      const broad = await packsFolder(
        GREEN_BANNER.replace('en: [evergreen and growing]', 'en: [evergreen and growing, the]'),
      );
      expect(await seedPacks(store, broad)).toMatchObject({
        published: [],
        faults: [{ message: expect.stringContaining('match everyday language') }],
      });
    });

    it('refuses a folder of another name than its pack', async () => {
      const folder = await packsFolder(GREEN_BANNER.replace('name: green-banner', 'name: other'));
      await expect(seedPacks(store, folder)).rejects.toThrow('name them alike');
    });

    it('refuses to run without any pack', async () => {
      await expect(live()).rejects.toThrow(/No rule pack is published.*VIGIL_PACKS_DIR/);
    });
  });

  describe('over HTTP', () => {
    it('checks without publishing, publishes, lists, rolls back', async () => {
      await published();
      const packs = new PacksController(store, publishing());
      const dry = await packs.publish(packSaying('three four'), { dryRun: '1' }, ADMIN, REPLY);
      expect(dry).toMatchObject({
        version: null,
        changed: false,
        report: { rules: 3, unverified: 1 },
        examples: [],
      });
      const files = { files: { 'pack.yaml': GREEN_BANNER.replaceAll(/forest office/gi, 'three four') } };
      expect(await packs.publish(files, {}, ADMIN, REPLY)).toMatchObject({
        version: 2,
        ruleset: 2,
        changed: true,
      });
      expect(await packs.publish(files.files['pack.yaml'], {}, ADMIN, REPLY)).toMatchObject({
        version: 2,
        changed: false,
      });
      expect(await packs.list()).toEqual([
        expect.objectContaining({
          name: 'green-banner',
          version: 2,
          ruleset: 2,
          publishedBy: 'admin',
          unverifiedReferences: 1,
          rules: expect.any(Array),
        }),
      ]);
      expect((await packs.one('green-banner')).content.rules).toHaveLength(3);
      expect(await packs.rollBack('green-banner', { version: 1 }, ADMIN)).toMatchObject({
        version: 1,
        ruleset: 3,
      });
      expect((await packs.versions('green-banner')).map((one) => [one.version, one.active])).toEqual([
        [2, false],
        [1, true],
      ]);
    });

    it('refuses what is at fault, by place and field, and changes nothing', async () => {
      await published();
      const packs = new PacksController(store, publishing());
      await expect(
        packs.publish(GREEN_BANNER.replace('severity: low', 'severity: x'), {}, ADMIN, REPLY),
      ).rejects.toMatchObject({
        code: 'bad-input',
        fields: [
          {
            path: expect.stringMatching(/^pack\.yaml:\d+:\d+ rules\.1\.severity$/),
            message: expect.stringContaining('low'),
          },
        ],
      });
      const failing = GREEN_BANNER.replace('[an evergreen tree]', '[so evergreen and growing]');
      await expect(packs.publish(failing, {}, ADMIN, REPLY)).rejects.toThrow(/1 of its examples do not hold/);
      const broad = GREEN_BANNER.replace('[watering day,', '[watering day, the,').replace(
        / {4}needs: .*\n/,
        '',
      );
      await expect(packs.publish(broad, {}, ADMIN, REPLY)).rejects.toThrow(
        /^rule pack green-banner: 1 of its rules match everyday language, .*the first in green-banner\/watering phrases\.en: “the”: above all by this phrase the rule matches \d+% of everyday posts in en/,
      );
      expect(await packs.publish(broad, { dryRun: '1' }, ADMIN, REPLY)).toMatchObject({
        broad: [{ rule: 'green-banner/watering', phrase: 'the', language: 'en' }],
        version: null,
      });
      for (const body of [null, 7, undefined, '', { files: { 'pack.yaml': 7 } }, {}, []]) {
        await expect(packs.publish(body, {}, ADMIN, REPLY)).rejects.toMatchObject({ code: 'bad-input' });
      }
      await expect(packs.one('nobody')).rejects.toMatchObject({ code: 'not-found' });
      await expect(packs.versions('No Name')).rejects.toMatchObject({ code: 'bad-input' });
      expect(await store.activeNumber()).toBe(1);
    });

    async function published(): Promise<void> {
      await store.publish(await loadPack(join(await packsFolder(GREEN_BANNER), 'green-banner')), 'admin');
    }
  });

  it('judges the log of posts, one verdict each, and follows a new ruleset', async () => {
    const bus = new PostgresBus(db(), telemetry, { partitions: 2, transitDays: 7, transitMaxBytes: 1e9 });
    const packsDir = await packsFolder(GREEN_BANNER);
    const ruleset = new LiveRuleset(db(), store, telemetry);
    const classifier = new Classifier(
      bus,
      ruleset,
      store,
      new Campaigns(db(), clock),
      clock,
      telemetry,
      readSettings({ VIGIL_PACKS_DIR: packsDir }),
    );
    const verdicts = new Map<string, VerdictEvent>();
    let consumer: Consumer | null = null;
    closing.push(
      () => bus.close(),
      async () => consumer?.stop(),
      () => classifier.beforeApplicationShutdown(),
    );
    await classifier.onApplicationBootstrap();
    consumer = await bus.consume(VERDICTS, 'test', {
      handle: async (batch: Batch<VerdictEvent>) => {
        for (const { value } of batch.messages) verdicts.set(value.facts.id, value);
      },
    });

    const say = async (...texts: string[]) => {
      const events = texts.map((text) => aPostEvent(aPost().saying(text)));
      await bus.publish(
        POSTS,
        events.map((value) => ({ key: channelKey(value.post), value })),
      );
      const ids = events.map((event) => event.post.id);
      await eventually(() => ids.every((id) => verdicts.has(id)));
      return ids.map((id) => verdicts.get(id));
    };
    const [hit, none] = await say('Forest Office', 'good morning');
    expect(hit).toMatchObject({
      verdict: { ruleset: 1, severity: 'critical' },
      post: { text: 'Forest Office' },
    });
    expect(none).toMatchObject({ verdict: { ruleset: 1, matches: [] }, post: null });

    await store.publish(packSaying('good morning'), 'admin');
    await eventually(() => ruleset.current().number === 2, { timeoutMs: 5_000 });
    const [before, now] = await say('Forest Office', 'good morning');
    expect(before).toMatchObject({ verdict: { ruleset: 2, matches: [] } });
    expect(now).toMatchObject({ verdict: { ruleset: 2, severity: 'critical' } });
    const matches = await telemetry.metrics.getSingleMetricAsString('vigil_classifier_matches_total');
    expect(matches).toMatch(/vigil_classifier_matches_total\{category="media-office".*\} 2/);
  });
});
