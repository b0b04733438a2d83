import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { parse, VigilError, type PostEvent, type RssLocator } from '@vigil/contracts';
import type { Fetched } from '@vigil/fetching';
import {
  Connector,
  MAX_PIECE,
  type Advice,
  type Gathered,
  type Reading,
  type WatchedSource,
} from '../connector.js';
import { parseRetryAfter } from '../retry-after.js';
import type { Feed } from './feed.js';
import { postOfEntry, type FeedPost } from './feed-posts.js';
import { patienceOf } from './freshness.js';
import { parseFeed } from './parse-feed.js';
import { NEW_FEED, remember, RssCursor, type Seen } from './seen-entries.js';

type Rss = z.infer<typeof RssLocator>;

const ACCEPT =
  'application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.1';

/**
 * Feeds by URL. A poll asks conditionally, publishes entries that are new (`observed`) or whose published content
 * changed (`edited`, one revision up), oldest first, and keeps the document's bytes where it published something.
 */
export class RssConnector extends Connector<Rss> {
  readonly kind = 'rss';

  style(): 'poll' {
    return 'poll';
  }

  async *read(source: WatchedSource<Rss>, stored: unknown, reading: Reading): AsyncGenerator<Gathered> {
    const cursor = stored === null ? NEW_FEED : parse(RssCursor, stored, `cursor of source ${source.id}`);
    const { url } = source.locator;
    const answer = await reading.client.fetch(url, {
      headers: requestHeaders(cursor),
      signal: reading.signal,
    });
    const now = reading.clock.now();
    if (answer.status === 304) {
      yield { events: [], cursor, advice: patience(patienceOf(answer.headers, null, now)) };
      return;
    }
    if (answer.status !== 200) {
      yield { events: [], cursor, advice: adviceFor(answer, now) };
      if (answer.status !== 410)
        throw new VigilError('fetch-failed', `the feed's server answered ${answer.status}`, {
          retriable: true,
        });
      return;
    }
    const document = createHash('sha256').update(answer.body).digest('hex');
    const validators = {
      etag: answer.headers['etag']?.slice(0, 1_000) ?? null,
      lastModified: answer.headers['last-modified']?.slice(0, 200) ?? null,
    };
    if (document === cursor.document) {
      yield {
        events: [],
        cursor: { ...cursor, ...validators },
        advice: patience(patienceOf(answer.headers, null, now)),
      };
      return;
    }
    const feed = parseFeed(answer.body, {
      url: answer.url,
      headers: answer.headers,
      languages: source.labels.languages,
    });
    const posts = postsOf(feed, source, url, reading);
    const changed = changes(posts, cursor.seen);
    const capture = changed.length > 0 ? await reading.keep(answer.body) : null;
    let seen: Seen[] = cursor.seen;
    for (let from = 0; from < changed.length; from += MAX_PIECE) {
      const piece = changed.slice(from, from + MAX_PIECE);
      const events = piece.map(({ post, revision }): PostEvent =>
        post.event(revision, reading.clock.instant(), capture),
      );
      seen = remember(
        seen,
        piece.map(({ post, revision }): Seen => [post.key, post.fingerprint, revision]),
        posts.length,
      );
      // Without its validators: a poll that ends in between asks for the whole document again.
      yield { events, cursor: { ...NEW_FEED, seen } };
    }
    const revisions = new Map(seen.map(([key, , revision]) => [key, revision]));
    const window = posts.map((post): Seen => [post.key, post.fingerprint, revisions.get(post.key) ?? 0]);
    yield {
      events: [],
      cursor: { ...validators, document, seen: remember(seen, window, posts.length) },
      advice: patience(patienceOf(answer.headers, feed, now)),
    };
  }
}

function requestHeaders(cursor: RssCursor): Record<string, string> {
  return {
    accept: ACCEPT,
    ...(cursor.etag === null ? {} : { 'if-none-match': cursor.etag }),
    ...(cursor.lastModified === null ? {} : { 'if-modified-since': cursor.lastModified }),
  };
}

function patience(ms: number | null): Advice {
  return ms === null ? {} : { notBeforeMs: ms };
}

function adviceFor(answer: Fetched, now: number): Advice {
  if (answer.status === 410)
    return {
      pause:
        'the server says that this feed is gone for good (410): look for its new address, or delete the source',
    };
  return patience(parseRetryAfter(answer.headers['retry-after'], now));
}

/** The posts of a document, newest first as feeds have them; of two with the same id the first. */
function postsOf(feed: Feed, source: WatchedSource<Rss>, url: string, reading: Reading): FeedPost[] {
  const posts = new Map<string, FeedPost>();
  for (const entry of feed.entries) {
    try {
      const post = postOfEntry(entry, feed, source, url);
      if (post === null)
        reading.setAside({
          place: `entry ${entry.number}`,
          message: 'it has no id, address, text or media: nothing to publish',
        });
      else if (!posts.has(post.key)) posts.set(post.key, post);
    } catch (error) {
      if (!(error instanceof RangeError) && !(error instanceof VigilError)) throw error;
      reading.setAside({ place: `entry ${entry.number}`, message: 'it could not be read as a post' });
    }
  }
  return [...posts.values()];
}

/** New and changed posts, oldest first. */
function changes(posts: readonly FeedPost[], seen: readonly Seen[]): { post: FeedPost; revision: number }[] {
  const before = new Map(seen.map(([key, fingerprint, revision]) => [key, { fingerprint, revision }]));
  return posts
    .flatMap((post) => {
      const known = before.get(post.key);
      if (known === undefined) return [{ post, revision: 0 }];
      return known.fingerprint === post.fingerprint ? [] : [{ post, revision: known.revision + 1 }];
    })
    .reverse();
}
