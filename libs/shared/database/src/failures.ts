import { types } from 'node:util';
import { VigilError } from '@vigil/contracts';

/** SQLSTATE of an error of PostgreSQL's, also where Drizzle has wrapped it; null for others. */
export function sqlState(error: unknown): string | null {
  const original = unwrapped(error);
  if (
    isError(original) &&
    'code' in original &&
    typeof original.code === 'string' &&
    /^[0-9A-Z]{5}$/.test(original.code)
  ) {
    return original.code;
  }
  return null;
}

/** serialization_failure and deadlock_detected: the same transaction can succeed when it runs again. */
export function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === '40001' || state === '40P01';
}

/**
 * Class 08: connection; 57P01 to 57P03: the server is stopping, has crashed, or is starting; 53300: no connection left;
 * 25P03: a transaction that stood idle for too long was ended with its connection.
 */
const LOST_STATES = /^(08...|57P0[123]|53300|25P03)$/;
const LOST_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** What pg says without a code (pg/lib/client.js, pg-pool/index.js). */
const LOST_MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect|Client was closed|Cannot use a pool after)/i;

/** Whether the connection to the server failed, rather than the statement. */
export function isLostConnection(error: unknown): boolean {
  const original = unwrapped(error);
  if (!isError(original)) return false;
  const state = sqlState(original);
  if (state) return LOST_STATES.test(state);
  if ('code' in original && typeof original.code === 'string' && LOST_CODES.has(original.code)) return true;
  if ('errors' in original && Array.isArray(original.errors)) return original.errors.some(isLostConnection);
  return LOST_MESSAGES.test(original.message);
}

/**
 * The error to pass on: `engine-unavailable` for a lost connection; the bare error of PostgreSQL instead of
 * Drizzle's, whose message holds every parameter; any other unchanged.
 */
export function translated(error: unknown): unknown {
  if (error instanceof VigilError) return error;
  if (isLostConnection(error)) {
    return new VigilError(
      'engine-unavailable',
      'The database cannot be reached at the moment. It is tried again by itself.',
      {
        retriable: true,
        cause: unwrapped(error),
      },
    );
  }
  return unwrapped(error);
}

/** Drizzle wraps what the driver throws as the cause of an error that lists statement and parameters. */
function unwrapped(error: unknown): unknown {
  return isError(error) && error.constructor.name === 'DrizzleQueryError' && error.cause
    ? error.cause
    : error;
}

/** An error of any realm: those of Node's own modules are not `instanceof` the Error of a Jest test. */
export function isError(error: unknown): error is Error {
  return types.isNativeError(error);
}

/** What an error says, for a message of ours. An AggregateError (several addresses tried) says nothing itself. */
export function reasonOf(error: unknown): string {
  if (!isError(error)) return String(error);
  if ('errors' in error && Array.isArray(error.errors)) return error.errors.map(reasonOf).join('; ');
  return error.message;
}
