import { isVigilError, VigilError } from '@vigil/contracts';
import type { Streamed } from '@vigil/fetching';
import type { Reading } from '../connector.js';
import { parseRetryAfter } from '../retry-after.js';
import type { Piece } from './file-tail.js';
import { pause } from './waiting.js';

/** A held stream may be quiet for hours; a dead connection looks the same, so it is asked anew after this. */
const IDLE_MS = 10 * 60_000;
/** An answer that ended and brought something: more may come at once. */
const ASK_AGAIN_MS = 250;
/** Nothing new: asked again later and later, up to this. */
const ASK_AGAIN_AT_MOST_MS = 5_000;

export type HttpPiece =
  | Piece
  /** The server asked for patience, or is gone: the read ends after this piece. */
  | {
      readonly type: 'advice';
      readonly notBeforeMs?: number;
      readonly pause?: string;
      readonly error?: VigilError;
    };

/**
 * Reads NDJSON over HTTP from a byte offset on; with `follow` stays with it until the signal. Asks with
 * `Range: bytes=OFFSET-` and takes 206, 200 (the bytes before the offset are passed over) and 416 (nothing new);
 * a long-lived answer is read as it comes. `patienceMs` is how long to wait between whole downloads from a server
 * that knows no ranges.
 */
export async function* tailHttp(
  reading: Pick<Reading, 'client' | 'clock' | 'signal'>,
  url: string,
  start: number,
  follow: boolean,
  patienceMs: number,
): AsyncGenerator<HttpPiece> {
  const { client, clock, signal } = reading;
  let offset = start;
  let idleRounds = 0;
  while (!signal.aborted) {
    const answer = await client.stream(url, { headers: headersFor(offset), signal, idleMs: IDLE_MS });
    const plan = planFor(answer, offset, clock.now());
    if (plan.type !== 'read') answer.close();
    if (plan.type === 'advice') {
      yield plan;
      return;
    }
    let brought = 0;
    if (plan.type === 'restarted') {
      yield plan;
      offset = 0;
      continue;
    }
    if (plan.type === 'read') {
      let passOver = plan.passOver;
      try {
        for await (const chunk of answer.body) {
          const bytes = passOver === 0 ? chunk : chunk.subarray(Math.min(passOver, chunk.length));
          passOver -= Math.min(passOver, chunk.length);
          if (bytes.length === 0) continue;
          offset += bytes.length;
          brought += bytes.length;
          yield { type: 'bytes', bytes, mark: null };
        }
      } catch (error) {
        if (signal.aborted) return;
        // A stream that was followed and broke is asked again from its offset; one that gave nothing is a failure.
        if (!follow || brought === 0 || !isVigilError(error, 'fetch-failed')) throw error;
      } finally {
        answer.close();
      }
      if (passOver > 0 && !signal.aborted) {
        yield {
          type: 'restarted',
          why: `the stream is shorter than the ${offset} bytes already read: read from its beginning`,
        };
        offset = 0;
        continue;
      }
    }
    if (!follow) return;
    idleRounds = brought > 0 ? 0 : idleRounds + 1;
    const wait = Math.min(ASK_AGAIN_MS * 2 ** Math.min(idleRounds, 10), ASK_AGAIN_AT_MOST_MS);
    const knowsNoRanges = plan.type === 'read' && plan.passOver > 0;
    await pause(knowsNoRanges ? Math.max(wait, patienceMs) : wait, signal);
  }
}

function headersFor(offset: number): Record<string, string> {
  const accept = 'application/x-ndjson, application/jsonl, application/json;q=0.5, */*;q=0.1';
  return offset === 0 ? { accept } : { accept, range: `bytes=${offset}-` };
}

type Plan =
  | { readonly type: 'read'; readonly passOver: number }
  | { readonly type: 'nothing' }
  | Extract<HttpPiece, { type: 'advice' | 'restarted' }>;

function planFor(answer: Streamed, offset: number, now: number): Plan {
  const { status, headers } = answer;
  switch (status) {
    case 200:
      return { type: 'read', passOver: offset };
    case 206: {
      const first = Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? Number.NaN);
      if (!(first <= offset)) {
        throw new VigilError(
          'fetch-failed',
          `asked for the bytes from ${offset} on, the server answered with others`,
          { retriable: true },
        );
      }
      return { type: 'read', passOver: offset - first };
    }
    case 204:
    case 304:
      return { type: 'nothing' };
    case 416: {
      const size = Number(/^bytes \*\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? Number.NaN);
      if (size < offset)
        return {
          type: 'restarted',
          why: `the stream shrank from ${offset} to ${size} bytes: read from its beginning`,
        };
      return { type: 'nothing' };
    }
    case 410:
      return { type: 'advice', pause: 'the server says that this stream is gone for good (410)' };
    default: {
      const retryAfter = parseRetryAfter(headers['retry-after'], now);
      const error = new VigilError('fetch-failed', `the server answered ${status}`, {
        retriable: status >= 500 || status === 429,
      });
      return { type: 'advice', error, ...(retryAfter === null ? {} : { notBeforeMs: retryAfter }) };
    }
  }
}
