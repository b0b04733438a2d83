import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Exclusion, Match, PackView, type SourceLabels } from '@vigil/contracts';
import { useMemo } from 'react';
import { z } from 'zod';
import { call } from '../api/client.js';

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

/** What the bench is told of a text. */
const Classified = z.object({
  normalised: z.string(),
  matches: z.array(Match),
  cancelled: z.array(Match),
  /** What rules in shadow would match. */
  shadow: z.array(Match).optional(),
  exclusions: z.array(Exclusion),
  /** What only lacked a second sign. */
  nearMisses: z.array(Match),
});
export type Classified = z.infer<typeof Classified>;

/** Classifies a text that is stored nowhere, under the rules that are live. */
export function useClassified(text: string, context: SourceLabels['context']) {
  return useQuery({
    queryKey: ['classify', text, context],
    queryFn: ({ signal }) => call('POST', '/classify', Classified, { body: { text, context }, signal }),
    enabled: text.trim() !== '',
    placeholderData: keepPreviousData,
    gcTime: 0,
  });
}
