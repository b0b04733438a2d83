import { VigilError } from '@vigil/contracts';
import type { Feed, FeedEntry, FeedMedia } from './feed.js';
import { emptyPart, idValue, nonEmpty, readShared, type Dialect, type Draft } from './feed-part.js';
import { textValue } from './text-value.js';
import { isWebAddress, resolveUri } from './uri.js';
import { childNamed, elementsOf, parseXml, textOf, type Element } from './xml-tree.js';

/** A feed of more entries is an archive, and comes as an import. */
const MAX_ENTRIES = 20_000;
const MAX_MEDIA = 100;

/** RSS 0.9x to 2.0, RSS 1.0 (RDF) and Atom 0.3 and 1.0. Throws `unparsable-feed` saying what the document is instead. */
export function parseXmlFeed(text: string, base: string, language: string | null): Feed {
  const document = parseXml(text, base, language);
  const root = elementsOf(document).find((element) =>
    ['rss', 'feed', 'rdf:rdf', 'rdf', 'channel'].includes(element.name),
  );
  if (root === undefined) throw noFeed(document);
  const channel =
    root.name === 'feed' || root.name === 'channel' ? root : (childNamed(root, 'channel', 'feed') ?? root);
  const version = versionOf(root);
  const dialect: Dialect = version === 'atom10' ? 'atom10' : version.startsWith('atom') ? 'atom03' : 'rss';
  const entries = entriesOf(root, channel);
  if (entries.length > MAX_ENTRIES)
    throw new VigilError(
      'unparsable-feed',
      `more than ${MAX_ENTRIES.toLocaleString('en')} entries: import it as NDJSON instead`,
    );
  return {
    ...feedPart(channel, dialect),
    version,
    entries: entries.map((element, at) => entryOf(element, dialect, at + 1)),
    patienceMs: patienceOf(channel),
  };
}

function noFeed(document: Element): VigilError {
  const first = elementsOf(document)[0];
  if (first === undefined)
    return new VigilError('unparsable-feed', 'the document holds no XML element: it is no feed');
  const what =
    first.tag.toLowerCase() === 'html'
      ? 'a web page (its feed may be linked from it)'
      : `an XML document <${first.tag.slice(0, 40)}>`;
  return new VigilError('unparsable-feed', `this is ${what}, not an RSS, Atom or RDF feed`);
}

function versionOf(root: Element): string {
  const given = root.attributes.get('version')?.trim() ?? '';
  if (root.name === 'feed') {
    if (given.startsWith('0.')) return `atom0${given.slice(2, 3)}`;
    const address = root.attributes.get('xmlns')?.toLowerCase() ?? '';
    if (address.includes('purl.org/atom/ns')) return 'atom03';
    return address === '' ? 'atom' : 'atom10';
  }
  if (root.name.startsWith('rdf')) {
    return [...root.attributes.values()].some((value) => value.includes('my.netscape.com/rdf/simple/0.9'))
      ? 'rss090'
      : 'rss10';
  }
  return given === '' ? 'rss' : `rss${given.replace('.', '').slice(0, 3)}`;
}

/** Items stand in the channel, beside it (RDF), or wherever a generator put them below the root. */
function entriesOf(root: Element, channel: Element): Element[] {
  const places = root === channel ? [root] : [root, channel];
  const holders = [
    ...places,
    ...places.flatMap((place) => elementsOf(place).filter((element) => element.name === 'items')),
  ];
  return holders.flatMap((holder) =>
    elementsOf(holder).filter((element) => element.name === 'item' || element.name === 'entry'),
  );
}

function feedPart(channel: Element, dialect: Dialect): Omit<Feed, 'version' | 'entries' | 'patienceMs'> {
  const part: Draft<Omit<Feed, 'version' | 'entries' | 'patienceMs'>> = { ...emptyPart(), info: null };
  part.language = channel.language?.replace('_', '-') ?? null;
  for (const element of elementsOf(channel)) {
    if (readShared(part, element, dialect)) continue;
    switch (element.name) {
      case 'id':
        part.id = idValue(element) || part.id;
        break;
      case 'description':
      case 'dc:description':
        part.summary = nonEmpty(textValue(element, 'text/html', dialect)) ?? part.summary;
        break;
      case 'subtitle':
      case 'tagline':
      case 'itunes:subtitle':
        part.summary = nonEmpty(textValue(element, 'text/plain', dialect)) ?? part.summary;
        break;
      case 'info':
      case 'feedburner:browserfriendly':
        part.info = nonEmpty(textValue(element, 'text/plain', dialect)) ?? part.info;
        break;
    }
  }
  return part;
}

function entryOf(element: Element, dialect: Dialect, number: number): FeedEntry {
  const part: Draft<FeedEntry> = { ...emptyPart(), content: [], media: [], idIsLink: false, number };
  let hasSummary = false;
  part.language = element.language?.replace('_', '-') ?? null;
  part.id = element.attributes.get('rdf:about') ?? null;
  const addContent = (child: Element, type: string) => {
    const value = nonEmpty(textValue(child, type, dialect));
    if (value === null) return;
    part.content = [...part.content, value];
    part.summary ??= value;
  };
  // A second summary or description is the longer one: content.
  const setSummary = (child: Element, type: string) => {
    if (hasSummary && part.content.length === 0) addContent(child, type);
    else part.summary = nonEmpty(textValue(child, type, dialect)) ?? part.summary;
    hasSummary = true;
  };
  for (const child of elementsOf(element)) {
    if (readShared(part, child, dialect)) continue;
    switch (child.name) {
      case 'id':
        part.id = idValue(child) || part.id;
        break;
      case 'guid':
        part.idIsLink = (child.attributes.get('ispermalink') ?? 'true').trim().toLowerCase() === 'true';
        part.id = (part.idIsLink ? idValue(child) : textOf(child)) || part.id;
        break;
      case 'description':
      case 'dc:description':
        setSummary(child, 'text/html');
        break;
      case 'summary':
      case 'itunes:summary':
      case 'abstract':
      case 'dcterms:abstract':
        setSummary(child, 'text/plain');
        break;
      case 'media:description':
        part.summary ??= nonEmpty(textValue(child, 'text/plain', dialect));
        break;
      case 'content':
        addContent(child, 'text/plain');
        break;
      case 'content:encoded':
      case 'fullitem':
        addContent(child, 'text/html');
        break;
      case 'body':
      case 'xhtml:body':
      case 'xhtml:div':
        addContent(child, 'application/xhtml+xml');
        break;
      case 'enclosure':
        addEnclosure(part, child);
        break;
      case 'media:content':
      case 'media:thumbnail':
      case 'media:group':
        addMedia(part, child);
        break;
    }
  }
  if (part.idIsLink && part.id !== null && isWebAddress(part.id)) part.link ??= part.id;
  else part.idIsLink = false;
  return part;
}

function addEnclosure(part: Draft<FeedEntry>, element: Element): void {
  const href = resolveUri(
    element.base,
    element.attributes.get('url') ?? element.attributes.get('href') ?? '',
  );
  if (href === '') return;
  const length = element.attributes.get('length');
  part.links = [
    ...part.links,
    {
      href,
      rel: 'enclosure',
      type: element.attributes.get('type') ?? '',
      ...(length === undefined ? {} : { length }),
    },
  ];
}

function addMedia(part: Draft<FeedEntry>, element: Element): void {
  const url = element.attributes.get('url');
  if (url !== undefined && part.media.length < MAX_MEDIA)
    part.media = [...part.media, mediaOf(element, resolveUri(element.base, url))];
  for (const child of elementsOf(element)) if (child.name.startsWith('media:')) addMedia(part, child);
}

function mediaOf(element: Element, url: string): FeedMedia {
  const size = (name: string) => {
    const pixels = Number.parseInt(element.attributes.get(name) ?? '', 10);
    return pixels > 0 && pixels < 100_000 ? pixels : null;
  };
  const mime = element.attributes.get('type') ?? (element.name === 'media:thumbnail' ? 'image/*' : null);
  return { url, mime, width: size('width'), height: size('height') };
}

const PERIODS: Readonly<Record<string, number>> = {
  hourly: 3_600_000,
  daily: 86_400_000,
  weekly: 604_800_000,
  monthly: 2_592_000_000,
  yearly: 31_536_000_000,
};

/** ttl in minutes (RSS 2.0); sy:updatePeriod divided by sy:updateFrequency (RSS 1.0 syndication module). */
function patienceOf(channel: Element): number | null {
  const text = (name: string) => {
    const element = childNamed(channel, name);
    return element === undefined ? '' : textOf(element).toLowerCase();
  };
  const ttl = Number(text('ttl'));
  const period = PERIODS[text('sy:updateperiod')] ?? 0;
  const frequency = Math.max(1, Number.parseInt(text('sy:updatefrequency'), 10) || 1);
  const patience = Math.max(Number.isFinite(ttl) ? ttl * 60_000 : 0, period / frequency);
  return patience > 0 ? patience : null;
}
