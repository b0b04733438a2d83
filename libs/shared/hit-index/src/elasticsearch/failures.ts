import { errors } from '@elastic/elasticsearch';
import { VigilError } from '@vigil/contracts';

/** What Elasticsearch said of an error, without what it quotes of a document. */
export interface Refusal {
  /** HTTP status; null where no answer came. */
  readonly status: number | null;
  /** Elasticsearch's name of the error, such as cluster_block_exception, or the client's. */
  readonly type: string;
  /** For a person, one line. */
  readonly reason: string;
}

/** Their reasons name indices, nodes and privileges; those of other errors may quote the text of a post. */
const SAFE_REASONS =
  /^(security|cluster_block|es_rejected_execution|circuit_breaking|index_not_found|media_type_header|unavailable_shards|master_not_discovered|illegal_argument|search_phase_execution|no_shard_available_action)_exception$/;
const LONGEST_REASON = 300;

export function refusalOf(error: unknown): Refusal {
  if (error instanceof errors.ResponseError) {
    const body: unknown = error.body;
    const detail = isRecord(body) && isRecord(body.error) ? body.error : {};
    const type = typeof detail.type === 'string' ? detail.type : `status ${error.statusCode ?? 'unknown'}`;
    const reason = typeof detail.reason === 'string' && SAFE_REASONS.test(type) ? `: ${detail.reason}` : '';
    return { status: error.statusCode ?? null, type, reason: oneLine(`${type}${reason}`) };
  }
  if (error instanceof errors.ElasticsearchClientError) {
    // A connection's message says what the socket said (ECONNREFUSED, a certificate's fault).
    const said = error instanceof errors.ConnectionError ? `: ${error.message}` : '';
    return { status: null, type: error.name, reason: oneLine(`${error.name}${said}`) };
  }
  const name = error instanceof Error ? error.name : typeof error;
  return { status: null, type: name, reason: name };
}

/** Whether the server asks for patience: its queues or its memory are full. The client itself tries 502 to 504 again. */
export function asksToWait(error: unknown): boolean {
  return refusalOf(error).status === 429;
}

/** As the rest of the program sees an error of the client; anything else is returned as it is. */
export function engineFailure(error: unknown, address: string): unknown {
  if (!(error instanceof errors.ElasticsearchClientError)) return error;
  // The client's errors carry whole requests, with posts in them: none becomes a cause.
  return new VigilError('engine-unavailable', `Elasticsearch (${address}): ${refusalOf(error).reason}`, {
    retriable: true,
  });
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, LONGEST_REASON);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
