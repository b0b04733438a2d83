/** Schemes a link of a feed may have; others (javascript, data, vbscript …) are dropped. */
const SCHEMES: ReadonlySet<string> = new Set([
  'http',
  'https',
  'ftp',
  'ftps',
  'sftp',
  'file',
  'gopher',
  'magnet',
  'mailto',
  'mms',
  'news',
  'nntp',
  'rtsp',
  'sip',
  'sips',
  'tel',
  'feed',
  'irc',
  'ircs',
  'xmpp',
  'tg',
  'itms',
  'skype',
  'callto',
  'svn',
  'git',
  'ssh',
  'telnet',
  'matrix',
  'geo',
  'ipfs',
  'ipns',
  'acct',
]);
/** Names rather than addresses: kept as they are in ids. */
const NAMING: ReadonlySet<string> = new Set([
  'tag',
  'urn',
  'uuid',
  'doi',
  'info',
  'isbn',
  'oai',
  'at',
  'did',
]);

/**
 * An address as the feed means it: absolute ones stay letter for letter (an id must not be normalised, RFC 4287,
 * section 4.2.6.1), relative ones are resolved. Empty where its scheme is not a link's, or nothing fits together.
 */
export function resolveUri(base: string, given: string): string {
  const uri = given.replace(/[\t\n\r]/g, '').trim();
  const scheme = schemeOf(uri);
  if (scheme !== null) return SCHEMES.has(scheme) || NAMING.has(scheme) ? uri : '';
  if (uri === '' || base === '') return uri === '' ? base : uri;
  try {
    return new URL(uri, base).href;
  } catch {
    return schemeOf(base) === null ? uri : base;
  }
}

export function schemeOf(uri: string): string | null {
  return /^([a-z][a-z0-9+.-]*):/i.exec(uri)?.[1]?.toLowerCase() ?? null;
}

/** Whether a link can be opened: http or https with a host. */
export function isWebAddress(uri: string): boolean {
  return /^https?:\/\/[^/?#]/i.test(uri);
}
