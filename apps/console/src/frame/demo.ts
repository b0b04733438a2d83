import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { DemoState } from '@vigil/contracts';
import { call, Nothing, Problem } from '../api/client.js';
import { counted } from '../words/format.js';

/** What the demo left in the stores. */
export function useDemo() {
  return useQuery({
    queryKey: ['demo'],
    queryFn: ({ signal }) => call('GET', '/demo', DemoState, { signal }),
    // A server of separate services has no demo at all, and says that there is no such address.
    refetchInterval: ({ state }) =>
      state.data?.present === false || (state.error instanceof Problem && state.error.status === 404)
        ? false
        : 60_000,
  });
}

/** Removes every source, post, hit and alert of the demo, then reads the page anew. */
export function useRemoveDemo() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('DELETE', '/demo', Nothing),
    onSuccess: () => client.invalidateQueries(),
  });
}

/** `6 sources, 4,210 posts, 214 hits and 5 alerts`. */
export function demoParts(demo: DemoState): string {
  return `${counted(demo.sources, 'source')}, ${counted(demo.posts, 'post')}, ${counted(demo.hits, 'hit')} and ${counted(demo.alerts, 'alert')}`;
}
