import {
  NO_QUERY,
  PLATFORM_NAMES,
  inOneSpelling,
  placeOfHandle,
  wrappedIn,
  type Address,
} from './platforms.js';

/** Longer addresses are no links that people follow; the contract's limit of a link. */
export const MAX_ADDRESS = 4_000;
/** Pages within pages that only lead on. */
const MAX_WRAPPED = 3;

const HOST =
  /^(?:[\p{L}\p{N}_](?:[\p{L}\p{M}\p{N}_-]{0,61}[\p{L}\p{M}\p{N}_])?\.)+[\p{L}\p{M}\p{N}-]{2,63}\.?$/u;
const IPV4 = /^\d+(?:\.\d+){3}$/;
/** Of any protocol: what is compared is where, not how. `hxxp` and `h**p` are how analysts write a link that leads nowhere. */
const SCHEME = /^[a-z][a-z0-9+.*-]{1,9}:\/\//i;
/** Addresses of people and programs, not of the web. */
const NO_PLACE = /^(?:mailto|tel|sms|xmpp|data|javascript):/i;
const FEDIVERSE = /^@([a-z0-9_](?:[a-z0-9_.-]{0,62}[a-z0-9_])?)@([\p{L}\p{N}.-]{4,253})$/iu;
const ON_PLATFORM = new RegExp(`^(${PLATFORM_NAMES.join('|')}):@?([a-z0-9_.-]{2,64})$`, 'i');
const TELEGRAM_APP = /^tg:\/\/(resolve\?domain|join\?invite)=([\w-]{2,64})/i;

/**
 * Reads `https://Example.org/a/b?c`, `example.org/a`, `hxxps://example[.]org`, `tg://resolve?domain=name`,
 * `telegram:@name` and `@name@example.org`; null where it is none of these. Names of other scripts may be written as such
 * or in Punycode, a path percent-encoded or not. Pages that only lead on to an address in their query are that address.
 * Never throws.
 */
export function parseAddress(text: string): Address | null {
  return read(text, MAX_WRAPPED);
}

function read(text: string, depth: number): Address | null {
  if (text.length > MAX_ADDRESS) return null;
  const plain = text.replace(/\p{Cf}/gu, '').trim();
  const handle = ON_PLATFORM.exec(plain);
  if (handle) return addressOfHandle((handle[1] ?? '').toLowerCase(), handle[2] ?? '');
  const [, name, home] = FEDIVERSE.exec(plain) ?? [];
  if (name !== undefined && home !== undefined) return read(`${home}/@${name}`, 0);
  const [, command, value] = TELEGRAM_APP.exec(plain) ?? [];
  if (value !== undefined) return read(`t.me/${command?.startsWith('join') ? '+' : ''}${value}`, 0);
  if (NO_PLACE.test(plain)) return null;
  const url = urlOf(plain.replace(SCHEME, '').replace(/\[\.\]|\(\.\)/g, '.'));
  if (!url) return null;
  const host = url.hostname.replace(/\.$/, '').replace(/^www\.(?=.*\.)/, '');
  const path = url.pathname.split('/').flatMap((segment) => (segment === '' ? [] : [decoded(segment)]));
  const query = url.search === '' ? NO_QUERY : url.searchParams;
  const wrapped = depth > 0 ? wrappedIn(host, path, query) : null;
  const inner = wrapped === null ? null : read(wrapped, depth - 1);
  return inner ?? inOneSpelling(host, path, query);
}

/** The URL of `host/…` without its scheme; null where the host is no domain, or another scheme stands there. */
function urlOf(text: string): URL | null {
  const [authority = ''] = text.split(/[/?#\\]/, 1);
  const host = authority.slice(authority.lastIndexOf('@') + 1).replace(/:\d{1,5}$/, '');
  if (!HOST.test(host.replace(/[\u3002\uff0e\uff61]/g, '.'))) return null;
  const url = URL.parse(`http://${text}`);
  // Numbers that the standard reads as an IPv4 address: 1.50 is a price.
  return url && IPV4.test(url.hostname) && url.hostname !== host ? null : url;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment).normalize('NFC');
  } catch {
    return segment;
  }
}

/** Where `@name` leads on a platform; null where the platform is not known. */
export function addressOfHandle(platform: string, name: string): Address | null {
  return placeOfHandle(platform, name.replace(/^@/, ''));
}

/** For people, and as a key: `example.org/a/b`. */
export function nameOf({ host, path }: Pick<Address, 'host' | 'path'>): string {
  return [host, ...path].join('/');
}
