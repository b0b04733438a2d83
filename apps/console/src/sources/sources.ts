import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { HitPage, Source, type SourceDraft, type SourcePatch } from '@vigil/contracts';
import { useMemo } from 'react';
import { z } from 'zod';
import { call, Nothing } from '../api/client.js';

const path = (id: string) => `/sources/${encodeURIComponent(id)}`;

export function useSources() {
  return useQuery({
    queryKey: ['sources'],
    queryFn: ({ signal }) => call('GET', '/sources', z.array(Source), { signal }),
  });
}

/** Names of the sources by their ids, for every place where a hit stands. */
export function useSourceNames(): ReadonlyMap<string, string> {
  const { data } = useSources();
  return useMemo(() => new Map(data?.map((source): [string, string] => [source.id, source.name])), [data]);
}

/** What could not be read from a source lately. */
const SourceProblems = z.object({
  /** All that were ever met; the newest hundred are listed. */
  total: z.number(),
  problems: z.array(z.object({ at: z.string(), place: z.string(), message: z.string() })),
});

export function useSourceProblems(id: string) {
  return useQuery({
    queryKey: ['sources', id, 'problems'],
    queryFn: ({ signal }) => call('GET', `${path(id)}/problems`, SourceProblems, { signal }),
  });
}

/** How many hits are in the index from this source: what removing it would leave behind. */
export function useHitCount(id: string) {
  return useQuery({
    queryKey: ['sources', id, 'hits'],
    queryFn: ({ signal }) => call('GET', '/search', HitPage, { query: { sources: [id], size: 1 }, signal }),
    select: (page) => page.total,
  });
}

function useWrite<T>(write: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => client.invalidateQueries({ queryKey: ['sources'] }),
  });
}

export const useAddSource = () =>
  useWrite((draft: SourceDraft) => call('POST', '/sources', Nothing, { body: draft }));

export const useChangeSource = () =>
  useWrite(({ id, patch }: { id: string; patch: SourcePatch }) =>
    call('PATCH', path(id), Nothing, { body: patch }),
  );

export const usePollNow = () =>
  useWrite((id: string) => call('POST', `${path(id)}/poll`, Nothing, { body: {} }));

export const useRemoveSource = () => useWrite((id: string) => call('DELETE', path(id), Nothing));
