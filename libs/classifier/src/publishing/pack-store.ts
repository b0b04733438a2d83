import { Injectable } from '@nestjs/common';
import { AuditLog } from '@vigil/auth';
import { Clock, VigilError } from '@vigil/contracts';
import { Database, type Queryable, type Transaction } from '@vigil/database';
import { packHash } from '../packs/load-pack.js';
import { retiredFaults, type RetiredRule } from '../packs/retired.js';
import { Pack, SloganRule } from '../packs/schema.js';
import type { PackVersion } from '../rules/ruleset.js';

/** A published version of a pack, without its content. */
export interface PublishedVersion {
  readonly name: string;
  readonly version: number;
  readonly sha256: string;
  readonly publishedAt: string;
  readonly publishedBy: string;
  /** The second person who let it be published; null where none was asked for. */
  readonly approvedBy: string | null;
}

/** The combination in force: its number and the version of each pack. */
export interface ActiveSet {
  readonly number: number;
  readonly packs: readonly { readonly name: string; readonly version: number }[];
}

/** What is in force under the lock of publishing: the ruleset's number, and the version of each pack by its name. */
export interface InForce {
  readonly number: number;
  readonly packs: ReadonlyMap<string, number>;
}

/** What publishing led to. `changed` false: the content in force was the same, and nothing was made. */
export interface Published {
  readonly name: string;
  readonly version: number;
  readonly ruleset: number;
  readonly changed: boolean;
}

/** Channel on which every process hears that a ruleset was published; the payload is its number. */
export const RULESET_CHANNEL = 'vigil_ruleset';
/** Channel of what open pages hear of. */
export const LIVE_CHANNEL = 'vigil_live';
/** Advisory lock of whoever publishes, held to the end of the transaction; the number is arbitrary and ours alone. */
const PUBLISH_LOCK = 7_100_003;

interface VersionRow extends Record<string, unknown> {
  name: string;
  version: number;
  sha256: string;
  published_at: Date;
  published_by: string;
  approved_by: string | null;
}

const VERSION_COLUMNS = 'v.name, v.version, v.sha256, v.published_at, v.published_by, v.approved_by';

function versionOf(row: VersionRow): PublishedVersion {
  const { name, version, sha256, published_at, published_by, approved_by } = row;
  return {
    name,
    version,
    sha256,
    publishedAt: published_at.toISOString(),
    publishedBy: published_by,
    approvedBy: approved_by,
  };
}

async function versionsOf(db: Queryable, name: string): Promise<PublishedVersion[]> {
  const rows = await db.query<VersionRow>(
    `SELECT ${VERSION_COLUMNS} FROM pack_version v WHERE v.name = $1 ORDER BY v.version DESC`,
    [name],
  );
  return rows.map(versionOf);
}

/** The rules that any version of a pack retired, by id: each as the first of those versions has it. */
async function retiredRules(db: Queryable, name: string): Promise<Map<string, RetiredRule>> {
  const rows = await db.query<{ version: number; rule: unknown }>(
    `SELECT DISTINCT ON (rule ->> 'id') version, rule FROM pack_version, jsonb_array_elements(content -> 'rules') AS rule
     WHERE name = $1 AND rule ->> 'state' = 'retired' ORDER BY rule ->> 'id', version`,
    [name],
  );
  return new Map(
    rows.map((row) => {
      const rule = SloganRule.parse(row.rule);
      return [rule.id, { version: row.version, rule }];
    }),
  );
}

/** The packs as published: immutable versions, and one number for each combination of them. */
@Injectable()
export class PackStore {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** The combination in force; null before the first is published. */
  async active(): Promise<ActiveSet | null> {
    // One statement, so that number and packs belong together.
    const rows = await this.db.query<{ number: number; name: string; version: number }>(
      `SELECT ruleset AS number, name, version FROM ruleset_pack
       WHERE ruleset = (SELECT max(number) FROM ruleset) ORDER BY name`,
    );
    const [first] = rows;
    return first
      ? { number: first.number, packs: rows.map(({ name, version }) => ({ name, version })) }
      : null;
  }

  /** Number of the combination in force; 0 before the first. */
  async activeNumber(): Promise<number> {
    const [row] = await this.db.query<{ number: number }>(
      'SELECT coalesce(max(number), 0)::int AS number FROM ruleset',
    );
    return row?.number ?? 0;
  }

  /** Throws `not-found`. */
  async content(name: string, version: number): Promise<Pack> {
    const [row] = await this.db.query<{ content: unknown }>(
      'SELECT content FROM pack_version WHERE name = $1 AND version = $2',
      [name, version],
    );
    if (!row) throw new VigilError('not-found', `pack ${name} has no version ${version}`);
    // Parsed again: a newer program may know fields with defaults that the stored version lacks.
    return Pack.parse(row.content);
  }

  /** The packs of a combination, with their contents. Throws `not-found` where there was none of this number. */
  async packsOf(ruleset: number): Promise<PackVersion[]> {
    const rows = await this.db.query<{ version: number; content: unknown }>(
      `SELECT v.version, v.content FROM ruleset_pack p JOIN pack_version v USING (name, version)
       WHERE p.ruleset = $1 ORDER BY v.name`,
      [ruleset],
    );
    if (rows.length === 0) throw new VigilError('not-found', `there is no ruleset ${ruleset}`);
    return rows.map(({ version, content }) => ({ version, content: Pack.parse(content) }));
  }

  /** The versions in force. */
  async activeVersions(): Promise<PublishedVersion[]> {
    const rows = await this.db.query<VersionRow>(
      `SELECT ${VERSION_COLUMNS} FROM ruleset_pack p JOIN pack_version v USING (name, version)
       WHERE p.ruleset = (SELECT max(number) FROM ruleset) ORDER BY v.name`,
    );
    return rows.map(versionOf);
  }

  /** All versions of a pack, the newest first; empty where there is none. */
  async versions(name: string): Promise<PublishedVersion[]> {
    return versionsOf(this.db, name);
  }

  /**
   * Publishes a pack as its next version and puts it in force at once. Where the version in force has the same content
   * nothing is made. `unless` is asked under the lock, so that two processes that start together publish once. Throws
   * `conflict` where the pack gives the id of a retired rule another meaning (see retiredFaults).
   */
  async publish(
    pack: Pack,
    by: string,
    unless?: (versions: readonly PublishedVersion[]) => boolean,
  ): Promise<Published> {
    return this.db.transaction(async (tx) => {
      const inForce = await this.lock(tx);
      const versions = await versionsOf(tx, pack.name);
      const current = inForce.packs.get(pack.name);
      if (current !== undefined && unless?.(versions))
        return { name: pack.name, version: current, ruleset: inForce.number, changed: false };
      return this.publishWithin(tx, inForce, pack, by, null);
    });
  }

  /** The same within a transaction that holds the lock of publishing. `approvedBy`: the second person, if there was one. */
  async publishWithin(
    tx: Transaction,
    inForce: InForce,
    pack: Pack,
    by: string,
    approvedBy: string | null,
  ): Promise<Published> {
    const sha256 = packHash(pack);
    const versions = await versionsOf(tx, pack.name);
    const current = inForce.packs.get(pack.name);
    if (current !== undefined && versions.some((one) => one.version === current && one.sha256 === sha256))
      return { name: pack.name, version: current, ruleset: inForce.number, changed: false };
    await this.refuseRetired(pack, tx);
    const version = (versions[0]?.version ?? 0) + 1;
    await tx.query(
      `INSERT INTO pack_version (name, version, sha256, content, published_at, published_by, approved_by)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [pack.name, version, sha256, JSON.stringify(pack), this.clock.instant(), by, approvedBy],
    );
    const ruleset = await this.enforce(
      tx,
      inForce,
      pack.name,
      version,
      by,
      `${pack.name} ${version} published`,
    );
    const detail = { version, ruleset, sha256, ...(approvedBy !== null && { approvedBy }) };
    await this.audit.record({ actor: by, action: 'pack.publish', subject: pack.name, detail }, tx);
    return { name: pack.name, version, ruleset, changed: true };
  }

  /** Puts an earlier version in force again, under a new ruleset number. Throws `not-found`. */
  async rollBack(name: string, version: number, by: string): Promise<Published> {
    return this.db.transaction(async (tx) => {
      const active = await this.lock(tx);
      const [known] = await tx.query('SELECT 1 FROM pack_version WHERE name = $1 AND version = $2', [
        name,
        version,
      ]);
      if (!known) throw new VigilError('not-found', `pack ${name} has no version ${version}`);
      if (active.packs.get(name) === version)
        return { name, version, ruleset: active.number, changed: false };
      const ruleset = await this.enforce(tx, active, name, version, by, `${name} rolled back to ${version}`);
      await this.audit.record(
        { actor: by, action: 'pack.rollback', subject: name, detail: { version, ruleset } },
        tx,
      );
      return { name, version, ruleset, changed: true };
    });
  }

  /** Throws `conflict` where the pack gives the id of a retired rule a life or another meaning. */
  async refuseRetired(pack: Pack, db: Queryable = this.db): Promise<void> {
    const fields = retiredFaults(pack, await retiredRules(db, pack.name));
    const [first] = fields;
    if (first)
      throw new VigilError(
        'conflict',
        `rule pack ${pack.name}: ${fields.length === 1 ? 'an id' : `${fields.length} ids`} of retired rules would get another meaning, the first in ${first.path}: ${first.message}`,
        { fields },
      );
  }

  /**
   * Numbers the packs in force anew, because what stands beside them changed: a bank. Whoever publishes waits until the
   * transaction ends. Throws `conflict` where no pack is published yet.
   */
  async renumber(tx: Transaction, by: string, cause: string): Promise<number> {
    const active = await this.lock(tx);
    const [first] = active.packs;
    if (!first)
      throw new VigilError('conflict', 'No rule pack is published yet: publish one, then fill the banks.');
    return this.enforce(tx, active, ...first, by, cause);
  }

  /** Takes the lock of publishing until the transaction ends, and says what is in force. */
  async lock(tx: Transaction): Promise<InForce> {
    await tx.query('SELECT pg_advisory_xact_lock($1)', [PUBLISH_LOCK]);
    const [newest] = await tx.query<{ number: number }>(
      'SELECT coalesce(max(number), 0)::int AS number FROM ruleset',
    );
    const number = newest?.number ?? 0;
    const rows = await tx.query<{ name: string; version: number }>(
      'SELECT name, version FROM ruleset_pack WHERE ruleset = $1',
      [number],
    );
    return { number, packs: new Map(rows.map((row) => [row.name, row.version])) };
  }

  private async enforce(
    tx: Transaction,
    active: InForce,
    name: string,
    version: number,
    by: string,
    cause: string,
  ): Promise<number> {
    const number = active.number + 1;
    const packs = new Map(active.packs).set(name, version);
    await tx.query(
      'INSERT INTO ruleset (number, published_at, published_by, cause) VALUES ($1, $2, $3, $4)',
      [number, this.clock.instant(), by, cause],
    );
    await tx.query(
      'INSERT INTO ruleset_pack (ruleset, name, version) SELECT $1, name, version FROM unnest($2::text[], $3::int[]) AS p (name, version)',
      [number, [...packs.keys()], [...packs.values()]],
    );
    await tx.query('SELECT pg_notify($1, $2), pg_notify($3, $4)', [
      RULESET_CHANNEL,
      String(number),
      LIVE_CHANNEL,
      JSON.stringify({ type: 'ruleset', ruleset: number }),
    ]);
    return number;
  }
}
