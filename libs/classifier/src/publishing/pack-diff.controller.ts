import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { RequirePermission } from '@vigil/auth';
import { PackDiff, VigilError, parse } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { diffPacks } from '../packs/diff.js';
import { PackDocument, PackName, packFrom } from './pack-document.js';
import { PackStore } from './pack-store.js';

const version = z.coerce.number().int().min(1).optional();
const Versions = z.strictObject({ from: version, to: version });
const From = z.strictObject({ from: version });

/** How versions of a pack differ from each other, and from what somebody means to publish. */
@ApiTags('packs')
@Controller('packs/:name/diff')
export class PackDiffController {
  constructor(private readonly store: PackStore) {}

  @Get()
  @RequirePermission('packs.read')
  @Documented({
    summary: 'How two versions of a rule pack differ; by default the one in force, and the one before',
    query: Versions,
    response: PackDiff,
  })
  async versions(@Param('name') name: string, @Query() query: unknown): Promise<PackDiff> {
    const pack = parse(PackName, name, 'pack name');
    const asked = parse(Versions, query, 'versions');
    const to = asked.to ?? (await this.inForce(pack));
    if (to === null) throw new VigilError('not-found', `no pack named ${pack} is in force`);
    const from = asked.from ?? (to > 1 ? to - 1 : null);
    const before = from === null ? null : await this.store.content(pack, from);
    return { ...diffPacks(before, await this.store.content(pack, to)), from, to };
  }

  @Post()
  @HttpCode(200)
  @RequirePermission('packs.read')
  @Documented({
    summary: 'How a rule pack that is not published differs from the version in force, or from another one',
    body: PackDocument,
    query: From,
    response: PackDiff,
  })
  async document(
    @Param('name') name: string,
    @Body() body: unknown,
    @Query() query: unknown,
  ): Promise<PackDiff> {
    const wanted = parse(PackName, name, 'pack name');
    const asked = parse(From, query, 'version');
    const pack = packFrom(body);
    if (pack.name !== wanted)
      throw new VigilError('bad-input', `the document is the pack ${pack.name}: ask for it by that name`);
    const from = asked.from ?? (await this.inForce(wanted));
    const before = from === null ? null : await this.store.content(wanted, from);
    return { ...diffPacks(before, pack), from, to: null };
  }

  private async inForce(name: string): Promise<number | null> {
    return (await this.store.active())?.packs.find((pack) => pack.name === name)?.version ?? null;
  }
}
