import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PostgresAuditLog } from '@vigil/auth';
import { readSettings } from '@vigil/config';
import { temporaryFolder, TestClock, withTestDatabase } from '@vigil/testing';
import { greenBanner } from '../packs/pack.fixture.js';
import { parsePack } from '../packs/parse-pack.js';
import { PackExchangeController } from './pack-exchange.controller.js';
import { PackProposals } from './pack-proposals.js';
import { PackStore } from './pack-store.js';
import { Publishing } from './publishing.js';
import { keyIdOf, packKeyOf, type SignedPack, signPack } from './signed-pack.js';
import { ensureSigningKey } from './signing-key.js';

function fixture() {
  const { pack } = parsePack(greenBanner());
  if (!pack) throw new Error('the fixture is at fault');
  return pack;
}

const USER = { id: 'admin', name: 'Administrator', permissions: [] };
const REPLY = { status: () => undefined };

describe('packs between organisations', () => {
  const { db } = withTestDatabase();
  const clock = new TestClock();
  let folder = '';
  let store: PackStore;

  beforeEach(async () => {
    await db().query('TRUNCATE ruleset, ruleset_pack, pack_version, pack_proposal CASCADE');
    folder = await temporaryFolder();
    store = new PackStore(db(), clock, new PostgresAuditLog(db(), clock));
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** An organisation with a data folder, and so a key, of its own, on the one database. */
  function organisation(name: string, env: Readonly<Record<string, string>> = {}): PackExchangeController {
    const settings = readSettings({ VIGIL_DATA_DIR: join(folder, name), ...env });
    const audit = new PostgresAuditLog(db(), clock);
    const proposals = new PackProposals(db(), clock, audit, store, settings);
    return new PackExchangeController(store, new Publishing(store, proposals), audit, clock, settings);
  }

  async function exported(from = organisation('theirs')): Promise<SignedPack> {
    await store.publish(fixture(), 'startup');
    const signed = await from.export('green-banner', {}, USER);
    // As it travels.
    return JSON.parse(JSON.stringify(signed)) as SignedPack;
  }
  const forget = () => db().query('TRUNCATE ruleset, ruleset_pack, pack_version CASCADE');

  it('takes a pack from a key that is trusted, whatever the order of its keys', async () => {
    const theirs = organisation('theirs');
    const signed = await exported(theirs);
    const { own } = await theirs.keys();
    expect(signed.signature).toMatchObject({ algorithm: 'Ed25519', keyId: own.keyId });
    await forget();
    const ours = organisation('ours', { VIGIL_PACK_KEYS: own.publicKey });
    expect((await ours.keys()).trusted).toEqual([own]);

    const shuffled = Object.fromEntries(Object.entries(signed).reverse());
    const dry = await ours.import(shuffled, { dryRun: '1' }, USER, REPLY);
    expect(dry).toMatchObject({ version: null, changed: false, report: { rules: 3 } });
    expect(await ours.import(shuffled, {}, USER, REPLY)).toMatchObject({ version: 1, changed: true });
    expect(await store.content('green-banner', 1)).toEqual(fixture());
    const audit = await db().query<{ action: string; detail: { keyId: string } }>(
      `SELECT action, detail FROM audit_entry WHERE action IN ('pack.export', 'pack.import') ORDER BY seq DESC LIMIT 2`,
    );
    expect(audit.map(({ action, detail }) => [action, detail.keyId])).toEqual([
      ['pack.import', own.keyId],
      ['pack.export', own.keyId],
    ]);
  });

  it('takes its own export back', async () => {
    const ours = organisation('ours');
    const signed = await exported(ours);
    expect(await ours.import(signed, {}, USER, REPLY)).toMatchObject({ version: 1, changed: false });
  });

  it('lays an import before a second person, where one is needed', async () => {
    const theirs = organisation('theirs');
    const signed = await exported(theirs);
    await forget();
    const ours = organisation('ours', {
      VIGIL_PACK_KEYS: (await theirs.keys()).own.publicKey,
      VIGIL_PACK_APPROVAL: 'always',
    });
    const { proposal, version } = await ours.import(signed, {}, USER, REPLY);
    expect([typeof proposal, version]).toEqual(['string', null]);
    const [row] = await db().query<{ note: string }>('SELECT note FROM pack_proposal');
    expect(row?.note).toBe(
      `Version 1, exported ${signed.exportedAt}, signed with the key ${signed.signature.keyId}`,
    );
  });

  it('refuses what is unsigned, of a key that is not trusted, or altered, and says which', async () => {
    const theirs = organisation('theirs');
    const signed = await exported(theirs);
    const { publicKey, keyId } = (await theirs.keys()).own;
    const ours = organisation('ours', { VIGIL_PACK_KEYS: publicKey });
    const refusal = (document: unknown, by = ours) =>
      by.import(document, {}, USER, REPLY).then(
        () => 'taken',
        (error: Error & { code: string }) => `${error.code}: ${error.message}`,
      );

    const { signature, ...unsigned } = signed;
    expect(await refusal(unsigned)).toMatch(/^forbidden: The pack carries no signature/);
    expect(await refusal(signed, organisation('others'))).toMatch(
      new RegExp(
        `signed with the key ${keyId}, which is not trusted here.*add ${publicKey} to VIGIL_PACK_KEYS`,
      ),
    );
    const [first, ...rest] = signed.pack.rules;
    const altered: unknown[] = [
      { ...signed, version: 2 },
      { ...signed, exportedAt: '2030-01-01T00:00:00.000Z' },
      { ...signed, pack: { ...signed.pack, maintainer: 'Somebody else' } },
      { ...signed, pack: { ...signed.pack, rules: [{ ...first, severity: 'low' }, ...rest] } },
      { ...signed, pack: { ...signed.pack, rules: [...rest, first] } },
      {
        ...signed,
        signature: { ...signature, value: signature.value.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) },
      },
      { ...signed, signature: { ...signature, value: '' } },
    ];
    for (const document of altered)
      expect(await refusal(document)).toMatch(
        new RegExp(`^forbidden: The signature of the key ${keyId} does not fit`),
      );

    // Somebody who signs themselves and claims the trusted key's name is known by the key they used.
    const stranger = generateKeyPairSync('ed25519').privateKey;
    const forged = signPack({ pack: signed.pack, version: 1, exportedAt: signed.exportedAt }, stranger);
    const claimed = { ...forged, signature: { ...forged.signature, keyId } };
    expect(await refusal(claimed)).toMatch(`key ${keyIdOf(packKeyOf(stranger))}, which is not trusted`);
    expect(await refusal({ ...claimed, signature: { ...claimed.signature, publicKey } })).toMatch(
      'does not fit',
    );

    for (const nothing of [null, 7, 'yaml: no', {}, signed.pack, { ...signed, format: 'vigil-pack/2' }])
      expect(await refusal(nothing)).toMatch(/^bad-input: exported rule pack/);
    expect((await store.active())?.number).toBe(1);
  });

  it('still checks a pack whose signature holds', async () => {
    await exported();
    const key = await ensureSigningKey(join(folder, 'theirs', 'pack-signing-key.pem'));
    const pack = { ...fixture(), voice: 'loud' } as never;
    const signed = signPack({ pack, version: 1, exportedAt: clock.instant() }, key);
    await expect(organisation('theirs').import(signed, {}, USER, REPLY)).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(/rule pack: 1 fault[^]*voice/),
    });
  });

  it('makes its key once, for its owner alone, also where several ask together', async () => {
    const file = join(folder, 'data', 'key.pem');
    const keys = await Promise.all(Array.from({ length: 8 }, () => ensureSigningKey(file)));
    expect(new Set(keys.map(packKeyOf)).size).toBe(1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(folder, 'data'))).toEqual(['key.pem']);
    expect(packKeyOf(createPrivateKey(await readFile(file)))).toBe(packKeyOf(await ensureSigningKey(file)));
  });

  it('uses no other secret as a key, and does not tell what it found', async () => {
    await mkdir(join(folder, 'data'));
    const file = join(folder, 'data', 'key.pem');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    for (const text of ['hunter2', privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()]) {
      await writeFile(file, text);
      await expect(ensureSigningKey(file)).rejects.toMatchObject({
        code: 'engine-misconfigured',
        message: expect.not.stringContaining(text.slice(0, 7)),
      });
      expect(await readFile(file, 'utf8')).toBe(text);
    }
  });

  it('names a trusted key that is none at the start', () => {
    expect(() => readSettings({ VIGIL_PACK_KEYS: 'no-key' })).toThrow(/VIGIL_PACK_KEYS/);
  });
});
