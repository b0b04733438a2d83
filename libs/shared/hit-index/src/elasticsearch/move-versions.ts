import { setTimeout as pause } from 'node:timers/promises';
import type { estypes } from '@elastic/elasticsearch';
import type { Hit } from '@vigil/contracts';
import { RefusedHits } from '../refused-hits.js';
import type { Cluster } from './cluster.js';
import { putHits } from './put.js';
import type { HitDocument } from './schema.js';

/** Hits moved at a time. */
const PAGE = 500;
/** After each page the job rests as long as the page took: half of what the cluster gives is left to others. */
const REST = 1;

/** What became of a round through the indices of other versions. */
export interface Moved {
  readonly moved: number;
  /** Indices that were found empty, and dropped. */
  readonly dropped: readonly string[];
  /** Hits that the new mappings refuse: they stay where they are, and can be searched there. */
  readonly refused: number;
}

/**
 * Moves what stands in indices of another version of the mappings into those of this one, by putting it again: newer
 * versions of a hit win and erased ones go, as with every put. Search reads both through the alias meanwhile. What is
 * left to do is what is left there, so the job can be interrupted, and any number of processes may be at it.
 */
export async function moveVersions(cluster: Cluster, signal: AbortSignal): Promise<Moved> {
  const found = await cluster.client.indices.get({ index: cluster.names.everything, allow_no_indices: true });
  const old = Object.keys(found).filter((index) => !cluster.names.isCurrent(index));
  const dropped: string[] = [];
  let moved = 0;
  let refused = 0;
  for (const index of old) {
    for await (const hits of pages(cluster, index, signal)) {
      const refusal = await put(cluster, hits);
      refused += refusal;
      moved += hits.length - refusal;
    }
    if (signal.aborted) break;
    if (await dropEmpty(cluster, index)) dropped.push(index);
  }
  return { moved, dropped, refused };
}

/** In the order of ids: what comes into an old index behind the place is left to the next round. */
async function* pages(cluster: Cluster, index: string, signal: AbortSignal): AsyncGenerator<Hit[]> {
  let after: estypes.SortResults | undefined;
  while (!signal.aborted) {
    const began = performance.now();
    const { hits } = await cluster.client.search<Pick<HitDocument, 'hit'>>({
      index,
      ignore_unavailable: true,
      allow_partial_search_results: false,
      _source: ['hit'],
      track_total_hits: false,
      sort: [{ id: 'asc' }],
      size: PAGE,
      ...(after === undefined ? {} : { search_after: after }),
    });
    if (hits.hits.length === 0) return;
    yield hits.hits.flatMap(({ _source }) => (_source ? [JSON.parse(_source.hit) as Hit] : []));
    after = hits.hits.at(-1)?.sort;
    await pause(REST * (performance.now() - began), undefined, { signal }).catch(() => undefined);
  }
}

/** How many the index refused. */
async function put(cluster: Cluster, hits: readonly Hit[]): Promise<number> {
  try {
    await putHits(cluster, hits);
    return 0;
  } catch (error) {
    if (error instanceof RefusedHits) return error.refused.length;
    throw error;
  }
}

/** Drops an index that holds nothing. A program of its version that still runs cannot write between look and drop. */
async function dropEmpty(cluster: Cluster, index: string): Promise<boolean> {
  const { client } = cluster;
  const block = (write: boolean | null) =>
    client.indices.putSettings({
      index,
      settings: { 'index.blocks.write': write },
      ignore_unavailable: true,
    });
  await block(true);
  await client.indices.refresh({ index, ignore_unavailable: true });
  const { count } = await client.count({ index, ignore_unavailable: true });
  if (count === 0) await cluster.dropIndex(index);
  else await block(null);
  return count === 0;
}
