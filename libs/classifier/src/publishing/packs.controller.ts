import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import {
  Author,
  Flag,
  MAX_TEXT,
  Match,
  Media,
  PackView,
  Post as CollectedPost,
  SourceLabels,
  Verdict,
  VigilError,
  parse,
} from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { packError, parsePack } from '../packs/parse-pack.js';
import { isUnverified, packReport, type PackReport } from '../packs/pack-report.js';
import { Pack } from '../packs/schema.js';
import { refuseToPublish, tryPack, type PackTrial } from '../packs/try-pack.js';
import { inspect } from '../verdicts/classify.js';
import { nearMissesOf, type Findings } from '../verdicts/publish.js';
import { LiveRuleset } from './live-ruleset.js';
import { PackStore, type Published, type PublishedVersion } from './pack-store.js';

const Name = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single dashes')
  .max(200);
/** The files of a pack's folder: name within it → text. */
const Files = z.strictObject({ files: z.record(z.string().max(300), z.string()) });
const DryRun = z.strictObject({ dryRun: Flag.optional() });
const RollBack = z.strictObject({ version: z.number().int().min(1) });
const Trial = z.strictObject({
  text: z.string().max(MAX_TEXT),
  context: SourceLabels.shape.context,
  region: SourceLabels.shape.region,
  ...CollectedPost.pick({ language: true, links: true }).partial().shape,
  author: Author.shape.handle.optional(),
  media: z
    .array(Media.pick({ mime: true }))
    .max(100)
    .optional(),
});
const Version = z.object({
  name: z.string(),
  version: z.number(),
  sha256: z.string(),
  publishedAt: z.string(),
  publishedBy: z.string(),
  active: z.boolean(),
});
const Trialled = Verdict.omit({ postId: true, revision: true }).extend({
  normalised: z.string(),
  nearMisses: z.array(Match.extend({ missing: z.string() })),
});

/** What publishing says; of a dry run `version` and `ruleset` are null, and what would refuse it is listed. */
export interface PublishingReport extends PackTrial {
  readonly report: PackReport;
  readonly version: number | null;
  readonly ruleset: number | null;
  readonly changed: boolean;
}

@ApiTags('packs')
@Controller()
export class PacksController {
  constructor(
    private readonly store: PackStore,
    private readonly live: LiveRuleset,
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
    const wanted = parse(Name, name, 'pack name');
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
  @Documented({ summary: 'All versions of a rule pack, the newest first', response: z.array(Version) })
  async versions(@Param('name') name: string): Promise<(PublishedVersion & { active: boolean })[]> {
    const versions = await this.store.versions(parse(Name, name, 'pack name'));
    if (versions.length === 0) throw new VigilError('not-found', `no pack named ${name} was ever published`);
    const active = (await this.store.active())?.packs.find((pack) => pack.name === name)?.version;
    return versions.map((version) => ({ ...version, active: version.version === active }));
  }

  @Post('packs')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({
    summary:
      'Publish a rule pack: its files, or the whole of it as one YAML or JSON document; dryRun=1 only checks',
    body: z.union([Files, Pack]),
    query: DryRun,
  })
  async publish(
    @Body() body: unknown,
    @Query() query: unknown,
    @CurrentUser() user: Identity,
  ): Promise<PublishingReport> {
    const { dryRun } = parse(DryRun, query, 'publishing');
    const parsed = parsePack(filesOf(body));
    if (!parsed.pack) throw packError('rule pack', parsed);
    const report = packReport(parsed.pack);
    const trial = await tryPack(parsed.pack);
    if (dryRun) {
      await this.store.refuseRetired(parsed.pack);
      return { report, ...trial, version: null, ruleset: null, changed: false };
    }
    refuseToPublish(parsed.pack, trial);
    const { version, ruleset, changed } = await this.store.publish(parsed.pack, user.id);
    return { report, ...trial, version, ruleset, changed };
  }

  @Post('packs/:name/rollback')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({ summary: 'Put an earlier version of a rule pack in force again', body: RollBack })
  rollBack(
    @Param('name') name: string,
    @Body() body: unknown,
    @CurrentUser() user: Identity,
  ): Promise<Published> {
    const { version } = parse(RollBack, body, 'roll-back');
    return this.store.rollBack(parse(Name, name, 'pack name'), version, user.id);
  }

  @Post('classify')
  @HttpCode(200)
  @RequirePermission('packs.read')
  @Documented({
    summary: 'Test bench: judge a text by the rules in force and show what lies between',
    body: Trial,
    response: Trialled,
  })
  classify(@Body() body: unknown): z.infer<typeof Trialled> & Findings {
    const { author = null, ...trial } = parse(Trial, body, 'text to classify');
    const subject = { ...trial, author: { handle: author, nativeId: null } };
    const ruleset = this.live.current();
    const { findings, judgement, normalised } = inspect(ruleset, subject);
    return {
      ...findings,
      normalised: normalised.text(),
      nearMisses: nearMissesOf(ruleset, judgement?.nearMisses ?? [], normalised),
    };
  }
}

/** A body is the map of a folder's files, or a whole pack: as YAML text, or as JSON, whose faults are told by field. */
function filesOf(body: unknown): ReadonlyMap<string, string> {
  if (typeof body === 'string') return new Map([['pack.yaml', body]]);
  if (typeof body === 'object' && body !== null && 'files' in body)
    return new Map(Object.entries(parse(Files, body, 'rule pack').files));
  if (typeof body === 'object' && body !== null)
    return new Map([['pack.yaml', JSON.stringify(body, null, 1)]]);
  throw new VigilError(
    'bad-input',
    'rule pack: send {"files": {"pack.yaml": "…", "rules/….yaml": "…"}}, or one YAML or JSON document',
  );
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
