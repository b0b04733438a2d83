import { setTimeout as pause } from 'node:timers/promises';
import { serve } from '@vigil/testing';

/** A web server of feeds that knows who asks for what, and when. */
export interface Feeds {
  address(feed: string): string;
  /** How often the feed was asked for. */
  asked(feed: string): number;
  /** Most requests for one feed that were open at a time. */
  readonly mostAtOnce: number;
  /** Answers to this feed's requests wait until `release`. */
  hold(feed: string): void;
  release(feed: string): void;
  close(): Promise<void>;
}

/** Long enough for two processes to meet at the same feed. */
const ANSWER_AFTER_MS = 200;

/** Each feed has one new post for every time that it was asked for. */
export async function serveFeeds(): Promise<Feeds> {
  const asked = new Map<string, number>();
  const open = new Map<string, number>();
  const held = new Map<string, PromiseWithResolvers<void>>();
  let mostAtOnce = 0;
  const answer = async (feed: string): Promise<string> => {
    await Promise.all([pause(ANSWER_AFTER_MS), held.get(feed)?.promise]);
    const items = Array.from(
      { length: asked.get(feed) ?? 0 },
      (_, i) =>
        `<item><guid>${feed}-${i}</guid><title>Post ${i}</title><description>A quiet day in ${feed}</description></item>`,
    );
    return `<?xml version="1.0"?><rss version="2.0"><channel><title>${feed}</title>${items.join('')}</channel></rss>`;
  };
  const server = await serve((request, response) => {
    const feed = (request.url ?? '').slice(1);
    asked.set(feed, (asked.get(feed) ?? 0) + 1);
    open.set(feed, (open.get(feed) ?? 0) + 1);
    mostAtOnce = Math.max(mostAtOnce, open.get(feed) ?? 0);
    response.once('close', () => open.set(feed, (open.get(feed) ?? 1) - 1));
    answer(feed).then(
      (text) => response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(text),
      () => response.destroy(),
    );
  });
  return {
    address: (feed) => `${server.url}/${feed}`,
    asked: (feed) => asked.get(feed) ?? 0,
    get mostAtOnce() {
      return mostAtOnce;
    },
    hold: (feed) => void held.set(feed, Promise.withResolvers()),
    release: (feed) => {
      held.get(feed)?.resolve();
      held.delete(feed);
    },
    close: () => server.close(),
  };
}
