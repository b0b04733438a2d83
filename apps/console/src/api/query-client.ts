import { QueryClient } from '@tanstack/react-query';
import { Problem } from './client.js';

/** Attempts after the first, for what a retry can help. */
const RETRIES = 2;

function retry(failures: number, error: Error): boolean {
  return error instanceof Problem && error.retriable && failures < RETRIES;
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      // The server may be this very machine: being offline is no reason not to ask it.
      networkMode: 'always',
      retry,
      // The stream of live events says what changed; between events a minute-old answer is good enough.
      staleTime: 60_000,
      refetchOnWindowFocus: true,
    },
    mutations: { networkMode: 'always', retry: false },
  },
});
