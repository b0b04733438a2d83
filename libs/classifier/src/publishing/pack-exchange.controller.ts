import { join } from 'node:path';
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { AuditLog, CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { SETTINGS, type Settings } from '@vigil/config';
import { Clock, Flag, parse, VigilError } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { PackName, packFrom } from './pack-document.js';
import { PackStore } from './pack-store.js';
import { Publishing, type PublishingReport, type StatusReply } from './publishing.js';
import { keyIdOf, packKeyOf, SignedPack, signPack, verifyPack } from './signed-pack.js';
import { ensureSigningKey, SIGNING_KEY_FILE } from './signing-key.js';

const Exporting = z.strictObject({ version: z.coerce.number().int().min(1).optional() });
const Importing = z.strictObject({ dryRun: Flag.optional() });
const Key = z.object({ keyId: z.string(), publicKey: z.string() });
const Keys = z.object({
  /** What others need to take our packs. */
  own: Key,
  /** Whose packs are taken here, besides our own. */
  trusted: z.array(Key),
});

/** Packs between organisations: what leaves is signed, and what comes in is taken only from keys that are trusted. */
@ApiTags('packs')
@Controller('packs')
export class PackExchangeController {
  constructor(
    private readonly store: PackStore,
    private readonly publishing: Publishing,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  @Get('keys')
  @RequirePermission('packs.read')
  @Documented({ summary: 'The key that signs packs here, and the keys that are trusted', response: Keys })
  async keys(): Promise<z.infer<typeof Keys>> {
    return {
      own: keyOf(packKeyOf(await this.key())),
      trusted: this.settings.classifier.packKeys.map(keyOf),
    };
  }

  @Get(':name/export')
  @RequirePermission('packs.publish')
  @Documented({
    summary: 'A version of a rule pack as one signed document; by default the one in force',
    query: Exporting,
    response: SignedPack,
  })
  async export(
    @Param('name') name: string,
    @Query() query: unknown,
    @CurrentUser() user: Identity,
  ): Promise<SignedPack> {
    const wanted = parse(PackName, name, 'pack name');
    const asked = parse(Exporting, query, 'export').version;
    const inForce = (await this.store.active())?.packs.find((pack) => pack.name === wanted);
    const version = asked ?? inForce?.version;
    if (version === undefined) throw new VigilError('not-found', `no pack named ${wanted} is in force`);
    const pack = await this.store.content(wanted, version);
    const signed = signPack({ pack, version, exportedAt: this.clock.instant() }, await this.key());
    await this.audit.record({
      actor: user.id,
      action: 'pack.export',
      subject: wanted,
      detail: { version, keyId: signed.signature.keyId },
    });
    return signed;
  }

  @Post('import')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({
    summary: 'Publish a pack that was exported elsewhere, once its signature holds; dryRun=1 only checks',
    body: SignedPack,
    query: Importing,
  })
  async import(
    @Body() body: unknown,
    @Query() query: unknown,
    @CurrentUser() user: Identity,
    @Res({ passthrough: true }) reply: StatusReply,
  ): Promise<PublishingReport> {
    const { dryRun = false } = parse(Importing, query, 'import');
    const own = packKeyOf(await this.key());
    const { pack, version, exportedAt, keyId } = verifyPack(body, [
      own,
      ...this.settings.classifier.packKeys,
    ]);
    const note = `Version ${version}, exported ${exportedAt}, signed with the key ${keyId}`;
    const report = await this.publishing.publish(packFrom(pack), { by: user.id, note, dryRun });
    if (!dryRun)
      await this.audit.record({
        actor: user.id,
        action: 'pack.import',
        subject: report.report.name,
        detail: { version, exportedAt, keyId, publishedAs: report.version, proposal: report.proposal },
      });
    if (report.proposal !== null) reply.status(202);
    return report;
  }

  private key() {
    const { storage, classifier } = this.settings;
    return ensureSigningKey(classifier.packSigningKey ?? join(storage.dataDir, SIGNING_KEY_FILE));
  }
}

function keyOf(publicKey: string): z.infer<typeof Key> {
  return { keyId: keyIdOf(publicKey), publicKey };
}
