import { createHash } from 'node:crypto';
import { Language, MAX_TEXT, type Author, type Media, type Post, type PostEvent } from '@vigil/contracts';
import type { WatchedSource } from '../connector.js';
import { isHistory } from '../history.js';
import { shortened, withTitle } from '../import/import-post.js';
import type { Feed, FeedEntry, FeedPerson } from './feed.js';
import { readMarkup } from './markup.js';
import { isMarkup, type TextValue } from './text-value.js';
import { isWebAddress, schemeOf } from './uri.js';

const MAX_TITLE = 2_000;
const MAX_ADDRESS = 4_000;
const MAX_NAME = 500;
const MAX_LINKS = 200;
const MAX_MEDIA = 100;

export interface FeedPost {
  /** Names the entry between polls; a hash of its id. */
  readonly key: string;
  /** Changes when what is published of the entry changes. */
  readonly fingerprint: string;
  /** The event for a revision; `capture` is the SHA-256 of the document. */
  event(revision: number, collectedAt: string, capture: string | null): PostEvent;
}

/**
 * An entry as a post; null where there is nothing to publish (no id, address, text or media).
 *
 * Ids: `rss:` and the entry's own id where that is an address or name of its own (`https:`, `tag:`, `urn:`); an id that
 * means something only within its feed is put behind the feed's address; without one the link, else a hash of the text.
 */
export function postOfEntry(
  entry: FeedEntry,
  feed: Feed,
  source: WatchedSource,
  feedUrl: string,
): FeedPost | null {
  const title =
    entry.title === null ? null : clip(plainText(entry.title).text.replace(/\s+/g, ' '), MAX_TITLE) || null;
  const body = bodyOf(entry);
  const text = withTitle(title, clip(body.text, MAX_TEXT));
  const permalink = entry.link !== null && isWebAddress(entry.link) ? clip(entry.link, MAX_ADDRESS) : null;
  const media = mediaOf(entry, body.images);
  if (entry.id === null && permalink === null && text === '' && media.length === 0) return null;
  const nativeId = nativeIdOf(entry, feedUrl, permalink, text);
  const author = authorOf(entry.author ?? feed.author);
  const publishedAt = instantOf(entry);
  const post: Omit<Post, 'revision' | 'collectedAt' | 'capture'> = {
    id: shortened('rss', nativeId),
    sourceId: source.id,
    channel: clip(feedUrl, MAX_NAME),
    author,
    publishedAt,
    title,
    text,
    language: languageOf(entry, feed),
    links: linksOf(entry, body.links, permalink),
    media,
    forwardedFrom: null,
    inReplyTo: null,
    permalink,
    backfill: isHistory(publishedAt, source.createdAt),
    demo: source.demo,
  };
  const published = [title, text, permalink, author.displayName, media.map((one) => one.url)];
  return {
    key: digest(post.id),
    fingerprint: digest(JSON.stringify(published)),
    event: (revision, collectedAt, capture) => ({
      type: revision === 0 ? 'observed' : 'edited',
      post: { ...post, revision, collectedAt, capture },
      region: source.labels.region,
      context: source.labels.context,
      trace: { traceparent: null },
    }),
  };
}

interface Body {
  readonly text: string;
  readonly links: readonly string[];
  readonly images: readonly string[];
}

/** The longest of what the entry says: its contents or, where there is none or only a teaser, its summary. */
function bodyOf(entry: FeedEntry): Body {
  const values = [...entry.content, ...(entry.summary === null ? [] : [entry.summary])];
  const bodies = values.map(plainText);
  return bodies.reduce(
    (longest, body) => (body.text.length > longest.text.length ? body : longest),
    bodies[0] ?? { text: '', links: [], images: [] },
  );
}

function plainText(value: TextValue): Body {
  if (isMarkup(value.type)) return readMarkup(value.value, value.base);
  return { text: value.value.trim(), links: [], images: [] };
}

function nativeIdOf(entry: FeedEntry, feedUrl: string, permalink: string | null, text: string): string {
  const id = entry.id?.trim() ?? '';
  if (id !== '') return schemeOf(id) === null ? `${feedUrl}#${id}` : id;
  return permalink ?? `${feedUrl}#sha256-${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;
}

function authorOf(person: FeedPerson | null): Author {
  const name = person?.name ?? null;
  // A mail address is nobody's public name: it is not kept.
  const uri = person?.uri ?? null;
  return {
    handle: null,
    nativeId: uri === null || uri === '' ? null : clip(uri, MAX_NAME),
    displayName: name === null ? null : clip(name, MAX_NAME),
  };
}

/** When it was published; where the feed says only when it was changed or written, that. */
function instantOf(entry: FeedEntry): string | null {
  const at = entry.published?.at ?? entry.created?.at ?? entry.updated?.at ?? null;
  return at === null ? null : new Date(at).toISOString();
}

function languageOf(entry: FeedEntry, feed: Feed): string | null {
  for (const given of [entry.title?.language, entry.summary?.language, entry.language, feed.language]) {
    const [primary = '', ...rest] = (given ?? '').trim().replaceAll('_', '-').split('-');
    const tag = Language.safeParse([primary.toLowerCase(), ...rest].join('-'));
    if (tag.success) return tag.data;
  }
  return null;
}

function linksOf(entry: FeedEntry, inText: readonly string[], permalink: string | null): string[] {
  const related = entry.links
    .filter((link) => link.rel === 'related' || link.rel === 'via')
    .map((link) => link.href);
  return unique([...inText, ...related].filter((link) => isWebAddress(link) && link !== permalink)).slice(
    0,
    MAX_LINKS,
  );
}

function mediaOf(entry: FeedEntry, images: readonly string[]): Media[] {
  const found = new Map<string, Media>();
  const add = (url: string, mime: string | null, width: number | null, height: number | null) => {
    if (!isWebAddress(url) || url.length > MAX_ADDRESS || found.has(url) || found.size >= MAX_MEDIA) return;
    found.set(url, {
      url,
      mime: mime === null || mime === '' ? null : clip(mime, 200),
      sha256: null,
      evidenceKey: null,
      width,
      height,
    });
  };
  for (const link of entry.links) if (link.rel === 'enclosure') add(link.href, link.type, null, null);
  for (const media of entry.media) add(media.url, media.mime, media.width, media.height);
  for (const image of images) add(image, null, null, null);
  return [...found.values()];
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values.filter((value) => value.length <= MAX_ADDRESS))];
}

/** At most so many UTF-16 units, and never half a surrogate pair. */
function clip(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
