import type { z } from 'zod';
import { PostEvent } from './post.js';
import { VerdictEvent } from './verdict.js';

/** A named log of messages of one shape. Messages with the same key keep their order. */
export interface Topic<T> {
  readonly name: string;
  readonly schema: z.ZodType<T>;
}

/** Collected posts, keyed by channel. */
export const POSTS: Topic<PostEvent> = { name: 'posts', schema: PostEvent as z.ZodType<PostEvent> };

/** One verdict a post event, keyed by channel as well, so that the order of revisions is kept. */
export const VERDICTS: Topic<VerdictEvent> = {
  name: 'verdicts',
  schema: VerdictEvent as z.ZodType<VerdictEvent>,
};

/** The key of a post on either topic. */
export function channelKey(post: { sourceId: string; channel: string }): string {
  return `${post.sourceId} ${post.channel}`;
}
