import { parseDate } from './dates.js';
import type { DateValue, FeedLink, FeedPart, FeedPerson } from './feed.js';
import { textValue, type TextValue } from './text-value.js';
import { resolveUri, schemeOf } from './uri.js';
import { childNamed, textOf, type Element } from './xml-tree.js';

export type Dialect = 'atom10' | 'atom03' | 'rss';

/** A part being read. Later elements of one name replace earlier ones, as in other readers. */
export type Draft<T extends FeedPart> = { -readonly [K in keyof T]: T[K] };

const PAGE_TYPES: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml', 'html', 'xhtml']);

export function emptyPart(): Draft<FeedPart> {
  return {
    id: null,
    title: null,
    link: null,
    links: [],
    summary: null,
    author: null,
    language: null,
    published: null,
    updated: null,
    created: null,
  };
}

/** Reads an element that feeds and entries share into the part; false where it is another. */
export function readShared(part: Draft<FeedPart>, element: Element, dialect: Dialect): boolean {
  switch (element.name) {
    case 'title':
    case 'dc:title':
      part.title = nonEmpty(textValue(element, 'text/plain', dialect)) ?? part.title;
      return true;
    case 'media:title':
      part.title ??= nonEmpty(textValue(element, 'text/plain', dialect));
      return true;
    case 'link':
      readLink(part, element);
      return true;
    case 'published':
    case 'issued':
    case 'pubdate':
    case 'dcterms:issued':
      part.published = dateValue(element) ?? part.published;
      return true;
    case 'updated':
    case 'modified':
    case 'lastbuilddate':
    case 'dc:date':
    case 'dcterms:modified':
      part.updated = dateValue(element) ?? part.updated;
      return true;
    case 'created':
    case 'dcterms:created':
      part.created = dateValue(element) ?? part.created;
      return true;
    case 'author':
    case 'managingeditor':
    case 'dc:author':
    case 'dc:creator':
    case 'itunes:author':
      part.author ??= person(element);
      return true;
    case 'language':
    case 'dc:language':
      part.language = textOf(element).replace('_', '-') || part.language;
      return true;
    default:
      return false;
  }
}

/** Atom's link with its rel, or RSS's with its text. The page itself is the alternate one that is a page. */
function readLink(part: Draft<FeedPart>, element: Element): void {
  const given =
    element.attributes.get('href') ?? element.attributes.get('url') ?? element.attributes.get('uri');
  const rel = (element.attributes.get('rel') ?? 'alternate').trim();
  if (given === undefined) {
    const text = resolveUri(element.base, textOf(element));
    const isLink =
      textOf(element) !== '' && (element.attributes.get('rel') === undefined || rel === 'alternate');
    if (isLink) part.link = text;
    part.links = [
      ...part.links,
      { rel, type: element.attributes.get('type') ?? 'text/html', href: isLink ? text : '' },
    ];
    return;
  }
  const href = resolveUri(element.base, given);
  const type = (
    element.attributes.get('type') ?? (rel === 'self' ? 'application/atom+xml' : 'text/html')
  ).trim();
  const link: FeedLink = { href, rel, type, ...optional('length', element), ...optional('title', element) };
  part.links = [...part.links, link];
  if (rel === 'alternate' && PAGE_TYPES.has(type.toLowerCase())) part.link = href;
}

function optional(name: 'length' | 'title', element: Element): { [K in typeof name]?: string } {
  const value = element.attributes.get(name);
  return value === undefined ? {} : { [name]: value };
}

export function dateValue(element: Element): DateValue | null {
  const text = textOf(element);
  return text === '' ? null : { text, at: parseDate(text) };
}

export function nonEmpty(value: TextValue): TextValue | null {
  return value.value === '' ? null : value;
}

/** Atom's name, email and uri; RSS's `me@example.org (A Name)`, `A Name <me@example.org>` or a name alone. */
function person(element: Element): FeedPerson | null {
  const name = childNamed(element, 'name');
  const email = childNamed(element, 'email');
  const uri = childNamed(element, 'uri', 'url', 'homepage');
  if (name !== undefined || email !== undefined || uri !== undefined) {
    return {
      name: name === undefined ? null : textOf(name) || null,
      email: email === undefined ? null : textOf(email) || null,
      uri: uri === undefined ? null : resolveUri(uri.base, textOf(uri)) || null,
    };
  }
  const text = textOf(element);
  if (text === '') return null;
  const address = /[^\s<>()"']{1,100}@[^\s<>()"']{1,100}/.exec(text.slice(0, 500))?.[0] ?? null;
  const rest =
    address === null
      ? text
      : text
          .replace(address, '')
          .replace(/[()<>"]|mailto:/g, ' ')
          .replace(/\s+/g, ' ')
          .trim();
  return { name: rest || null, email: address, uri: null };
}

/** An id: an address where it is one, resolved; else exactly as written. */
export function idValue(element: Element): string {
  const text = textOf(element);
  return schemeOf(text) === null && text !== '' ? resolveUri(element.base, text) : text;
}
