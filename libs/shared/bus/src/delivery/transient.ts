import { isVigilError } from '@vigil/contracts';

/**
 * PostgreSQL classes that pass by themselves: 08 connection, 53 out of resources, 57P0 shut down or starting, and the
 * codes of a lost race. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const PASSING = /^(08...|53...|57P0.|40001|40P01|55P03|25006)$/;
const NETWORK = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENET|ENOSPC|EMFILE)/;
const BROKEN =
  /connection terminated|connection ended|timeout exceeded when trying to connect|client has encountered a connection error/i;

/** Whether the same work may well succeed later without a change. Looks through causes, where wrappers hide them. */
export function isTransient(error: unknown, depth = 0): boolean {
  if (depth > 5 || !(error instanceof Error)) return false;
  if (isVigilError(error)) return error.retriable;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  // A Unix socket that is not there: the server is down. Any other missing file stays missing.
  if (code === 'ENOENT' && 'syscall' in error && error.syscall === 'connect') return true;
  if (PASSING.test(code) || NETWORK.test(code) || BROKEN.test(error.message)) return true;
  return isTransient(error.cause, depth + 1);
}

/** One line for a log or a person; never the message that was handled. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.replaceAll('\u0000', '').slice(0, 1_000);
}
