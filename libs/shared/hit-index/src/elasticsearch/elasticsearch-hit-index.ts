import { z } from 'zod';
import type { EraseScope, Histogram, HistogramSpec, Hit, HitPage, HitQuery } from '@vigil/contracts';
import type { IndexContents } from '../contents.js';
import { HitIndex } from '../hit-index.js';
import type { Cluster } from './cluster.js';
import { addErasedMarks, countHits, differingHits, erasedMarks } from './contents.js';
import { eraseHits } from './erase.js';
import { moveVersions } from './move-versions.js';
import { putHits } from './put.js';
import { refusalOf } from './failures.js';
import { histogramOfHits, searchHits } from './search.js';

/** A probe's question about health is answered within this, or the answer is no. */
const HEALTH_WITHIN_MS = 2_000;

const Block = z.object({
  description: z.string().catch('without a reason'),
  levels: z.array(z.string()).catch([]),
});

/** Looking for indices of other versions costs one small request. */
const MOVE_EVERY_MS = 300_000;

/** The part of a log that moving between versions needs. */
export interface MovingLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** The hit index in Elasticsearch 9, of our own normalised tokens. `openElasticsearch` makes one. */
export class ElasticsearchHitIndex extends HitIndex implements IndexContents {
  private readonly stopping = new AbortController();
  private moving: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly cluster: Cluster) {
    super();
  }

  /** Brings hits from indices of other versions of the mappings into those of this one, now and again, while it is open. */
  keepMoving(log: MovingLog): void {
    const round = () => {
      this.moving ??= this.move(log).finally(() => (this.moving = null));
    };
    this.timer = setInterval(round, MOVE_EVERY_MS).unref();
    round();
  }

  private async move(log: MovingLog): Promise<void> {
    const outcome = await this.cluster
      .run(() => moveVersions(this.cluster, this.stopping.signal))
      .catch((error: unknown) => {
        if (!this.stopping.signal.aborted)
          log.warn({ err: error }, 'hits could not be moved into the new indices; trying again');
        return null;
      });
    if (outcome === null) return;
    if (outcome.moved > 0 || outcome.dropped.length > 0)
      log.info({ ...outcome }, 'hits were moved into indices of the new mappings');
    if (outcome.refused > 0)
      log.warn({ refused: outcome.refused }, 'hits stay in old indices: the new mappings refuse them');
  }

  put(hits: readonly Hit[]): Promise<void> {
    return this.cluster.run(() => putHits(this.cluster, hits));
  }

  search(query: HitQuery): Promise<HitPage> {
    return this.cluster.run(() => searchHits(this.cluster, query));
  }

  histogram(query: HitQuery, by: HistogramSpec): Promise<Histogram> {
    return this.cluster.run(() => histogramOfHits(this.cluster, query, by));
  }

  erase(scope: EraseScope): Promise<number> {
    return this.cluster.run(() => eraseHits(this.cluster, scope));
  }

  count(): Promise<number> {
    return this.cluster.run(() => countHits(this.cluster));
  }

  differing(hits: readonly Hit[]): Promise<Hit[]> {
    return this.cluster.run(() => differingHits(this.cluster, hits));
  }

  erasedMarks(): AsyncIterable<Buffer[]> {
    return erasedMarks(this.cluster);
  }

  addErasedMarks(marks: readonly Buffer[]): Promise<void> {
    return this.cluster.run(() => addErasedMarks(this.cluster, marks));
  }

  /** Null when well, else what is wrong and what that means, in one sentence for an operator. */
  async failure(): Promise<string | null> {
    const { client, names, address } = this.cluster;
    const means = 'New hits wait in the outbox of the database, and search is unavailable or incomplete.';
    try {
      const { status } = await client.cluster.health(
        { index: [names.everything, names.erased] },
        { requestTimeout: HEALTH_WITHIN_MS, maxRetries: 0 },
      );
      if (status === 'red') return `Elasticsearch (${address}) has lost shards of the hit index. ${means}`;
      const block = await writeBlockOf(this.cluster);
      return block === null ? null : `Elasticsearch (${address}) takes no writes: ${block}. ${means}`;
    } catch (error) {
      return `Elasticsearch (${address}): ${refusalOf(error).reason}. ${means}`;
    }
  }

  async close(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    this.stopping.abort();
    await this.moving;
    await this.cluster.client.close();
  }
}

/** A part of `GET _cluster/state/blocks`: of the whole cluster, and of each index, by the number of the block. */
const Blocks = z.object({
  blocks: z
    .object({
      global: z.record(z.string(), Block).default({}),
      indices: z.record(z.string(), z.record(z.string(), Block)).default({}),
    })
    .prefault({}),
});

/** What of the cluster or of our newest indices is closed to writes, as when a disk passes its flood stage; null where nothing is. */
async function writeBlockOf({ client, names }: Cluster): Promise<string | null> {
  const state = await client.cluster.state(
    { metric: 'blocks', index: [names.months, names.erased] },
    { requestTimeout: HEALTH_WITHIN_MS, maxRetries: 0 },
  );
  const { global, indices } = Blocks.parse(state).blocks;
  const found = [
    ...Object.values(global).map((block) => ({ of: 'the cluster', block })),
    ...Object.entries(indices).flatMap(([index, blocks]) =>
      Object.values(blocks).map((block) => ({ of: index, block })),
    ),
  ].find(({ block }) => block.levels.includes('write'));
  return found === undefined ? null : `${found.of} is blocked (${found.block.description})`;
}
