import { Injectable } from '@nestjs/common';
import { packReport, type PackReport } from '../packs/pack-report.js';
import type { Pack } from '../packs/schema.js';
import { type PackTrial, refuseToPublish, tryPack } from '../packs/try-pack.js';
import { PackProposals } from './pack-proposals.js';
import { PackStore } from './pack-store.js';

/** What publishing says; of a dry run `version` and `ruleset` are null, and what would refuse it is listed. */
export interface PublishingReport extends PackTrial {
  readonly report: PackReport;
  readonly version: number | null;
  readonly ruleset: number | null;
  readonly changed: boolean;
  /** Where a second person must approve it first: what waits. */
  readonly proposal: string | null;
}

/** As much of the web server's reply as a route here needs: 202 where a second person is waited for. */
export interface StatusReply {
  status(code: number): unknown;
}

/** The one way of a pack that somebody sends: tried, then published or laid before a second person. */
@Injectable()
export class Publishing {
  constructor(
    private readonly store: PackStore,
    private readonly proposals: PackProposals,
  ) {}

  /** Throws `bad-input` with all that must be mended first, and what `PackProposals.publish` throws. */
  async publish(
    pack: Pack,
    { by, note, dryRun }: { readonly by: string; readonly note: string | null; readonly dryRun: boolean },
  ): Promise<PublishingReport> {
    const report = packReport(pack);
    const trial = await tryPack(pack);
    const nothing = { report, ...trial, version: null, ruleset: null, changed: false, proposal: null };
    if (dryRun) {
      await this.store.refuseRetired(pack);
      return nothing;
    }
    refuseToPublish(pack, trial);
    const { published, proposal } = await this.proposals.publish(pack, by, note);
    if (!published) return { ...nothing, proposal: proposal.id };
    const { version, ruleset, changed } = published;
    return { ...nothing, version, ruleset, changed };
  }
}
