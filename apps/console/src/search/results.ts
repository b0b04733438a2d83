import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Histogram, HitPage } from '@vigil/contracts';
import { call } from '../api/client.js';
import { barSeconds, queryOf, type Search } from './search-address.js';

const PAGE_SIZE = 25;

/** Pages of hits; `askedAt` is when the reader asked, so that a moving span stands still while they read. */
export function useResults(search: Search, askedAt: number) {
  const query = queryOf(search, askedAt);
  return useInfiniteQuery({
    queryKey: ['search', query, askedAt],
    queryFn: ({ pageParam, signal }) =>
      call('GET', '/search', HitPage, { query: { ...query, size: PAGE_SIZE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
    // What is being read must not move under the reader; new hits are announced and taken when asked for.
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

/** First and last instant (milliseconds) of a timeline. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const DAY = 86_400_000;

/** Counts over the time searched. Where the search has no beginning, by day first, to learn where it begins. */
export function useTimeline(search: Search, askedAt: number) {
  const query = queryOf(search, askedAt);
  const to = query['to'] ? Date.parse(String(query['to'])) : askedAt;
  const from = query['from'] ? Date.parse(String(query['from'])) : null;
  const days = useHistogram(query, 86_400, askedAt, from === null);
  const firstDay = days.data?.bars.find((bar) => bar.count > 0)?.at;
  const begin = from ?? (firstDay === undefined ? null : Date.parse(firstDay));
  const span: TimeSpan | null = begin === null ? null : { from: begin, to: Math.max(to, begin + 60_000) };
  const everySeconds = barSeconds(span === null ? DAY : span.to - span.from);
  const fine = useHistogram(query, everySeconds, askedAt, span !== null);
  return {
    span,
    everySeconds,
    bars: fine.data?.bars,
    isPending: from === null ? days.isPending || (span !== null && fine.isPending) : fine.isPending,
    error: days.error ?? fine.error,
  };
}

function useHistogram(
  query: ReturnType<typeof queryOf>,
  everySeconds: number,
  askedAt: number,
  enabled: boolean,
) {
  return useQuery({
    queryKey: ['histogram', query, everySeconds, askedAt],
    queryFn: ({ signal }) =>
      call('GET', '/search/histogram', Histogram, { query: { ...query, everySeconds }, signal }),
    enabled,
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    refetchOnWindowFocus: false,
  });
}
