import type { Feed, FeedEntry, FeedPart } from '../feed.js';
import type { TextValue } from '../text-value.js';

/** Our feed under the names of Python's feedparser, as far as its tests ask for what we keep. Test support alone. */
export function feedparserView(feed: Feed, url: string): Record<string, unknown> {
  return {
    version: feed.version,
    href: url,
    feed: {
      ...partView(feed),
      ...textNames(feed.summary, 'subtitle', 'tagline', 'description', 'summary'),
      ...textNames(feed.info, 'info'),
    },
    entries: feed.entries.map(entryView),
  };
}

function entryView(entry: FeedEntry): Record<string, unknown> {
  return {
    ...partView(entry),
    ...textNames(entry.summary, 'summary', 'description'),
    ...(entry.content.length > 0 ? { content: entry.content.map(detail) } : {}),
    guidislink: entry.idIsLink,
    enclosures: entry.links.filter((link) => link.rel === 'enclosure').map(({ rel: _, ...link }) => link),
    media_thumbnail: entry.media.filter((media) => media.mime === 'image/*').map(({ url }) => ({ url })),
  };
}

function partView(part: FeedPart): Record<string, unknown> {
  const updated = part.updated ?? part.published;
  return {
    ...defined({ id: part.id, guid: part.id, link: part.link, language: part.language }),
    ...textNames(part.title, 'title'),
    ...(part.links.length > 0 ? { links: part.links } : {}),
    ...dateNames(part.published, 'published', 'issued'),
    ...dateNames(updated, 'updated', 'modified', 'date'),
    ...dateNames(part.created, 'created'),
    ...(part.author === null
      ? {}
      : {
          author_detail: defined({
            name: part.author.name,
            email: part.author.email,
            href: part.author.uri,
            url: part.author.uri,
          }),
          author:
            part.author.name !== null && part.author.email !== null
              ? `${part.author.name} (${part.author.email})`
              : (part.author.name ?? part.author.email ?? part.author.uri),
        }),
  };
}

function textNames(value: TextValue | null, ...names: string[]): Record<string, unknown> {
  if (value === null) return {};
  return Object.fromEntries(
    names.flatMap((name) => [
      [name, value.value],
      [`${name}_detail`, detail(value)],
    ]),
  );
}

function detail(value: TextValue): Record<string, unknown> {
  return { value: value.value, type: value.type, language: value.language, base: value.base };
}

function dateNames(date: FeedPart['published'], ...names: string[]): Record<string, unknown> {
  if (date === null) return {};
  return Object.fromEntries(
    names.flatMap((name) => [
      [name, date.text],
      [`${name}_parsed`, date.at === null ? null : timeTuple(date.at)],
    ]),
  );
}

/** Python's time tuple in UTC: year, month, day, hour, minute, second, weekday from Monday, day of the year, 0. */
export function timeTuple(at: number): number[] {
  const date = new Date(at);
  const yearDay = Math.floor((at - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
  return [
    date.getUTCFullYear(),
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
    (date.getUTCDay() + 6) % 7,
    yearDay,
    0,
  ];
}

function defined(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(record).filter(([, value]) => value !== null && value !== undefined),
  );
}
