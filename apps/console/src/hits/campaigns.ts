import { useQuery } from '@tanstack/react-query';
import { AskedCampaign, type Campaign, MAX_CAMPAIGNS } from '@vigil/contracts';
import { z } from 'zod';
import { call } from '../api/client.js';

/** Campaigns that cards ask for in one turn of the page, asked of the server in one request. */
let waiting: Map<string, Promise<Campaign | null>> | null = null;
let answer: Promise<AskedCampaign[]> = Promise.resolve([]);

/** A campaign as it is now; null where it is no longer kept. */
function readCampaign(id: string): Promise<Campaign | null> {
  if (waiting === null || waiting.size >= MAX_CAMPAIGNS) {
    const asked = new Map<string, Promise<Campaign | null>>();
    waiting = asked;
    answer = new Promise((resolve) => {
      setTimeout(() => {
        if (waiting === asked) waiting = null;
        resolve(call('GET', '/campaigns', z.array(AskedCampaign), { query: { ids: [...asked.keys()] } }));
      });
    });
  }
  const found = answer.then((all) => all.find((one) => one.asked === id)?.campaign ?? null);
  waiting.set(id, found);
  return found;
}

/** The campaign of a hit as it is now; what its verdict says until the answer is there, or where it is no longer kept. */
export function useCampaign(told: Campaign | undefined): Campaign | undefined {
  const query = useQuery({
    queryKey: ['campaign', told?.id],
    queryFn: () => readCampaign(told?.id ?? ''),
    enabled: told !== undefined,
    staleTime: 60_000,
  });
  return query.data ?? told;
}
