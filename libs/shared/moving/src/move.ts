import type { Settings } from '@vigil/config';
import { VigilError } from '@vigil/contracts';
import { migrate, type OpenDatabase, type PgDatabase, schemaOf, type Transaction } from '@vigil/database';
import type { Telemetry } from '@vigil/telemetry';
import type { Table } from './catalogue.js';
import {
  checkEvidence,
  copyEvidence,
  evidenceSize,
  type CheckedEvidence,
  type EvidenceSize,
} from './evidence.js';
import { checkIndex, fillIndex, refillIndex, type CheckedIndex } from './hits.js';
import { checkLog, copyLog, messagesIn, positionsOf, setPositions } from './log.js';
import type { TopicPositions } from './log-positions.js';
import { changesOf, partsOf, readableCount, type Changes, type PlanPart } from './plan.js';
import { Tally, type Say } from './progress.js';
import { countRecordedHits } from './recorded-hits.js';
import {
  checkRecords,
  contentsOf,
  copyRecords,
  sizesOf,
  tablesToCopy,
  type Checked,
  type TableSize,
} from './records.js';
import { SideEngines } from './side-engines.js';
import {
  isSameDatabase,
  isSameFolder,
  lacksDatabase,
  openRecords,
  runningFault,
  schemaFault,
  sideOf,
  type Side,
} from './side.js';
import { quietTelemetry } from './telemetry.js';
import { beginJourney, finishJourney, forgetJourney, unfinishedJourney, type Journey } from './state.js';

export interface MoveRequest {
  readonly from: { readonly label: string; readonly settings: Settings };
  readonly to: { readonly label: string; readonly settings: Settings };
  /** Gives up a move that was begun before instead of going on with it. */
  readonly startOver?: boolean;
  readonly signal: AbortSignal;
}

export interface MovePlan {
  readonly parts: readonly PlanPart[];
  /** When the move that this one goes on with was begun; null for a new one. */
  readonly resumes: Date | null;
  /** Why it cannot be done, each with what to do about it. */
  readonly refusals: readonly string[];
}

export interface MoveReport {
  readonly tables: readonly Checked[];
  readonly evidence: readonly CheckedEvidence[];
  /** Null where the index is not filled anew. */
  readonly hits: CheckedIndex | null;
  /** Null where the log is not moved by itself. */
  readonly messages: number | null;
  /** What differs; the move has not ended then, and running it again copies this anew. */
  readonly faults: readonly string[];
}

/** One move at a time into a database; the number is arbitrary and ours alone. */
const ONE_AT_A_TIME = 7_100_004;

/**
 * A move between two installations. Opened, it holds both: neither can be started meanwhile where its folder is held, and
 * what runs on a server is refused.
 */
export class Move {
  readonly #engines: { readonly from: SideEngines; readonly to: SideEngines };
  #target: OpenDatabase | null;
  #tables: readonly Table[] = [];
  #sizes: readonly TableSize[] = [];
  #evidence: EvidenceSize = { objects: 0, bytes: 0 };

  private constructor(
    private readonly request: MoveRequest,
    private readonly telemetry: Telemetry,
    private readonly from: Side,
    private readonly to: Side,
    private readonly source: OpenDatabase,
    target: OpenDatabase | null,
    private readonly changes: Changes,
  ) {
    this.#target = target;
    this.#engines = {
      from: new SideEngines(from, telemetry),
      to: new SideEngines(to, telemetry),
    };
  }

  /** Opens both ends as they are. Throws `not-found`, `engine-unavailable` or `engine-misconfigured` in one line that names the side. */
  static async open(request: MoveRequest): Promise<Move> {
    const from = sideOf(request.from.label, request.from.settings);
    const to = sideOf(request.to.label, request.to.settings);
    if (await lacksDatabase(from)) {
      throw new VigilError(
        'not-found',
        `${from.label}: there is no database (${from.places.records}). Name the data folder of an installation, or a file of its VIGIL_* settings.`,
      );
    }
    const telemetry = quietTelemetry();
    const source = await openRecords(from, telemetry, { asItIs: true });
    try {
      const target = await openTarget(from, to, source, telemetry);
      const changes = changesOf(from.places, to.places, target === source, {
        from: withinRecords(from),
        to: withinRecords(to),
      });
      return new Move(request, telemetry, from, to, source, target, changes);
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  get #sameRecords(): boolean {
    return this.#target === this.source;
  }

  /** Looks at both ends and changes neither. */
  async plan(): Promise<MovePlan> {
    const journey = await this.#unfinished();
    const refusals = await this.#refusals(journey);
    if (refusals.length > 0) return { parts: [], resumes: null, refusals };
    this.#tables = this.#sameRecords ? [] : await tablesToCopy(this.source, this.changes);
    this.#sizes = await sizesOf(this.source, this.#tables);
    if (this.changes.evidence) this.#evidence = await evidenceSize(await this.#engines.from.evidence());
    const hits = await countRecordedHits(this.source);
    const unread =
      this.changes.log && withinRecords(this.from).log ? messagesIn(await positionsOf(this.source)) : 0;
    const rows = this.#sizes.reduce((sum, one) => sum + one.rows, 0);
    const sizes = {
      records: {
        what: `${this.#tables.length} tables, ${readableCount(rows)} rows`,
        bytes: this.#sizes.reduce((sum, one) => sum + one.bytes, 0),
      },
      evidence: { what: `${readableCount(this.#evidence.objects)} objects`, bytes: this.#evidence.bytes },
      hits: { what: `${readableCount(hits.hits)} hits, filled anew from the records`, bytes: hits.bytes },
      log: { what: `${readableCount(unread)} unread messages, and the position of each reader`, bytes: null },
    };
    return {
      parts: partsOf(this.from.places, this.to.places, this.changes, sizes),
      resumes: journey?.startedAt ?? null,
      refusals: [],
    };
  }

  /** Does what was planned, checks it, and lets the readers of the log go on at the target. `plan` comes before. */
  async run(say: Say): Promise<MoveReport> {
    const { signal } = this.request;
    const target = await this.#preparedTarget();
    const lock = await target.pool.connect();
    try {
      const { rows } = await lock.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [
        ONE_AT_A_TIME,
      ]);
      if (rows[0]?.free !== true)
        throw new VigilError('conflict', `${this.to.label}: another move into this database is under way.`);
      // Looked up again: another may have ended meanwhile.
      const journey =
        (await unfinishedJourney(target)) ??
        (await beginJourney(target, this.#origin(), this.changes.records));
      const tally = this.#tally(say);
      const topics = await this.#copy(target, journey, tally, signal);
      const report = await this.#check(target, journey, topics, tally, signal);
      if (report.faults.length === 0) await this.#finish(target, journey, topics);
      return report;
    } finally {
      lock.release(true);
    }
  }

  async close(): Promise<void> {
    await this.#engines.from.close();
    await this.#engines.to.close();
    if (this.#target !== this.source) await this.#target?.close();
    await this.source.close();
  }

  async #copy(
    target: PgDatabase,
    journey: Journey,
    tally: Tally,
    signal: AbortSignal,
  ): Promise<TopicPositions[]> {
    const { from, to } = this.#engines;
    if (this.changes.records) await copyRecords(this.source, target, this.#tables, journey, tally, signal);
    if (this.changes.evidence)
      await copyEvidence(await from.evidence(), await to.evidence(), this.#evidence, tally, signal);
    if (this.changes.hits) {
      const [before, after] = [await from.hits(this.source), await to.hits(target)];
      await fillIndex(target, before, after, journey, tally, signal);
    }
    if (!this.changes.log || !withinRecords(this.from).log) return [];
    return copyLog(this.source, target, await to.log(), journey, tally, signal);
  }

  async #check(
    target: PgDatabase,
    journey: Journey,
    topics: readonly TopicPositions[],
    tally: Tally,
    signal: AbortSignal,
  ): Promise<MoveReport> {
    const { from, to } = this.#engines;
    const tables = this.changes.records
      ? await checkRecords(this.source, target, this.#tables, journey, tally, signal)
      : [];
    const evidence = this.changes.evidence
      ? await checkEvidence(await from.evidence(), await to.evidence(), this.#evidence, tally, signal)
      : [];
    const hits = this.changes.hits ? await checkIndex(target, await to.hits(target), tally, signal) : null;
    const missing = evidence.flatMap(({ faulty }) => faulty);
    const faults = [
      ...tables.flatMap(({ fault }) => fault ?? []),
      ...missing.map((key) => `evidence ${key}: missing or damaged at the target`),
      ...(hits?.faulty ?? [])
        .slice(0, 20)
        .map((id) => `hit of ${id}: the index lacks it or holds it otherwise`),
      ...(hits !== null && hits.surplus > 0
        ? [`the index holds ${hits.surplus} hits that are not recorded`]
        : []),
      ...(topics.length > 0 ? await checkLog(await to.log(), topics) : []),
    ];
    if (hits !== null && hits.faulty.length > 0) await refillIndex(target, journey);
    const messages = this.changes.log ? messagesIn(topics) : null;
    return { tables, evidence, hits, messages, faults };
  }

  /** From here on the target is the installation. What it no longer uses of its own database is emptied: it holds posts. */
  async #finish(target: PgDatabase, journey: Journey, topics: readonly TopicPositions[]): Promise<void> {
    const log = withinRecords(this.to).log ? null : await this.#engines.to.log();
    await target.transaction(async (tx: Transaction) => {
      if (this.changes.log) await setPositions(log, tx, topics);
      if (this.changes.log && this.#sameRecords)
        await tx.query(
          'TRUNCATE bus_log, bus_dead_letter, bus_offset, bus_partition, bus_topic, bus_consumer',
        );
      if (this.changes.hits && this.#sameRecords && !withinRecords(this.to).hits)
        await tx.query('TRUNCATE hit_index, hit_index_text, hit_index_token, hit_index_erased');
      await finishJourney(tx, journey);
    });
  }

  async #preparedTarget(): Promise<OpenDatabase> {
    this.#target ??= await openRecords(this.to, this.telemetry, { asItIs: true });
    await migrate(this.#target.connectionString);
    return this.#target;
  }

  async #unfinished(): Promise<Journey | null> {
    const journey = this.#target === null ? null : await unfinishedJourney(this.#target);
    if (journey === null || this.#target === null || this.request.startOver !== true) return journey;
    await forgetJourney(this.#target, journey);
    return null;
  }

  #origin(): string {
    return this.from.places.records;
  }

  #tally(say: Say): Tally {
    const tally = new Tally(say);
    const tables = this.#sizes.reduce((sum, one) => sum + one.bytes, 0);
    // Each is copied, and read again to be checked.
    tally.expect(2 * (tables + this.#evidence.bytes));
    return tally;
  }

  async #refusals(journey: Journey | null): Promise<string[]> {
    const { source, from, to } = this;
    const target = this.#target;
    const unfit = await schemaFault(from, source);
    if (unfit !== null) return [unfit];
    const faults = [await runningFault(from, source)];
    if (target !== null && !this.#sameRecords) faults.push(await runningFault(to, target));
    if (journey !== null && journey.origin !== this.#origin()) {
      faults.push(
        `${to.label}: a move from ${journey.origin} was begun here on ${journey.startedAt.toISOString()} and has not ended. End it with the command that began it; or give it up with --start-over and an empty target.`,
      );
    }
    if (!Object.values(this.changes).some(Boolean)) {
      faults.push(
        `Nothing is to be moved: ${from.label} and ${to.label} keep everything in the same places.`,
      );
    }
    if (journey === null) faults.push(...(await this.#occupied(target)));
    if (this.changes.log && !withinRecords(from).log) faults.push(await this.#engines.from.undrained());
    return faults.filter((fault) => fault !== null);
  }

  /** What stands where something is to go. Nothing is ever written over. */
  async #occupied(target: OpenDatabase | null): Promise<string[]> {
    const { to } = this;
    const faults: string[] = [];
    if (target !== null && !this.#sameRecords) {
      const { applied } = await schemaOf(target.connectionString);
      const held = applied === null ? null : await contentsOf(target);
      if (held !== null)
        faults.push(
          `${to.label}: the database is not empty (${held}). Give a new one, or empty this one first.`,
        );
    }
    if (this.changes.log && !withinRecords(to).log) {
      const messages = await (await this.#engines.to.log()).messages();
      if (messages > 0)
        faults.push(
          `${to.label}: Kafka holds ${messages} messages under this prefix. Delete those topics, or set another VIGIL_KAFKA_TOPIC_PREFIX.`,
        );
    }
    if (this.changes.hits && (this.#sameRecords || !withinRecords(to).hits)) {
      const hits = await (await this.#engines.to.hits(this.source)).count();
      if (hits > 0)
        faults.push(
          `${to.label}: the hit index there is not empty (${hits} hits in ${to.places.hits}). In a cluster, delete those indices or set another VIGIL_ELASTICSEARCH_PREFIX.`,
        );
    }
    return faults;
  }
}

/** Which of the roles the records themselves hold. */
function withinRecords({ settings }: Side): Record<'hits' | 'log', boolean> {
  const { kafkaBrokers, elasticsearchUrls } = settings.cluster;
  return { hits: elasticsearchUrls.length === 0, log: kafkaBrokers.length === 0 };
}

/** The target's records: those of the source where they are the same; null where they are yet to be made. */
async function openTarget(
  from: Side,
  to: Side,
  source: OpenDatabase,
  telemetry: Telemetry,
): Promise<OpenDatabase | null> {
  if (await isSameFolder(from, to)) return source;
  if (await lacksDatabase(to)) return null;
  const target = await openRecords(to, telemetry, { asItIs: true });
  if (!(await isSameDatabase(source, target))) return target;
  await target.close();
  return source;
}
