import { VigilError } from '@vigil/contracts';
import { bulk, type Write } from './bulk.js';
import type { Cluster } from './cluster.js';
import { keyOf } from './document.js';

/** Documents copied or looked at in one round. */
const CHUNK = 500;

/**
 * Drops the indices of all months before this one (2026-11), whole, after copying what is to be kept into the index of
 * held hits; takes out of that what is no longer to be kept. Returns how many hits are gone. Can be repeated: an index
 * goes only once all that it holds of the kept is found in the other.
 */
export async function expireMonths(
  cluster: Cluster,
  beforeMonth: string,
  keep: readonly string[],
): Promise<number> {
  const { client, names } = cluster;
  const limit = beforeMonth.replace('-', '.');
  const kept = new Set(keep.map(keyOf));
  await cluster.refresh();
  const all = Object.keys(await client.indices.get({ index: names.everything, allow_no_indices: true }));
  let removed = 0;
  for (const index of all) {
    const month = names.monthOf(index);
    if (month === null) removed += await removeReleased(cluster, index, kept);
    else if (month < limit) removed += await dropMonth(cluster, index, [...kept]);
  }
  await cluster.refresh();
  return removed;
}

async function dropMonth(cluster: Cluster, index: string, keep: readonly string[]): Promise<number> {
  let copied = 0;
  for (let at = 0; at < keep.length; at += CHUNK)
    copied += await copyHeld(cluster, index, keep.slice(at, at + CHUNK));
  const { count } = await cluster.client.count({ index });
  await cluster.dropIndex(index);
  return count - copied;
}

/** Returns how many of the keys the index holds; all of them are in the index of held hits then. */
async function copyHeld(cluster: Cluster, index: string, keys: readonly string[]): Promise<number> {
  const { client, names, address } = cluster;
  const { hits } = await client.search<object>({
    index,
    query: { ids: { values: [...keys] } },
    version: true,
    allow_partial_search_results: false,
    size: keys.length,
  });
  const writes = hits.hits.flatMap(({ _id: key, _version: version, _source: document }): Write[] =>
    key === undefined || document === undefined
      ? []
      : [{ kind: 'index', index: names.held, key, version: version ?? null, document }],
  );
  if (writes.length === 0) return 0;
  await cluster.ensureIndex(names.held);
  await bulk(client, writes, address);
  const { docs } = await client.mget({
    index: names.held,
    ids: writes.map((write) => write.key),
    _source: false,
  });
  const missing = docs.filter((doc) => !('found' in doc && doc.found)).length;
  if (missing > 0) {
    throw new VigilError(
      'engine-unavailable',
      `Elasticsearch (${address}): ${missing} held hits of ${index} could not be copied; the index stays`,
      { retriable: true },
    );
  }
  return writes.length;
}

/** Takes away what stands in an index of held hits and is held no longer. */
async function removeReleased(cluster: Cluster, index: string, kept: ReadonlySet<string>): Promise<number> {
  let removed = 0;
  let after: (string | number)[] | null = null;
  for (;;) {
    const { hits } = await cluster.client.search({
      index,
      _source: false,
      track_total_hits: false,
      allow_partial_search_results: false,
      sort: [{ id: 'asc' }],
      size: CHUNK,
      ...(after === null ? {} : { search_after: after }),
    });
    const released = hits.hits.flatMap(({ _id: key }) => (key === undefined || kept.has(key) ? [] : [key]));
    const { deleted } = await bulk(
      cluster.client,
      released.map((key) => ({ kind: 'delete', index, key })),
      cluster.address,
    );
    removed += deleted;
    if (hits.hits.length < CHUNK) return removed;
    after = (hits.hits.at(-1)?.sort ?? []) as (string | number)[];
  }
}
