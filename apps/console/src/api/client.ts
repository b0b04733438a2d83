import { ApiError } from '@vigil/contracts';
import { z } from 'zod';

/** Longest the page waits for an answer: a little over the server's own limit for a statement. */
const TIMEOUT_MS = 35_000;

/** An answer that is not the one asked for, in words a person can act on. */
export class Problem extends Error {
  override readonly name = 'Problem';

  constructor(
    readonly code: string,
    message: string,
    /** HTTP status, or 0 where the server could not be reached. */
    readonly status: number,
    readonly retriable: boolean,
    readonly fields: readonly { path: string; message: string }[] = [],
    readonly requestId: string | null = null,
  ) {
    super(message);
  }
}

type Query = Readonly<Record<string, string | number | boolean | readonly string[] | null | undefined>>;

interface Options {
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

let csrfToken: string | null = null;
let onSignedOut: () => void = () => {};

/** The token that every changing request carries; comes with the session. */
export function rememberCsrf(token: string | null): void {
  csrfToken = token;
}

/** Called whenever the server says that nobody is signed in any more. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** `{sources: ['a', 'b'], text: ''}` → `?sources=a,b`: lists by comma, empty values left out. */
export function queryString(query: Query): string {
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === null || value === undefined || value === '') continue;
    const text = Array.isArray(value) ? value.join(',') : String(value);
    if (text !== '') params.set(key, text);
  }
  const encoded = params.toString();
  return encoded === '' ? '' : `?${encoded}`;
}

async function problemOf(response: Response): Promise<Problem> {
  const body: unknown = await response.json().catch(() => null);
  const said = ApiError.safeParse(body);
  if (said.success) {
    const { code, message, retriable, fields, requestId } = said.data;
    return new Problem(code, message, response.status, retriable, fields ?? [], requestId ?? null);
  }
  return new Problem(
    'internal',
    `The server answered ${response.status} without saying why. Try again; if it stays, look at System.`,
    response.status,
    response.status >= 500,
  );
}

/**
 * One request to /api, its answer parsed by `schema`. Throws `Problem` for everything else:
 * an unreachable server (status 0), an error answer, an answer of another shape.
 */
export async function call<S extends z.ZodType>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  schema: S,
  { query = {}, body, signal }: Options = {},
): Promise<z.infer<S>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method !== 'GET' && csrfToken !== null) headers['x-csrf-token'] = csrfToken;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  try {
    response = await fetch(`/api${path}${queryString(query)}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Problem(
      'unreachable',
      timeout.aborted
        ? 'The server did not answer in time. What is shown may be old; try again.'
        : 'The server cannot be reached. What is shown may be old; try again in a moment.',
      0,
      true,
    );
  }
  if (!response.ok) {
    const problem = await problemOf(response);
    if (response.status === 401 && path !== '/session') onSignedOut();
    throw problem;
  }
  const text = await response.text();
  const answer = schema.safeParse(text === '' ? undefined : JSON.parse(text));
  if (answer.success) return answer.data;
  const where = answer.error.issues[0];
  throw new Problem(
    'unexpected-answer',
    `The server answered something this page does not know (${path}: ${where?.path.join('.') ?? ''} ${where?.message ?? ''}). Reload the page: it may be older than the server.`,
    response.status,
    false,
  );
}

/** For answers whose body nobody reads. */
export const Nothing = z.unknown();
