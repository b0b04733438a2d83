import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { CurrentUser, type Identity, RequirePermission } from '@vigil/auth';
import { Flag, PackDiff, PackProposal, parse } from '@vigil/contracts';
import { Documented } from '@vigil/openapi';
import { z } from 'zod';
import { diffPacks } from '../packs/diff.js';
import { PackProposals } from './pack-proposals.js';
import { PackStore } from './pack-store.js';

const Listing = z.strictObject({ all: Flag.optional() });
const said = z.string().trim().min(1).max(2_000);
const Approval = z.strictObject({ reason: said.optional() });
const Rejection = z.strictObject({ reason: said });
const ProposalId = z.uuid();
const ProposalWithDiff = z.object({
  proposal: PackProposal,
  /** Against the version it was proposed to follow. */
  diff: PackDiff,
});

/** Rule packs that wait for a second person. */
@ApiTags('packs')
@Controller('packs/proposals')
export class PackProposalsController {
  constructor(
    private readonly proposals: PackProposals,
    private readonly store: PackStore,
  ) {}

  @Get()
  @RequirePermission('packs.read')
  @Documented({
    summary: 'Rule packs that wait for approval, the newest first; all=1 also those that are decided',
    query: Listing,
    response: z.array(PackProposal),
  })
  async list(@Query() query: unknown): Promise<PackProposal[]> {
    return this.proposals.list(parse(Listing, query, 'proposals').all ?? false);
  }

  @Get(':id')
  @RequirePermission('packs.read')
  @Documented({
    summary: 'One proposal, and how it differs from what was in force',
    response: ProposalWithDiff,
  })
  async one(@Param('id') id: string): Promise<z.infer<typeof ProposalWithDiff>> {
    const { proposal, content } = await this.proposals.one(parse(ProposalId, id, 'proposal'));
    const from = proposal.baseVersion;
    const before = from === null ? null : await this.store.content(proposal.name, from);
    return { proposal, diff: { ...diffPacks(before, content), from, to: proposal.version } };
  }

  @Post(':id/approve')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({
    summary: 'Let a proposal be published; never by who proposed it',
    body: Approval,
    response: PackProposal,
  })
  async approve(
    @Param('id') id: string,
    @Body() body: unknown,
    @CurrentUser() user: Identity,
  ): Promise<PackProposal> {
    const { reason } = parse(Approval, body ?? {}, 'approval');
    return this.proposals.approve(parse(ProposalId, id, 'proposal'), user.id, reason ?? null);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({ summary: 'Refuse a proposal, and say why', body: Rejection, response: PackProposal })
  async reject(
    @Param('id') id: string,
    @Body() body: unknown,
    @CurrentUser() user: Identity,
  ): Promise<PackProposal> {
    const { reason } = parse(Rejection, body ?? {}, 'rejection');
    return this.proposals.reject(parse(ProposalId, id, 'proposal'), user.id, reason);
  }

  @Post(':id/withdraw')
  @HttpCode(200)
  @RequirePermission('packs.publish')
  @Documented({ summary: 'Take back what you proposed', response: PackProposal })
  async withdraw(@Param('id') id: string, @CurrentUser() user: Identity): Promise<PackProposal> {
    return this.proposals.withdraw(parse(ProposalId, id, 'proposal'), user.id);
  }
}
