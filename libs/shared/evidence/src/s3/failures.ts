import { types } from 'node:util';
import { NoSuchKey, NotFound, S3ServiceException } from '@aws-sdk/client-s3';
import { isVigilError, VigilError } from '@vigil/contracts';

/** What the server or the connection said of an error, for a person. */
export interface Refusal {
  /** HTTP status; null where no answer came. */
  readonly status: number | null;
  /** The server's name of the error, such as AccessDenied, or the system's, such as ECONNREFUSED. */
  readonly type: string;
}

const LONGEST_TYPE = 200;

export function refusalOf(error: unknown): Refusal {
  if (error instanceof S3ServiceException) {
    const status = error.$metadata.httpStatusCode ?? null;
    // The answer to a HEAD has no body, so its errors have no name.
    const named = /^[A-Z]\w+$/.test(error.name) && error.name !== 'UnknownError';
    return { status, type: named ? error.name : `status ${status ?? 'unknown'}` };
  }
  if (!types.isNativeError(error)) return { status: null, type: typeof error };
  // The SDK wraps what it does not know for an Error, and then only the message has the system's code.
  const inMessage = /\bE[A-Z_]{4,}\b/.exec(error.message)?.[0] ?? '';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : inMessage;
  // Messages of connections and certificates: they name hosts and ports, nothing of what was sent.
  return { status: null, type: oneLine(code === '' ? `${error.name}: ${error.message}` : code) };
}

/** Whether there is no such object; a bucket that is missing is another matter. */
export function isMissing(error: unknown): boolean {
  if (error instanceof NoSuchKey || error instanceof NotFound) return true;
  const { status, type } = refusalOf(error);
  return status === 404 && type !== 'NoSuchBucket';
}

/** As the rest of the program sees an error of the client. `address` is host and bucket. */
export function engineFailure(error: unknown, address: string): VigilError {
  if (isVigilError(error)) return error;
  return new VigilError(
    'engine-unavailable',
    `The evidence store ${address} cannot be used: ${refusalOf(error).type}.`,
    { retriable: true, cause: error },
  );
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, LONGEST_TYPE);
}
