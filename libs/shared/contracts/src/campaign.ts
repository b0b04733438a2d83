import { z } from 'zod';
import { Instant } from './ids.js';

/** A campaign's id: the hash of the id of the first of its posts that was seen. */
export const CampaignId = z.string().regex(/^[0-9a-f]{32}$/, '32 hexadecimal digits');
export type CampaignId = z.infer<typeof CampaignId>;

/**
 * Reposts: posts with a match whose texts are near copies of each other, or that belong together by media, links or a
 * known text (docs/adr/0010).
 */
export const Campaign = z.object({
  id: CampaignId,
  posts: z.number().int(),
  sources: z.number().int(),
  /** Languages that are known; posts of an unknown one count for none. */
  languages: z.number().int(),
  firstAt: Instant,
  lastAt: Instant,
  /** Whether it was released in five sources or three languages within a day. */
  coordinated: z.boolean(),
});
export type Campaign = z.infer<typeof Campaign>;

/** Campaigns asked for at once: as many as a page of hits. */
export const MAX_CAMPAIGNS = 200;

/** A campaign as it is now, under the id it was asked by: it may have become part of another since. */
export const AskedCampaign = z.object({ asked: CampaignId, campaign: Campaign });
export type AskedCampaign = z.infer<typeof AskedCampaign>;
