/**
 * Namespaces and the prefix by which this program names them. Feeds choose their own prefixes, and the same vocabulary
 * has had several addresses. The vocabularies of the formats themselves have none.
 */
const PREFIXES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '': [
      'http://backend.userland.com/rss',
      'http://backend.userland.com/rss2',
      'http://blogs.law.harvard.edu/tech/rss',
      'http://purl.org/rss/1.0',
      'http://my.netscape.com/rdf/simple/0.9',
      'http://my.netscape.com/publish/formats/rss-0.91.dtd',
      'http://channel.netscape.com/rdf/simple/0.9',
      'http://example.com/newformat#',
      'http://example.com/necho',
      'http://purl.org/echo',
      'uri/of/echo/namespace#',
      'http://purl.org/pie',
      'http://purl.org/atom/ns#',
      'http://www.w3.org/2005/atom',
      'http://purl.org/rss/1.0/modules/rss091#',
      'http://www.rssboard.org/rss-specification',
    ],
    content: ['http://purl.org/rss/1.0/modules/content'],
    dc: ['http://purl.org/dc/elements/1.1', 'http://purl.org/dc/elements/1.0'],
    dcterms: ['http://purl.org/dc/terms'],
    itunes: ['http://www.itunes.com/dtds/podcast-1.0.dtd', 'http://example.com/dtds/podcast-1.0.dtd'],
    media: ['http://search.yahoo.com/mrss', 'http://video.search.yahoo.com/mrss'],
    rdf: ['http://www.w3.org/1999/02/22-rdf-syntax-ns#'],
    sy: ['http://purl.org/rss/1.0/modules/syndication'],
    wfw: ['http://wellformedweb.org/commentapi'],
    xhtml: ['http://www.w3.org/1999/xhtml'],
    svg: ['http://www.w3.org/2000/svg'],
    thr: ['http://purl.org/syndication/thread/1.0'],
    feedburner: ['http://rssnamespace.org/feedburner/ext/1.0'],
  }).flatMap(([prefix, addresses]) => addresses.map((address) => [address, prefix] as const)),
);

/** Where a document uses the usual prefix without declaring it. */
const UNDECLARED: ReadonlySet<string> = new Set([
  'content',
  'dc',
  'dcterms',
  'itunes',
  'media',
  'rdf',
  'sy',
  'wfw',
  'xhtml',
  'svg',
  'thr',
  'feedburner',
]);

/** The prefix to name an element by: its namespace's, else the document's own. `atom:` undeclared means Atom. */
export function knownPrefix(address: string | undefined, prefix: string): string {
  if (address !== undefined) {
    const known = PREFIXES.get(address.trim().toLowerCase().replace(/\/$/, ''));
    if (known !== undefined) return known;
  } else if (prefix === 'atom' || prefix === 'rss') return '';
  else if (UNDECLARED.has(prefix)) return prefix;
  return prefix;
}
