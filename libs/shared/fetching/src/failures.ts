import { errors } from 'undici';
import { isVigilError, VigilError } from '@vigil/contracts';
import type { Deadline } from './deadline.js';

/** All response headers together. */
export const MAX_HEADER_BYTES = 32 * 1024;

const PERMANENT: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** One named error for whatever went wrong on the way, saying which host and what happened. */
export function asVigilError(error: unknown, url: string, deadline: Deadline): VigilError {
  if (isVigilError(error)) return error;
  const host = hostOf(url);
  if (deadline.timedOut) {
    return new VigilError(
      'fetch-failed',
      `${host} did not answer completely within ${deadline.timeoutMs} ms`,
      { retriable: true, cause: error },
    );
  }
  if (deadline.cancelled)
    return new VigilError('fetch-failed', `the fetch from ${host} was cancelled`, {
      retriable: true,
      cause: error,
    });
  if (error instanceof errors.HeadersOverflowError) {
    return new VigilError('too-large', `the headers of ${host} are larger than ${MAX_HEADER_BYTES} bytes`, {
      cause: error,
    });
  }
  const cause = error instanceof AggregateError ? error.errors[0] : error;
  const code = codeOf(cause) ?? codeOf(error) ?? 'unknown cause';
  return new VigilError('fetch-failed', `${host}: ${EXPLAINED[code] ?? 'the request failed'} (${code})`, {
    retriable: !PERMANENT.has(code),
    cause: error,
  });
}

const EXPLAINED: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was closed in the middle',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the connection was not made in time',
  UND_ERR_CONNECT_TIMEOUT: 'the connection was not made in time',
  UND_ERR_SOCKET: 'the connection was closed in the middle',
  UND_ERR_BODY_TIMEOUT: 'the stream fell silent',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the answer is shorter or longer than it said',
  HPE_INVALID_CONSTANT: 'the answer is not HTTP',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is self-signed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate cannot be verified',
};

function codeOf(error: unknown): string | null {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the address';
}
