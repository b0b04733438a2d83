import type { estypes } from '@elastic/elasticsearch';
import type { Hit } from '@vigil/contracts';
import { bulk } from './bulk.js';
import type { Cluster } from './cluster.js';
import { keyOf, toDocument } from './document.js';

/** Marks of one run, and of one page of a search. */
const MARKS = 2_000;
/** Between two pages; a page takes milliseconds. */
const KEPT_OPEN = '2m';
const SHA256_BYTES = 32;

export async function countHits(cluster: Cluster): Promise<number> {
  await cluster.refresh();
  const { count } = await cluster.client.count({
    index: cluster.names.months,
    ignore_unavailable: true,
    allow_no_indices: true,
  });
  return count;
}

/** Compares the whole stored document, so that what is searched by is checked as well. */
export async function differingHits(cluster: Cluster, hits: readonly Hit[]): Promise<Hit[]> {
  if (hits.length === 0) return [];
  const found = await cluster.client.search<Record<string, unknown>>({
    index: cluster.names.months,
    ignore_unavailable: true,
    allow_no_indices: true,
    allow_partial_search_results: false,
    query: { ids: { values: hits.map((hit) => keyOf(hit.post.id)) } },
    track_total_hits: false,
    size: hits.length,
  });
  const stored = new Map(found.hits.hits.map(({ _id, _source }) => [_id, _source]));
  return hits.filter((hit) => {
    const document = stored.get(keyOf(hit.post.id));
    if (document === undefined || hit.state === 'erased') return true;
    return Object.entries(toDocument(hit).document).some(
      ([field, value]) => JSON.stringify(document[field]) !== JSON.stringify(value),
    );
  });
}

export async function* erasedMarks(cluster: Cluster): AsyncGenerator<Buffer[]> {
  const { client, names } = cluster;
  await client.indices.refresh({ index: names.erased });
  const { id } = await client.openPointInTime({ index: names.erased, keep_alive: KEPT_OPEN });
  try {
    let after: estypes.SortResults | undefined;
    for (;;) {
      const { hits } = await client.search({
        pit: { id, keep_alive: KEPT_OPEN },
        sort: ['_shard_doc'],
        size: MARKS,
        _source: false,
        track_total_hits: false,
        ...(after === undefined ? {} : { search_after: after }),
      });
      if (hits.hits.length === 0) return;
      // The document that a start writes to try whether it may has no hash for an id.
      const marks = hits.hits.map((hit) => Buffer.from(hit._id ?? '', 'base64url'));
      yield marks.filter((mark) => mark.length === SHA256_BYTES);
      after = hits.hits.at(-1)?.sort;
    }
  } finally {
    await client.closePointInTime({ id });
  }
}

export async function addErasedMarks(cluster: Cluster, marks: readonly Buffer[]): Promise<void> {
  const index = cluster.names.erased;
  const document = { erased_at: cluster.now().toISOString() };
  await bulk(
    cluster.client,
    marks.map((mark) => ({ kind: 'index', index, key: mark.toString('base64url'), version: null, document })),
    cluster.address,
  );
}
