import { Body, Controller, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { Flag, PackVersion, PackView, VigilError, parse } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { isUnverified, packReport, type PackReport } from '../packs/pack-report.js';
import { Pack } from '../packs/schema.js';
import { PackDocument, PackName, packFrom } from './pack-document.js';
import { PackStore, type Published, type PublishedVersion } from './pack-store.js';
import { Publishing, type PublishingReport, type StatusReply } from './publishing.js';

const HowToPublish = z.strictObject({
  dryRun: Flag.optional(),
  /** For who approves it: what it is about. */
  note: z.string().trim().min(1).max(2_000).optional(),
});
const RollBack = z.strictObject({ version: z.number().int().min(1) });

@ApiTags('packs')
@Controller()
export class PacksController {
  constructor(
    private readonly store: PackStore,
    private readonly publishing: Publishing,
  ) {}

  @Get('packs')
  @RequirePermission('packs.read')
  @Documented({ summary: 'The rule packs in force', response: z.array(PackView) })
  async list(): Promise<PackView[]> {
    const ruleset = await this.store.activeNumber();
    const versions = await this.store.activeVersions();
    return Promise.all(
      versions.map(async (one) => viewOf(one, await this.store.content(one.name, one.version), ruleset)),
    );
  }

  @Get('packs/:name')
  @RequirePermission('packs.read')
  @Documented({
    summary: 'One rule pack in force, its report and its content',
    response: PackView.extend({ report: z.unknown(), content: Pack }),
  })
  async one(@Param('name') name: string): Promise<PackView & { report: PackReport; content: Pack }> {
    const wanted = parse(PackName, name, 'pack name');
    const version = (await this.store.activeVersions()).find((one) => one.name === wanted);
    if (!version) throw new VigilError('not-found', `no pack named ${wanted} is in force`);
    const content = await this.store.content(wanted, version.version);
    return {
      ...viewOf(version, content, await this.store.activeNumber()),
      report: packReport(content),
      content,
    };
  }

  @Get('packs/:name/versions')
  @RequirePermission('packs.read')
  @Documented({ summary: 'All versions of a rule pack, the newest first', response: z.array(PackVersion) })
  async versions(@Param('name') name: string): Promise<PackVersion[]> {
    const versions = await this.store.versions(parse(PackName, name, 'pack name'));
    if (versions.length === 0) throw new VigilError('not-found', `no pack named ${name} was ever published`);
    const active = (await this.store.active())?.packs.find((pack) => pack.name === name)?.version;
    return versions.map((version) => ({ ...version, active: version.version === active }));
  }

  @Post('packs')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({
    summary:
      'Publish a rule pack: its files, or the whole of it as one YAML or JSON document; dryRun=1 only checks. 202: it waits for a second person',
    body: PackDocument,
    query: HowToPublish,
  })
  async publish(
    @Body() body: unknown,
    @Query() query: unknown,
    @CurrentUser() user: Identity,
    @Res({ passthrough: true }) reply: StatusReply,
  ): Promise<PublishingReport> {
    const { dryRun = false, note = null } = parse(HowToPublish, query, 'publishing');
    const report = await this.publishing.publish(packFrom(body), { by: user.id, note, dryRun });
    if (report.proposal !== null) reply.status(202);
    return report;
  }

  @Post('packs/:name/rollback')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({
    summary: 'Put an earlier version of a rule pack in force again, at once and without approval',
    body: RollBack,
  })
  rollBack(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentUser() user: Identity,
  ): Promise<Published> {
    const { version } = parse(RollBack, body, 'roll-back');
    return this.store.rollBack(parse(PackName, name, 'pack name'), version, user.id);
  }
}

function viewOf(version: PublishedVersion, content: Pack, ruleset: number): PackView {
  const rules = content.rules.map((rule) => ({
    id: `${content.name}/${rule.id}`,
    title: rule.title,
    kind: rule.kind,
    state: rule.state,
    category: rule.category,
    severity: rule.severity,
    indicator: rule.indicator,
    reference: [rule.reference].flat().join(', '),
    languages: Object.keys(rule.phrases),
    phrases: Object.values(rule.phrases).reduce((sum, list) => sum + list.length, 0),
  }));
  return {
    ...version,
    title: content.title,
    ruleset,
    rules,
    unverifiedReferences: content.rules.filter(isUnverified).length,
  };
}
