import type { estypes } from '@elastic/elasticsearch';
import type { EraseScope } from '@vigil/contracts';
import { storable } from '../hit-fields.js';
import { bulk, type Write } from './bulk.js';
import type { Cluster } from './cluster.js';
import { before } from './conditions.js';
import { keyOf } from './document.js';
import { expireMonths } from './expire.js';

/** Hits removed in one round. */
const CHUNK = 1_000;
/** A post stands in one index, or in two while it moves between versions; one more is room for a fault of the past. */
const PLACES_PER_KEY = 3;

/** Where a document stands. */
export interface Place {
  readonly index: string;
  readonly version: number;
}

/** Removes what the scope names. Returns how many hits that were. Can be repeated and interrupted: what is marked stays out. */
export async function eraseHits(cluster: Cluster, scope: EraseScope): Promise<number> {
  if ('ids' in scope) return eraseIds(cluster, scope.ids);
  if ('sourceId' in scope) return eraseWhere(cluster, { term: { source: storable(scope.sourceId) } });
  if ('demo' in scope) return eraseWhere(cluster, { term: { demo: true } });
  if ('beforeMonth' in scope) return expireMonths(cluster, scope.beforeMonth, scope.keep);
  return eraseWhere(cluster, before(scope.before));
}

/** An id that the index does not hold is remembered too: what comes later stays out. */
export async function eraseIds(cluster: Cluster, ids: readonly string[]): Promise<number> {
  let removed = 0;
  for (let at = 0; at < ids.length; at += CHUNK) {
    const keys = ids.slice(at, at + CHUNK).map(keyOf);
    await mark(cluster, keys);
    await cluster.refresh();
    const places = await placesOf(cluster, keys);
    removed += await remove(cluster, places);
  }
  await cluster.refresh();
  return removed;
}

async function eraseWhere(cluster: Cluster, query: estypes.QueryDslQueryContainer): Promise<number> {
  let removed = 0;
  for (;;) {
    await cluster.refresh();
    const places = await placesWhere(cluster, query, CHUNK);
    if (places.size === 0) return removed;
    await mark(cluster, [...places.keys()]);
    removed += await remove(cluster, places);
  }
}

/** Those of the keys that were erased. Read by key, so that a mark counts from the moment it is written. */
export async function erasedAmong(cluster: Cluster, keys: readonly string[]): Promise<Set<string>> {
  if (keys.length === 0) return new Set();
  const { docs } = await cluster.client.mget({ index: cluster.names.erased, ids: [...keys], _source: false });
  return new Set(docs.filter((doc) => 'found' in doc && doc.found).map((doc) => doc._id));
}

/** The indices that hold the keys, as far as they were refreshed. */
export function placesOf(cluster: Cluster, keys: readonly string[]): Promise<Map<string, Place[]>> {
  if (keys.length === 0) return Promise.resolve(new Map());
  return placesWhere(cluster, { ids: { values: [...keys] } }, PLACES_PER_KEY * keys.length);
}

async function placesWhere(
  cluster: Cluster,
  query: estypes.QueryDslQueryContainer,
  size: number,
): Promise<Map<string, Place[]>> {
  const found = await cluster.client.search({
    index: cluster.names.everything,
    ignore_unavailable: true,
    allow_no_indices: true,
    allow_partial_search_results: false,
    query: { bool: { filter: [query] } },
    _source: false,
    version: true,
    track_total_hits: false,
    sort: ['_doc'],
    size,
  });
  const places = new Map<string, Place[]>();
  for (const { _id: key, _index: index, _version: version = 0 } of found.hits.hits) {
    if (key === undefined) continue;
    const known = places.get(key);
    if (known) known.push({ index, version });
    else places.set(key, [{ index, version }]);
  }
  return places;
}

async function mark(cluster: Cluster, keys: readonly string[]): Promise<void> {
  const document = { erased_at: cluster.now().toISOString() };
  const index = cluster.names.erased;
  await bulk(
    cluster.client,
    keys.map((key) => ({ kind: 'index', index, key, version: null, document })),
    cluster.address,
  );
}

async function remove(cluster: Cluster, places: ReadonlyMap<string, readonly Place[]>): Promise<number> {
  const writes = [...places].flatMap(([key, all]) =>
    all.map(({ index }): Write => ({ kind: 'delete', index, key })),
  );
  return (await bulk(cluster.client, writes, cluster.address)).deleted;
}
