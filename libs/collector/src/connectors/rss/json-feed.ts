import { z } from 'zod';
import { VigilError } from '@vigil/contracts';
import { parseDate } from './dates.js';
import type { DateValue, Feed, FeedEntry, FeedLink, FeedMedia, FeedPerson } from './feed.js';
import { cleanMarkup } from './markup.js';
import type { TextValue } from './text-value.js';
import { resolveUri } from './uri.js';

// Every field is forgiven: one that is of another kind than the specification says is as if it were absent.
const text = z.string().optional().catch(undefined);
const count = z.number().optional().catch(undefined);
const Person = z.object({ name: text, url: text });
const people = {
  author: Person.optional().catch(undefined),
  authors: z.array(Person).optional().catch(undefined),
};
const Attachment = z.object({ url: z.string(), mime_type: text, title: text, size_in_bytes: count });
const Item = z.object({
  id: z.union([z.string(), z.number()]).transform(String).optional().catch(undefined),
  url: text,
  external_url: text,
  title: text,
  content_html: text,
  content_text: text,
  summary: text,
  image: text,
  banner_image: text,
  date_published: text,
  date_modified: text,
  language: text,
  attachments: z.array(Attachment).optional().catch(undefined),
  ...people,
});
const JsonFeed = z.object({
  version: text,
  title: text,
  home_page_url: text,
  feed_url: text,
  description: text,
  language: text,
  items: z.array(z.unknown()),
  ...people,
});
type Item = z.infer<typeof Item>;

const MAX_ENTRIES = 20_000;

/** JSON Feed 1.0 and 1.1 (jsonfeed.org). Throws `unparsable-feed`. */
export function parseJsonFeed(source: string, base: string, language: string | null): Feed {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch {
    throw new VigilError('unparsable-feed', 'the document begins like JSON and is none');
  }
  const result = JsonFeed.safeParse(value);
  if (!result.success || result.data.items.length > MAX_ENTRIES) {
    throw new VigilError(
      'unparsable-feed',
      `the JSON document is no JSON Feed: a list of at most ${MAX_ENTRIES.toLocaleString('en')} items is expected in \`items\``,
    );
  }
  const feed = result.data;
  const lang = feed.language ?? language;
  return {
    version: feed.version?.endsWith('/1.1') === true ? 'json11' : 'json1',
    id: feed.feed_url ?? null,
    title: plain(feed.title, lang, base),
    link: feed.home_page_url === undefined ? null : resolveUri(base, feed.home_page_url),
    links: [],
    summary: plain(feed.description, lang, base),
    info: null,
    author: personOf(feed, base),
    language: lang,
    published: null,
    updated: null,
    created: null,
    patienceMs: null,
    entries: feed.items.flatMap((item, at) => {
      const entry = Item.safeParse(item);
      return entry.success ? [entryOf(entry.data, at + 1, base, lang)] : [];
    }),
  };
}

function entryOf(item: Item, number: number, base: string, feedLanguage: string | null): FeedEntry {
  const language = item.language ?? feedLanguage;
  const content: TextValue[] = [];
  if (item.content_html !== undefined)
    content.push({ value: cleanMarkup(item.content_html, base), type: 'text/html', language, base });
  else if (item.content_text !== undefined)
    content.push({ value: item.content_text, type: 'text/plain', language, base });
  const link = item.url === undefined ? null : resolveUri(base, item.url);
  return {
    id: item.id ?? link,
    idIsLink: false,
    number,
    title: plain(item.title, language, base),
    link,
    links: linksOf(item, link, base),
    summary: plain(item.summary, language, base) ?? content[0] ?? null,
    content,
    author: personOf(item, base),
    language,
    published: dateOf(item.date_published),
    updated: dateOf(item.date_modified),
    created: null,
    media: [item.image, item.banner_image].flatMap((url): FeedMedia[] =>
      url === undefined ? [] : [{ url: resolveUri(base, url), mime: 'image/*', width: null, height: null }],
    ),
  };
}

function linksOf(item: Item, link: string | null, base: string): FeedLink[] {
  const links: FeedLink[] = link === null ? [] : [{ href: link, rel: 'alternate', type: 'text/html' }];
  if (item.external_url !== undefined)
    links.push({ href: resolveUri(base, item.external_url), rel: 'related', type: 'text/html' });
  for (const attachment of item.attachments ?? []) {
    const length = attachment.size_in_bytes === undefined ? {} : { length: String(attachment.size_in_bytes) };
    links.push({
      href: resolveUri(base, attachment.url),
      rel: 'enclosure',
      type: attachment.mime_type ?? '',
      ...length,
    });
  }
  return links;
}

function plain(value: string | undefined, language: string | null, base: string): TextValue | null {
  return value === undefined || value.trim() === ''
    ? null
    : { value: value.trim(), type: 'text/plain', language, base };
}

function personOf(
  from: { author?: z.infer<typeof Person> | undefined; authors?: z.infer<typeof Person>[] | undefined },
  base: string,
): FeedPerson | null {
  const person = from.authors?.[0] ?? from.author;
  if (person === undefined) return null;
  return {
    name: person.name ?? null,
    email: null,
    uri: person.url === undefined ? null : resolveUri(base, person.url),
  };
}

function dateOf(value: string | undefined): DateValue | null {
  return value === undefined || value === '' ? null : { text: value, at: parseDate(value) };
}
