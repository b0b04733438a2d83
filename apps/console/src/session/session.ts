import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type Permission, Session } from '@vigil/contracts';
import { call, Nothing, Problem, rememberCsrf } from '../api/client.js';

export const SESSION_KEY = ['session'] as const;

/** Who is signed in, or null. Throws only where the server cannot say. */
async function readSession(): Promise<Session | null> {
  try {
    const session = await call('GET', '/session', Session);
    rememberCsrf(session.csrfToken);
    return session;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return null;
    throw error;
  }
}

export function useSession() {
  return useQuery({ queryKey: SESSION_KEY, queryFn: readSession, staleTime: 5 * 60_000 });
}

/** Whether the person signed in may do this; what they may not is not offered. */
export function useMay(): (permission: Permission) => boolean {
  const permissions = useSession().data?.permissions ?? [];
  return (permission) => permissions.includes(permission);
}

/** Exchanges the one-time token of a sign-in link for a session (a cookie the page cannot read). */
export async function signIn(token: string): Promise<Session> {
  const session = await call('POST', '/session', Session, { body: { token } });
  rememberCsrf(session.csrfToken);
  return session;
}

/** Ends the session here and on the server, and forgets everything that was read. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await call('DELETE', '/session', Nothing);
    rememberCsrf(null);
    client.setQueryData(SESSION_KEY, null);
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
  };
}

/** The token in a pasted sign-in link, or in what stands behind its `#`; the text itself where it is bare. */
export function tokenOf(text: string): string | null {
  const found = /[#&?]token=([^&\s]+)/.exec(text);
  const token = found?.[1] === undefined ? text.trim() : decodeURIComponent(found[1]);
  return /^[\w.~-]{1,200}$/.test(token) ? token : null;
}
