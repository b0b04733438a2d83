import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type VolumeQuery, Volumes } from '@vigil/contracts';
import { call } from '../api/client.js';

export type By = VolumeQuery['by'];
export type Span = '24h' | '7d' | '14d' | '30d';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Spans with the width of their bars: about a hundred bars each. */
export const SPANS: Record<
  Span,
  { readonly name: string; readonly ms: number; readonly everySeconds: number }
> = {
  '24h': { name: '24 h', ms: DAY, everySeconds: 900 },
  '7d': { name: '7 days', ms: 7 * DAY, everySeconds: 2 * 3_600 },
  '14d': { name: '14 days', ms: 14 * DAY, everySeconds: 4 * 3_600 },
  '30d': { name: '30 days', ms: 30 * DAY, everySeconds: 8 * 3_600 },
};

export const BY: Record<By, string> = {
  none: 'Together',
  source: 'By source',
  region: 'By region',
  slogan: 'By slogan',
};

/** Counts of the span that ends now. The edges stand on whole bars, so that bars keep their height as time goes on. */
export function useVolumes(span: Span, by: By) {
  return useQuery({
    queryKey: ['volumes', span, by],
    queryFn: ({ signal }) => {
      const { ms, everySeconds } = SPANS[span];
      const width = everySeconds * 1_000;
      const to = Math.ceil(Date.now() / width) * width;
      const query = {
        from: new Date(to - ms).toISOString(),
        to: new Date(to).toISOString(),
        everySeconds,
        by,
      };
      return call('GET', '/volumes', Volumes, { query, signal });
    },
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });
}
