import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '@vigil/auth';
import { SETTINGS, type Settings } from '@vigil/config';
import { Clock, type PackProposal, type Permission, VigilError } from '@vigil/contracts';
import { Database, type Queryable, type Transaction } from '@vigil/database';
import { packHash } from '../packs/load-pack.js';
import { Pack } from '../packs/schema.js';
import { type InForce, LIVE_CHANNEL, PackStore, type Published } from './pack-store.js';

/** Proposals listed: decided ones beyond are in the audit log. */
const MOST_LISTED = 100;
const PUBLISH: Permission = 'packs.publish';

interface ProposalRow extends Record<string, unknown> {
  id: string;
  name: string;
  base_version: number | null;
  sha256: string;
  note: string | null;
  proposed_by: string;
  proposed_at: Date;
  state: PackProposal['state'];
  decided_by: string | null;
  decided_at: Date | null;
  reason: string | null;
  version: number | null;
  stale: boolean;
}

/** What became of a pack that somebody wants published: either is null. */
export type Submitted =
  | { readonly published: Published; readonly proposal: null }
  | { readonly published: null; readonly proposal: PackProposal };

const PROPOSALS = `
  SELECT p.id, p.name, p.base_version, p.sha256, p.note, p.proposed_by, p.proposed_at, p.state, p.decided_by, p.decided_at,
         p.reason, p.version, p.state = 'pending' AND f.version IS DISTINCT FROM p.base_version AS stale
  FROM pack_proposal p
  LEFT JOIN ruleset_pack f ON f.name = p.name AND f.ruleset = (SELECT max(number) FROM ruleset)`;

/** Packs that a second person must approve before they are published. */
@Injectable()
export class PackProposals {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly store: PackStore,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Whether publishing needs a second person: as it is set, or where there is one. */
  async areNeeded(): Promise<boolean> {
    const when = this.settings.classifier.packApproval;
    if (when !== 'auto') return when === 'always';
    const [row] = await this.db.query<{ publishers: number }>(
      'SELECT count(*)::int AS publishers FROM auth_user WHERE $1 = ANY(permissions)',
      [PUBLISH],
    );
    return (row?.publishers ?? 0) >= 2;
  }

  /**
   * Publishes a pack, or lays it before a second person where one is needed. Publishing what is in force already changes
   * nothing. Throws `conflict` where the same content waits already, or an id of a retired rule would get another meaning.
   */
  async publish(pack: Pack, by: string, note: string | null): Promise<Submitted> {
    if (!(await this.areNeeded())) return { published: await this.store.publish(pack, by), proposal: null };
    const sha256 = packHash(pack);
    return this.db.transaction(async (tx): Promise<Submitted> => {
      const { number, packs } = await this.store.lock(tx);
      const base = packs.get(pack.name) ?? null;
      const [same] = await tx.query<{ version: number }>(
        'SELECT version FROM pack_version WHERE name = $1 AND version = $2 AND sha256 = $3',
        [pack.name, base, sha256],
      );
      if (same)
        return {
          published: { name: pack.name, version: same.version, ruleset: number, changed: false },
          proposal: null,
        };
      await this.store.refuseRetired(pack, tx);
      const [waiting] = await tx.query<{ id: string }>(
        `SELECT id FROM pack_proposal WHERE state = 'pending' AND name = $1 AND sha256 = $2 AND base_version IS NOT DISTINCT FROM $3`,
        [pack.name, sha256, base],
      );
      if (waiting)
        throw new VigilError('conflict', `the same content waits for approval already, as ${waiting.id}`);
      const id = randomUUID();
      await tx.query(
        `INSERT INTO pack_proposal (id, name, base_version, sha256, content, note, proposed_by, proposed_at, state)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'pending')`,
        [id, pack.name, base, sha256, JSON.stringify(pack), note, by, this.clock.instant()],
      );
      await this.record(tx, by, 'propose', pack.name, { proposal: id, baseVersion: base, sha256 });
      await announce(tx, id);
      return { published: null, proposal: await one(tx, id) };
    });
  }

  /** The newest first; with `all` also those that are decided. */
  async list(all: boolean): Promise<PackProposal[]> {
    const rows = await this.db.query<ProposalRow>(
      `${PROPOSALS} WHERE $1 OR p.state = 'pending' ORDER BY p.proposed_at DESC, p.id LIMIT ${MOST_LISTED}`,
      [all],
    );
    return rows.map(toProposal);
  }

  /** Throws `not-found`. */
  async one(id: string): Promise<{ proposal: PackProposal; content: Pack }> {
    const proposal = await one(this.db, id);
    return { proposal, content: await contentOf(this.db, id) };
  }

  /**
   * Publishes what was proposed, as its proposer's version with `by` as the second person. Throws `not-found`;
   * `forbidden` to the proposer; `conflict` where it is decided; `stale-version` where another version came into force.
   */
  async approve(id: string, by: string, reason: string | null): Promise<PackProposal> {
    return this.db.transaction(async (tx) => {
      const inForce = await this.store.lock(tx);
      const proposal = await this.pending(tx, id);
      if (proposal.proposedBy === by)
        throw new VigilError(
          'forbidden',
          'You proposed this yourself. Publishing needs a second person: ask somebody else who may publish, or withdraw it.',
        );
      refuseStale(proposal, inForce);
      const pack = await contentOf(tx, id);
      const { version } = await this.store.publishWithin(tx, inForce, pack, proposal.proposedBy, by);
      await this.decide(tx, proposal, 'approved', by, reason, version);
      return one(tx, id);
    });
  }

  /** Throws `not-found`; `forbidden` to the proposer, who may withdraw; `conflict` where it is decided. */
  async reject(id: string, by: string, reason: string): Promise<PackProposal> {
    return this.db.transaction(async (tx) => {
      await this.store.lock(tx);
      const proposal = await this.pending(tx, id);
      if (proposal.proposedBy === by)
        throw new VigilError('forbidden', 'You proposed this yourself: withdraw it instead.');
      await this.decide(tx, proposal, 'rejected', by, reason, null);
      return one(tx, id);
    });
  }

  /** Throws `not-found`; `forbidden` to everybody but the proposer; `conflict` where it is decided. */
  async withdraw(id: string, by: string): Promise<PackProposal> {
    return this.db.transaction(async (tx) => {
      await this.store.lock(tx);
      const proposal = await this.pending(tx, id);
      if (proposal.proposedBy !== by)
        throw new VigilError(
          'forbidden',
          `Only ${proposal.proposedBy}, who proposed this, can withdraw it: reject it instead.`,
        );
      await this.decide(tx, proposal, 'withdrawn', by, null, null);
      return one(tx, id);
    });
  }

  private async pending(tx: Transaction, id: string): Promise<PackProposal> {
    const proposal = await one(tx, id);
    if (proposal.state === 'pending') return proposal;
    throw new VigilError(
      'conflict',
      `This proposal was ${proposal.state} by ${proposal.decidedBy} at ${proposal.decidedAt}: nothing is left to decide.`,
    );
  }

  private async decide(
    tx: Transaction,
    { id, name, proposedBy }: PackProposal,
    state: 'approved' | 'rejected' | 'withdrawn',
    by: string,
    reason: string | null,
    version: number | null,
  ): Promise<void> {
    await tx.query(
      'UPDATE pack_proposal SET state = $2, decided_by = $3, decided_at = $4, reason = $5, version = $6 WHERE id = $1',
      [id, state, by, this.clock.instant(), reason, version],
    );
    const verb = { approved: 'approve', rejected: 'reject', withdrawn: 'withdraw' }[state];
    await this.record(tx, by, verb, name, { proposal: id, proposedBy, version });
    await announce(tx, id);
  }

  private record(
    tx: Transaction,
    actor: string,
    verb: string,
    subject: string,
    detail: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    return this.audit.record({ actor, action: `pack.${verb}`, subject, detail }, tx);
  }
}

function refuseStale({ name, baseVersion, stale }: PackProposal, { packs }: InForce): void {
  if (!stale) return;
  const [was, is] = [baseVersion, packs.get(name) ?? null].map((version) =>
    version === null ? 'no version' : `version ${version}`,
  );
  throw new VigilError(
    'stale-version',
    `This was proposed when ${was} of ${name} was in force, and now ${is} is: look at what differs now, and propose it again.`,
  );
}

async function one(db: Queryable, id: string): Promise<PackProposal> {
  const [row] = await db.query<ProposalRow>(`${PROPOSALS} WHERE p.id = $1`, [id]);
  if (!row) throw new VigilError('not-found', `no proposal ${id}`);
  return toProposal(row);
}

async function contentOf(db: Queryable, id: string): Promise<Pack> {
  const [row] = await db.query<{ content: unknown }>('SELECT content FROM pack_proposal WHERE id = $1', [id]);
  return Pack.parse(row?.content);
}

function toProposal(row: ProposalRow): PackProposal {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    baseVersion: row.base_version,
    stale: row.stale,
    sha256: row.sha256,
    note: row.note,
    proposedBy: row.proposed_by,
    proposedAt: row.proposed_at.toISOString(),
    decidedBy: row.decided_by,
    decidedAt: row.decided_at?.toISOString() ?? null,
    reason: row.reason,
    version: row.version,
  };
}

async function announce(tx: Transaction, id: string): Promise<void> {
  await tx.query('SELECT pg_notify($1, $2)', [LIVE_CHANNEL, JSON.stringify({ type: 'proposal', id })]);
}
