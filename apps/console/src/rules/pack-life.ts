import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { PackDiff, PackProposal, PackVersion, ShadowCount, ShadowSample } from '@vigil/contracts';
import { z } from 'zod';
import { call, Nothing } from '../api/client.js';

/** Days over which shadow is counted on the page: long enough for a weekday and a weekend of each kind. */
export const SHADOW_DAYS = 14;

const path = (pack: string) => `/packs/${encodeURIComponent(pack)}`;

/** All versions of a pack, the newest first. */
export function usePackVersions(pack: string) {
  return useQuery({
    queryKey: ['packs', pack, 'versions'],
    queryFn: ({ signal }) => call('GET', `${path(pack)}/versions`, z.array(PackVersion), { signal }),
  });
}

/** How a version differs from another, by default from the one before. */
export function usePackDiff(pack: string, to: number, from?: number) {
  return useQuery({
    queryKey: ['packs', pack, 'diff', to, from],
    queryFn: ({ signal }) => call('GET', `${path(pack)}/diff`, PackDiff, { query: { from, to }, signal }),
    staleTime: Infinity,
  });
}

export function useRollBack(pack: string) {
  return useWrite((version: number) =>
    call('POST', `${path(pack)}/rollback`, Nothing, { body: { version } }),
  );
}

/** Packs that wait for a second person. */
export function useProposals() {
  return useQuery({
    queryKey: ['packs', 'proposals'],
    queryFn: ({ signal }) => call('GET', '/packs/proposals', z.array(PackProposal), { signal }),
  });
}

/** How a proposal differs from what was in force when it was made. */
export function useProposalDiff(id: string) {
  return useQuery({
    queryKey: ['packs', 'proposals', id],
    queryFn: ({ signal }) => call('GET', `/packs/proposals/${id}`, z.object({ diff: PackDiff }), { signal }),
    select: (answer) => answer.diff,
    staleTime: Infinity,
  });
}

export interface Verdict {
  readonly does: 'approve' | 'reject' | 'withdraw';
  readonly reason?: string;
}

export function useDecideProposal(id: string) {
  return useWrite(({ does, reason }: Verdict) =>
    call('POST', `/packs/proposals/${id}/${does}`, PackProposal, { body: reason ? { reason } : {} }),
  );
}

/** What rules in shadow would have matched, by the rule's id: posts of the last days. */
export function useShadowCounts(pack: string, wanted: boolean) {
  return useQuery({
    queryKey: ['shadow', pack],
    queryFn: ({ signal }) =>
      call('GET', '/shadow', z.array(ShadowCount), { query: { pack, days: SHADOW_DAYS }, signal }),
    enabled: wanted,
    select: sumByRule,
  });
}

/** A rule may have been in shadow under several versions of its pack. */
function sumByRule(counts: readonly ShadowCount[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const { rule, posts } of counts) sums.set(rule, (sums.get(rule) ?? 0) + posts);
  return sums;
}

export function useShadowSamples(rule: string) {
  return useQuery({
    queryKey: ['shadow', 'samples', rule],
    queryFn: ({ signal }) =>
      call('GET', '/shadow/samples', z.array(ShadowSample), { query: { rule }, signal }),
  });
}

function useWrite<T>(write: (input: T) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => client.invalidateQueries({ queryKey: ['packs'] }),
  });
}
