/** Codes are part of the API: they are added, never changed. */
export type ErrorCode =
  | 'bad-input'
  | 'not-found'
  | 'conflict'
  | 'stale-version'
  | 'unauthenticated'
  | 'forbidden'
  | 'too-large'
  | 'too-many-requests'
  | 'refused-address'
  | 'source-expired'
  | 'fetch-failed'
  | 'unparsable-feed'
  | 'engine-unavailable'
  | 'engine-misconfigured'
  | 'fenced'
  | 'poison'
  | 'internal';

export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/**
 * Every error the program raises on purpose. `retriable` tells a caller whether trying again can help;
 * `fields` point into the input that was at fault.
 */
export class VigilError extends Error {
  override readonly name = 'VigilError';
  readonly retriable: boolean;
  readonly fields: readonly FieldError[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { retriable?: boolean; cause?: unknown; fields?: readonly FieldError[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.retriable = options.retriable ?? false;
    this.fields = options.fields ?? [];
  }
}

export function isVigilError(error: unknown, code?: ErrorCode): error is VigilError {
  return error instanceof VigilError && (code === undefined || error.code === code);
}

/** The one mapping from our codes to HTTP. */
export const HTTP_STATUS: Record<ErrorCode, number> = {
  'bad-input': 400,
  'not-found': 404,
  conflict: 409,
  'stale-version': 409,
  unauthenticated: 401,
  forbidden: 403,
  'too-large': 413,
  'too-many-requests': 429,
  'refused-address': 422,
  'source-expired': 422,
  'fetch-failed': 502,
  'unparsable-feed': 422,
  'engine-unavailable': 503,
  'engine-misconfigured': 500,
  fenced: 409,
  poison: 422,
  internal: 500,
};
