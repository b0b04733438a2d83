import { beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresAuditLog } from '@vigil/auth';
import { readSettings } from '@vigil/config';
import { eventually, TestClock, withTestDatabase } from '@vigil/testing';
import { greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import type { Pack } from '../packs/schema.js';
import { PackDiffController } from './pack-diff.controller.js';
import { PackProposals } from './pack-proposals.js';
import { PackProposalsController } from './pack-proposals.controller.js';
import { PackStore } from './pack-store.js';
import { PacksController } from './packs.controller.js';
import { Publishing } from './publishing.js';

/** The fixture with another phrase for the rule `office`. */
function packSaying(phrase: string): Pack {
  const { pack } = parsePack(greenBanner((yaml) => yaml.replaceAll(/forest office/gi, phrase)));
  if (!pack) throw new Error('the fixture is at fault');
  return pack;
}

const person = (id: string) => ({ id, name: id, permissions: ['packs.publish'] });
const [ana, ben] = [person('ana'), person('ben')];

describe('approval', () => {
  const { db } = withTestDatabase();
  const clock = new TestClock();
  let store: PackStore;
  let packs: PacksController;
  let proposals: PackProposalsController;
  let statuses: number[];

  function serviceWith(env: Readonly<Record<string, string>> = {}): PackProposals {
    const service = new PackProposals(
      db(),
      clock,
      new PostgresAuditLog(db(), clock),
      store,
      readSettings(env),
    );
    packs = new PacksController(store, new Publishing(store, service));
    proposals = new PackProposalsController(service, store);
    return service;
  }

  beforeEach(async () => {
    await db().query('TRUNCATE ruleset, ruleset_pack, pack_version, pack_proposal, auth_user CASCADE');
    for (const { id, permissions } of [ana, ben])
      await db().query('INSERT INTO auth_user (id, name, permissions) VALUES ($1, $1, $2)', [
        id,
        permissions,
      ]);
    store = new PackStore(db(), clock, new PostgresAuditLog(db(), clock));
    statuses = [];
    serviceWith();
    await store.publish(packSaying('one two'), 'startup');
  });

  /** Sends a pack as that person; the id of what waits. */
  async function propose(phrase: string, by = ana, note?: string): Promise<string> {
    const reply = { status: (code: number) => statuses.push(code) };
    const { proposal } = await packs.publish(packSaying(phrase), note ? { note } : {}, by, reply);
    if (proposal === null) throw new Error('it was published without approval');
    return proposal;
  }
  const inForce = async () => (await store.active())?.packs[0]?.version;
  const actions = async () =>
    (
      await db().query<{ line: string }>(
        `SELECT actor || ' ' || action AS line FROM audit_entry WHERE subject = 'green-banner' ORDER BY seq DESC LIMIT 3`,
      )
    ).map(({ line }) => line);

  it('keeps a pack out of force until a second person approves, and names both', async () => {
    const id = await propose('three four', ana, 'Seen in two channels');
    expect(statuses).toEqual([202]);
    expect(await inForce()).toBe(1);
    expect(await proposals.list({})).toEqual([
      expect.objectContaining({
        id,
        state: 'pending',
        baseVersion: 1,
        stale: false,
        proposedBy: 'ana',
        note: 'Seen in two channels',
      }),
    ]);
    const { diff } = await proposals.one(id);
    expect(diff.rules[0]?.phrases[0]).toMatchObject({ added: ['three four'], removed: ['one two'] });

    expect(await proposals.approve(id, { reason: 'Checked' }, ben)).toMatchObject({
      state: 'approved',
      version: 2,
      decidedBy: 'ben',
      reason: 'Checked',
    });
    expect(await inForce()).toBe(2);
    expect((await store.versions('green-banner'))[0]).toMatchObject({
      publishedBy: 'ana',
      approvedBy: 'ben',
    });
    expect(await actions()).toEqual(['ben pack.approve', 'ana pack.publish', 'ana pack.propose']);
    expect(await proposals.list({})).toEqual([]);
    expect(await proposals.list({ all: '1' })).toHaveLength(1);
  });

  it('is no matter for who proposed it, but to withdraw', async () => {
    const id = await propose('three four');
    await expect(proposals.approve(id, {}, ana)).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('You proposed this yourself. Publishing needs a second person'),
    });
    await expect(proposals.reject(id, { reason: 'no' }, ana)).rejects.toThrow('withdraw it instead');
    await expect(proposals.withdraw(id, ben)).rejects.toThrow('Only ana, who proposed this');
    expect(await proposals.withdraw(id, ana)).toMatchObject({ state: 'withdrawn', decidedBy: 'ana' });
    expect(await inForce()).toBe(1);
    // Nor does the database take it, whatever a program does.
    await expect(
      db().query(`UPDATE pack_proposal SET state = 'approved', version = 1, decided_by = 'ana'`),
    ).rejects.toThrow(/check constraint/);
  });

  it('is decided once, and a refusal says why', async () => {
    const id = await propose('three four');
    await expect(proposals.reject(id, {}, ben)).rejects.toMatchObject({ code: 'bad-input' });
    expect(await proposals.reject(id, { reason: 'Everyday words' }, ben)).toMatchObject({
      state: 'rejected',
      reason: 'Everyday words',
    });
    await expect(proposals.approve(id, {}, ben)).rejects.toThrow('was rejected by ben');
    await expect(proposals.withdraw(id, ana)).rejects.toMatchObject({ code: 'conflict' });
    const another = await propose('three four');
    const decided = await Promise.allSettled([
      proposals.approve(another, {}, ben),
      proposals.approve(another, {}, ben),
    ]);
    expect(decided.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await inForce()).toBe(2);
  });

  it('cannot come too late: another version in force meanwhile must be looked at', async () => {
    const [first, second] = [await propose('three four'), await propose('five six', ben)];
    await proposals.approve(second, {}, ana);
    expect((await proposals.one(first)).proposal.stale).toBe(true);
    await expect(proposals.approve(first, {}, ben)).rejects.toMatchObject({
      code: 'stale-version',
      message:
        'This was proposed when version 1 of green-banner was in force, and now version 2 is: look at what differs now, and propose it again.',
    });
    await proposals.approve(await propose('three four'), {}, ben);
    expect(await inForce()).toBe(3);
  });

  it('takes the same content once, and nothing where it is in force already', async () => {
    const id = await propose('three four');
    await expect(propose('three four', ben)).rejects.toThrow(`waits for approval already, as ${id}`);
    const same = await packs.publish(packSaying('one two'), {}, ana, { status: () => undefined });
    expect(same).toMatchObject({ version: 1, changed: false, proposal: null });
  });

  it('is needed where two may publish, always or never, as it is set', async () => {
    expect(await serviceWith().areNeeded()).toBe(true);
    expect(await serviceWith({ VIGIL_PACK_APPROVAL: 'never' }).areNeeded()).toBe(false);
    await db().query(`DELETE FROM auth_user WHERE id = 'ben'`);
    expect(await serviceWith({ VIGIL_PACK_APPROVAL: 'always' }).areNeeded()).toBe(true);
    expect(await serviceWith().areNeeded()).toBe(false);
    const published = await packs.publish(packSaying('three four'), {}, ana, { status: () => undefined });
    expect(published).toMatchObject({ version: 2, changed: true, proposal: null });
    expect((await store.versions('green-banner'))[0]?.approvedBy).toBeNull();
  });

  it('is not asked for to roll back: what was in force once is in force again at once', async () => {
    await proposals.approve(await propose('three four'), {}, ben);
    expect(await packs.rollBack('green-banner', { version: 1 }, ana)).toMatchObject({ changed: true });
    expect(await inForce()).toBe(1);
  });

  it('tells open pages of what waits', async () => {
    const heard: string[] = [];
    const unlisten = await db().listen('vigil_live', (payload) => heard.push(payload));
    const id = await propose('three four');
    await eventually(() => heard.includes(JSON.stringify({ type: 'proposal', id })));
    await unlisten();
  });

  it('shows how versions differ, and a document from what is in force', async () => {
    const diffs = new PackDiffController(store);
    await store.publish(packSaying('three four'), 'admin');
    const said = [{ list: 'phrases', language: 'en', added: ['three four'], removed: ['one two'] }];
    const latest = await diffs.versions('green-banner', {});
    expect([latest.from, latest.to, latest.rules[0]?.phrases]).toEqual([1, 2, said]);
    expect(await diffs.versions('green-banner', { from: '1', to: '2' })).toEqual(latest);
    expect((await diffs.versions('green-banner', { from: '2', to: '2' })).rules).toEqual([]);
    const back = await diffs.document('green-banner', packSaying('one two'), {});
    expect([back.from, back.to, back.rules[0]?.phrases[0]?.added]).toEqual([2, null, ['one two']]);
    expect((await diffs.versions('green-banner', { to: '1' })).from).toBeNull();
    await expect(diffs.versions('green-banner', { from: '9' })).rejects.toThrow('has no version 9');
    await expect(diffs.document('other', packSaying('a b'), {})).rejects.toThrow('is the pack green-banner');
    await expect(diffs.versions('nobody', {})).rejects.toMatchObject({ code: 'not-found' });
  });
});
