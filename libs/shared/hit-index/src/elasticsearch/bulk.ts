import { setTimeout as pause } from 'node:timers/promises';
import type { Client, estypes } from '@elastic/elasticsearch';
import { VigilError } from '@vigil/contracts';
import { asksToWait } from './failures.js';

/** One write of a bulk. An index with a version is refused, without being an error, where a higher one is stored. */
export type Write =
  | {
      readonly kind: 'index';
      readonly index: string;
      readonly key: string;
      readonly version: number | null;
      readonly document: object;
    }
  | { readonly kind: 'delete'; readonly index: string; readonly key: string };

export interface BulkResult {
  /** How many documents are gone that were there. */
  readonly deleted: number;
}

/** Waits before what a full queue refused is sent again, in milliseconds: together 6 s, then whoever asked waits longer. */
const WAITS_MS = [100, 200, 400, 800, 1_600, 3_200];

/**
 * Writes all, whatever becomes of each: what the cluster has no room for (429) goes again, alone, after a pause. Throws
 * `engine-unavailable` for what is still refused so at the end or by a block, `internal` for a document that is at fault.
 */
export async function bulk(client: Client, writes: readonly Write[], address: string): Promise<BulkResult> {
  let pending = writes;
  let deleted = 0;
  const refused: estypes.BulkResponseItem[] = [];
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    const last = attempt === WAITS_MS.length;
    const answers = await send(client, pending, last);
    const again: Write[] = [];
    pending.forEach((write, i) => {
      const answer = answers?.[i]?.[write.kind];
      if (answer === undefined || (answer.status === 429 && !last)) again.push(write);
      else if (write.kind === 'delete' && answer.result === 'deleted') deleted += 1;
      else if (answer.error !== undefined && !isOlder(answer)) refused.push(answer);
    });
    pending = again;
    // Up to a tenth more or less, so that writers refused together do not come back together.
    if (again.length > 0) await pause((WAITS_MS[attempt] ?? 0) * (0.9 + Math.random() / 5));
  }
  if (refused.length > 0) throw refusedWrites(refused, writes.length, address);
  return { deleted };
}

/** Null where the cluster refused the whole of it for now. */
async function send(
  client: Client,
  writes: readonly Write[],
  last: boolean,
): Promise<estypes.BulkResponse['items'] | null> {
  const operations = writes.flatMap((write): object[] => {
    if (write.kind === 'delete') return [{ delete: { _index: write.index, _id: write.key } }];
    // external_gte, not external: the same version again, as when the index is filled anew, replaces itself.
    const version = write.version === null ? {} : { version: write.version, version_type: 'external_gte' };
    return [{ index: { _index: write.index, _id: write.key, ...version } }, write.document];
  });
  try {
    return (await client.bulk({ operations })).items;
  } catch (error) {
    if (last || !asksToWait(error)) throw error;
    return null;
  }
}

function isOlder(answer: estypes.BulkResponseItem): boolean {
  return answer.error?.type === 'version_conflict_engine_exception';
}

/** Names types of errors alone: their reasons quote documents. */
function refusedWrites(
  refused: readonly estypes.BulkResponseItem[],
  of: number,
  address: string,
): VigilError {
  const types = [...new Set(refused.map((answer) => answer.error?.type ?? `status ${answer.status}`))].sort();
  const message = `Elasticsearch (${address}) refused ${refused.length} of ${of} writes: ${types.join(', ')}`;
  const waits = refused.every(
    (answer) =>
      answer.status === 429 || answer.status >= 500 || answer.error?.type === 'cluster_block_exception',
  );
  return waits
    ? new VigilError('engine-unavailable', message, { retriable: true })
    : new VigilError('internal', message);
}
