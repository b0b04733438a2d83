import { types } from 'node:util';

/** What a log keeps of an error. */
export interface LoggedError {
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
  readonly cause?: LoggedError;
}

/** Messages of parsers and databases quote what they were given; so much of it tells what went wrong. */
const LONGEST_MESSAGE = 500;
const LONGEST_STACK = 4_000;
const DEEPEST_CAUSE = 4;

/**
 * An error as fields, for the log. Only these: PostgreSQL's errors carry the row at fault (`detail`, `where`), Drizzle's
 * carry every parameter in their message, and both would put posts into the log.
 */
export function loggedError(error: unknown, depth = 0): LoggedError {
  if (isLogged(error)) return error;
  if (!types.isNativeError(error))
    return { type: typeof error, message: cut(String(error), LONGEST_MESSAGE) };
  const type = error.constructor.name;
  const message = type === 'DrizzleQueryError' ? 'a statement failed' : cut(error.message, LONGEST_MESSAGE);
  const frames = (error.stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
  const logged: LoggedError = {
    type,
    message,
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    ...(frames ? { stack: cut(frames, LONGEST_STACK) } : {}),
    ...(error.cause !== undefined && depth < DEEPEST_CAUSE
      ? { cause: loggedError(error.cause, depth + 1) }
      : {}),
  };
  made.add(logged);
  return logged;
}

/** What a caller has made safe already comes by here once more, as the logger's serializer. */
const made = new WeakSet<object>();

function isLogged(error: unknown): error is LoggedError {
  return typeof error === 'object' && error !== null && made.has(error);
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
