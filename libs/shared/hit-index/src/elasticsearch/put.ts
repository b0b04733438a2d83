import type { Hit } from '@vigil/contracts';
import { chunks, newestOfEach } from '../newest.js';
import { makeEach, RefusedHits, type RefusedHit } from '../refused-hits.js';
import { bulk, type Write } from './bulk.js';
import type { Cluster } from './cluster.js';
import { toDocument, type Versioned } from './document.js';
import { eraseIds, erasedAmong, type Place, placesOf } from './erase.js';

/** Stores the hits; they can be searched once it resolves. May stop in the middle: what is stored then is stored once. */
export async function putHits(cluster: Cluster, hits: readonly Hit[]): Promise<void> {
  const newest = newestOfEach(hits);
  const toErase = newest.filter((hit) => hit.state === 'erased').map((hit) => hit.post.id);
  if (toErase.length > 0) await eraseIds(cluster, toErase);
  const refused: RefusedHit[] = [];
  for (const chunk of chunks(newest)) {
    const { made, refused: unmade } = makeEach(
      chunk.filter((hit) => hit.state !== 'erased'),
      toDocument,
    );
    refused.push(...unmade, ...(await putChunk(cluster, made)));
  }
  await cluster.refresh();
  if (refused.length > 0) throw new RefusedHits(refused);
}

async function putChunk(cluster: Cluster, all: readonly Versioned[]): Promise<RefusedHit[]> {
  if (all.length === 0) return [];
  const keys = all.map((one) => one.key);
  const [erased, places] = await Promise.all([erasedAmong(cluster, keys), placesOf(cluster, keys)]);
  const standing = all.filter((one) => !erased.has(one.key));
  const writes = standing
    .filter((one) => !oldPlaces(cluster, places, one).some(({ version }) => version > one.version))
    .map((one): Write & { kind: 'index' } => ({
      kind: 'index',
      // An edit goes where its post stands already: one post, one document.
      index:
        places.get(one.key)?.find(({ index }) => cluster.names.isCurrent(index))?.index ??
        cluster.names.month(one.firstSeenAt, cluster.now()),
      key: one.key,
      version: one.version,
      document: one.document,
    }));
  for (const index of new Set(writes.map((write) => write.index))) await cluster.ensureIndex(index);
  const { refused } = await bulk(cluster.client, [...writes, ...removals(erased, places)], cluster.address);
  const unwritten = new Set(refused.map(({ write }) => write.key));
  const moved = standing.flatMap((one) =>
    unwritten.has(one.key)
      ? []
      : oldPlaces(cluster, places, one).map(({ index }): Write => {
          return { kind: 'delete', index, key: one.key, version: one.version };
        }),
  );
  if (moved.length > 0) {
    // What is written must be found before what it replaces is not: for a moment a search may see both, never neither.
    await cluster.refresh();
    await bulk(cluster.client, moved, cluster.address);
  }
  await removeErasedMeanwhile(cluster, writes);
  const ids = new Map(all.map((one) => [one.key, one.postId]));
  return refused.flatMap(({ write, reason }) => {
    const id = ids.get(write.key);
    return id === undefined ? [] : [{ id, reason: `Elasticsearch refuses it: ${reason}` }];
  });
}

/** Where a hit stands in indices of another version of the mappings: a put moves it from there. */
function oldPlaces(
  { names }: Cluster,
  places: ReadonlyMap<string, readonly Place[]>,
  { key }: Versioned,
): readonly Place[] {
  return (places.get(key) ?? []).filter(({ index }) => !names.isCurrent(index));
}

/**
 * There is no lock between processes. Whoever erases marks first and removes then; whoever puts writes first and looks
 * for marks then: one of the two sees the other. What a put that died in between left is removed when its hits,
 * never acknowledged, are put again.
 */
async function removeErasedMeanwhile(cluster: Cluster, writes: readonly Write[]): Promise<void> {
  const erased = await erasedAmong(
    cluster,
    writes.map((write) => write.key),
  );
  const gone = writes.filter((write) => erased.has(write.key));
  await bulk(
    cluster.client,
    gone.map(({ index, key }) => ({ kind: 'delete', index, key })),
    cluster.address,
  );
}

function removals(erased: ReadonlySet<string>, places: ReadonlyMap<string, readonly Place[]>): Write[] {
  return [...erased].flatMap((key) =>
    (places.get(key) ?? []).map(({ index }): Write => ({ kind: 'delete', index, key })),
  );
}
