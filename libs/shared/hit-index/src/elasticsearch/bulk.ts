import { setTimeout as pause } from 'node:timers/promises';
import type { Client, estypes } from '@elastic/elasticsearch';
import { VigilError } from '@vigil/contracts';
import { asksToWait, refusalOf } from './failures.js';

/** One write of a bulk. An index with a version is refused, without being an error, where a higher one is stored. */
export type Write =
  | {
      readonly kind: 'index';
      readonly index: string;
      readonly key: string;
      readonly version: number | null;
      readonly document: object;
    }
  | {
      readonly kind: 'delete';
      readonly index: string;
      readonly key: string;
      /** Only what is of this version or lower goes; absent: whatever stands there. */
      readonly version?: number;
    };

export interface BulkResult {
  /** How many documents are gone that were there. */
  readonly deleted: number;
  /** Writes whose document is at fault: sent again they would be refused again. */
  readonly refused: readonly RefusedWrite[];
}

export interface RefusedWrite {
  readonly write: Write;
  /** Elasticsearch's name of the fault: its reason would quote the document. */
  readonly reason: string;
}

/** Waits before what a full queue refused is sent again, in milliseconds: together 6 s, then whoever asked waits longer. */
const WAITS_MS = [100, 200, 400, 800, 1_600, 3_200];
/** Up to this part more or less, so that writers refused together do not come back together. */
const JITTER = 0.3;

/**
 * Writes all, whatever becomes of each: what the cluster has no room for (429, 503) goes again, alone, after a pause,
 * and a request that is too large goes in halves. Throws `engine-unavailable`, retriable, where writes are left for
 * which the cluster, not their document, is at fault.
 */
export async function bulk(client: Client, writes: readonly Write[], address: string): Promise<BulkResult> {
  let pending = writes;
  let deleted = 0;
  const refused: RefusedWrite[] = [];
  let failed: Outcome[] = [];
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    const outcomes = await send(client, pending);
    deleted += outcomes.filter(({ is }) => is === 'deleted').length;
    for (const { is, write, reason } of outcomes) if (is === 'refused') refused.push({ write, reason });
    failed = failed.concat(outcomes.filter(({ is }) => is === 'failed'));
    const busy = outcomes.filter(({ is }) => is === 'busy');
    const wait = WAITS_MS[attempt];
    if (wait === undefined) failed = failed.concat(busy);
    pending = wait === undefined ? [] : busy.map(({ write }) => write);
    if (wait !== undefined && pending.length > 0)
      await pause(wait * (1 - JITTER + 2 * JITTER * Math.random()));
  }
  if (failed.length > 0) throw failedWrites(failed, writes.length, address);
  return { deleted, refused };
}

/** What became of one write. */
interface Outcome {
  readonly is: 'done' | 'deleted' | 'busy' | 'refused' | 'failed';
  readonly write: Write;
  /** Empty where there is none to give. */
  readonly reason: string;
}

async function send(client: Client, writes: readonly Write[]): Promise<Outcome[]> {
  const operations = writes.flatMap((write): object[] => {
    // external_gte, not external: the same version again, as when the index is filled anew, replaces itself.
    const version =
      typeof write.version === 'number' ? { version: write.version, version_type: 'external_gte' } : {};
    const place = { _index: write.index, _id: write.key, ...version };
    return write.kind === 'delete' ? [{ delete: place }] : [{ index: place }, write.document];
  });
  try {
    const { items } = await client.bulk({ operations });
    return writes.map((write, i) => outcomeOf(write, items[i]?.[write.kind]));
  } catch (error) {
    const { status, type: reason } = refusalOf(error);
    if (status === 413) return sendHalves(client, writes, reason);
    if (!asksToWait(error)) throw error;
    return writes.map((write) => ({ is: 'busy', write, reason }));
  }
}

/** For a server, or a proxy before it, that takes only smaller requests. */
async function sendHalves(client: Client, writes: readonly Write[], reason: string): Promise<Outcome[]> {
  const half = writes.length >> 1;
  if (half === 0) return writes.map((write) => ({ is: 'refused', write, reason }));
  return [...(await send(client, writes.slice(0, half))), ...(await send(client, writes.slice(half)))];
}

/** Errors that a document causes. Any other is the cluster's, and not held against what it was asked to write. */
const DOCUMENT_FAULT =
  /^(document_parsing|mapper_parsing|strict_dynamic_mapping|parsing|x_content_parse|illegal_argument|max_bytes_length_exceeded)_exception$/;

function outcomeOf(write: Write, answer: estypes.BulkResponseItem | undefined): Outcome {
  const { status = 503, error, result } = answer ?? {};
  const reason = error?.type ?? `status ${status}`;
  if (status === 429 || status === 503) return { is: 'busy', write, reason };
  if (error === undefined) return { is: result === 'deleted' ? 'deleted' : 'done', write, reason: '' };
  // A higher version is there already; or what was to go had gone with its index.
  const gone = write.kind === 'delete' && status === 404;
  if (gone || reason === 'version_conflict_engine_exception') return { is: 'done', write, reason };
  const ofDocument = (status === 400 || status === 413) && DOCUMENT_FAULT.test(reason);
  return { is: ofDocument ? 'refused' : 'failed', write, reason };
}

function failedWrites(failed: readonly Outcome[], of: number, address: string): VigilError {
  const reasons = [...new Set(failed.map(({ reason }) => reason))].sort();
  return new VigilError(
    'engine-unavailable',
    `Elasticsearch (${address}) did not take ${failed.length} of ${of} writes: ${reasons.join(', ')}`,
    { retriable: true },
  );
}
