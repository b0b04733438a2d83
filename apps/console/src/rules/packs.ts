import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { BenchResult, PackView, type SourceLabels } from '@vigil/contracts';
import { useMemo } from 'react';
import { z } from 'zod';
import { call } from '../api/client.js';
import type { Draft } from './DraftChoice.js';

export function usePacks() {
  return useQuery({
    queryKey: ['packs'],
    queryFn: ({ signal }) => call('GET', '/packs', z.array(PackView), { signal }),
  });
}

/** A document that a rule refers to. */
const Reference = z.object({ title: z.string(), address: z.string().optional() });
export type Reference = z.infer<typeof Reference>;
const PackContent = z.object({ content: z.object({ references: z.record(z.string(), Reference) }) });

/** The documents a pack refers to, by the keys its rules name. */
export function useReferences(pack: string) {
  return useQuery({
    queryKey: ['packs', pack],
    queryFn: ({ signal }) => call('GET', `/packs/${encodeURIComponent(pack)}`, PackContent, { signal }),
    select: (answer) => answer.content.references,
  });
}

/** Titles of all rules by their ids. */
export function useRuleTitles(): ReadonlyMap<string, string> {
  const { data } = usePacks();
  return useMemo(
    () => new Map(data?.flatMap((pack) => pack.rules.map((rule): [string, string] => [rule.id, rule.title]))),
    [data],
  );
}

/** Tries a text that is stored nowhere, under the rules that are live or with a draft in place of its namesake. */
export function useBench(text: string, context: SourceLabels['context'], draft: Draft | null) {
  return useQuery({
    queryKey: ['classify', text, context, draft],
    queryFn: ({ signal }) => {
      const tried = draft ? { draft: { files: draft.files } } : {};
      return call('POST', '/classify', BenchResult, { body: { text, context, ...tried }, signal });
    },
    enabled: text.trim() !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}
