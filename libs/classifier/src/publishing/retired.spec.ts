import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresAuditLog } from '@vigil/auth';
import { TestClock, withTestDatabase } from '@vigil/testing';
import { GREEN_BANNER, greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import type { Pack, SloganRule } from '../packs/schema.js';
import { PackStore } from './pack-store.js';
import { seedPacks } from './seed.js';

/** The fixture with another rule `office`, or without one. */
function packWith(office: Partial<SloganRule> | null): Pack {
  const { pack } = parsePack(greenBanner());
  if (!pack) throw new Error('the fixture is at fault');
  const rules = pack.rules.flatMap((rule) =>
    rule.id !== 'office' ? rule : office === null ? [] : { ...rule, ...office },
  );
  return { ...pack, rules };
}

describe('a retired rule', () => {
  const { db } = withTestDatabase();
  const clock = new TestClock();
  let store: PackStore;

  beforeEach(async () => {
    await db().query('TRUNCATE ruleset, ruleset_pack, pack_version CASCADE');
    store = new PackStore(db(), clock, new PostgresAuditLog(db(), clock));
    await store.publish(packWith({}), 'admin');
    await store.publish(packWith({ state: 'retired' }), 'admin');
  });

  it('keeps its id: it neither lives again nor means anything else, also once it left the pack', async () => {
    await store.publish(packWith(null), 'admin');
    for (const state of ['draft', 'shadow', 'live'] as const)
      await expect(store.publish(packWith({ state }), 'admin')).rejects.toMatchObject({
        code: 'conflict',
        fields: [
          {
            path: 'green-banner/office state',
            message: `was retired in version 2 and stays so: give the ${state} rule an id of its own`,
          },
        ],
      });
    const other: Partial<SloganRule> = {
      state: 'retired',
      phrases: { en: ['meadow office'] },
      indicator: 'other',
    };
    await expect(store.publish(packWith(other), 'admin')).rejects.toThrow(
      '2 ids of retired rules would get another meaning, the first in green-banner/office indicator: was retired in version 2 with another indicator',
    );
    expect((await store.active())?.packs).toEqual([{ name: 'green-banner', version: 3 }]);
  });

  it('may be worded better in what is no part of its meaning', async () => {
    const noted = packWith({
      state: 'retired',
      title: 'The office of the forest',
      note: 'Nobody says it now',
    });
    expect(await store.publish(noted, 'admin')).toMatchObject({ version: 3, changed: true });
  });

  it('matches again where the version before it is rolled back to: the emergency brake asks nothing', async () => {
    expect(await store.rollBack('green-banner', 1, 'admin')).toMatchObject({ version: 1, changed: true });
  });

  it('keeps the last good version in force where a folder would bring it back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vigil-packs-'));
    try {
      await mkdir(join(folder, 'green-banner'));
      await writeFile(join(folder, 'green-banner', 'pack.yaml'), GREEN_BANNER);
      const { published, faults } = await seedPacks(store, folder);
      expect(published).toEqual([]);
      expect(faults).toEqual([{ pack: 'green-banner', message: expect.stringContaining('stays so') }]);
      expect((await store.active())?.packs).toEqual([{ name: 'green-banner', version: 2 }]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
