import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { VigilError } from '@vigil/contracts';

/** Ports where an HTTP request could be taken for another protocol's commands (mail, chat, remote shells, Redis …). */
const FOREIGN_PORTS: ReadonlySet<number> = new Set([
  7, 9, 13, 19, 20, 21, 22, 23, 25, 53, 69, 110, 111, 119, 135, 137, 139, 143, 161, 179, 389, 445, 465, 512,
  513, 514, 515, 587, 636, 993, 995, 2049, 5060, 5061, 6379, 6660, 6661, 6662, 6663, 6664, 6665, 6666, 6667,
  6668, 6669, 6697, 11211,
]);

/** Longest URL asked for: what common servers take. */
const MAX_URL = 8_000;

/** What the address guard decides by. */
export interface AddressPolicy {
  /** `host` or `host:port` that an operator allows although its address is private. Lower case. */
  readonly allowHosts: ReadonlySet<string>;
}

export function addressPolicy(allowHosts: readonly string[]): AddressPolicy {
  return { allowHosts: new Set(allowHosts.map((host) => host.toLowerCase().replace(/\.$/, ''))) };
}

/** Whether the operator allowed this host by name: any port (`host`) or this one (`host:port`, `[::1]:8080`). */
export function isAllowed(policy: AddressPolicy, hostname: string, port: number): boolean {
  const host = hostname.toLowerCase().replace(/\.$/, '');
  const bare = host.replace(/^\[|\]$/g, '');
  const bracketed = bare.includes(':') ? `[${bare}]` : bare;
  return (
    policy.allowHosts.has(bare) ||
    policy.allowHosts.has(bracketed) ||
    policy.allowHosts.has(`${bracketed}:${port}`)
  );
}

/**
 * Null where an address is a public unicast one; else what it is, in a word or two.
 *
 * IPv6 is allowed only inside the global unicast block 2000::/3 (IANA), which leaves out loopback, unique local, link
 * local, multicast, IPv4-mapped (::ffff:0:0/96), IPv4-compatible (::/96) and NAT64 (64:ff9b::/96, RFC 6052;
 * 64:ff9b:1::/48, RFC 8215) without naming each; inside it 6to4 (2002::/16) and Teredo (2001::/32) carry an IPv4
 * address that need not be public. An ISATAP interface id (RFC 5214) carries one too.
 */
export function refusalOf(address: string): string | null {
  if (!ipaddr.isValid(address)) return 'not an address';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv4) return range === 'unicast' ? null : `${range} address`;
  if (range !== 'unicast') return `${range} address`;
  const parts = parsed.parts;
  const first = parts[0] ?? 0;
  if ((first & 0xe000) !== 0x2000) return 'address outside the public IPv6 block';
  if (((parts[4] ?? 0) & 0xfdff) === 0 && parts[5] === 0x5efe)
    return 'address that embeds an IPv4 address (ISATAP)';
  return null;
}

/**
 * Parses and checks a URL before anything is resolved: http or https, no credentials in it, a host spelled as usual,
 * no port of another protocol. `base` resolves a redirect's relative Location.
 * Throws `refused-address` (or `bad-input` where it is no URL at all).
 */
export function checkUrl(policy: AddressPolicy, text: string, base?: URL): URL {
  if (text.length > MAX_URL) throw refused(`the URL is longer than ${MAX_URL} characters`);
  let url: URL;
  try {
    url = base ? new URL(text, base) : new URL(text);
  } catch (cause) {
    throw new VigilError('bad-input', 'not a URL: an absolute http or https address is needed', { cause });
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(`only http and https are fetched, and this is ${url.protocol.slice(0, 20)}`);
  }
  if (url.username !== '' || url.password !== '') throw refused(`credentials in the URL of ${url.host}`);
  const port = portOf(url);
  if (isAllowed(policy, url.hostname, port)) return url;
  if (FOREIGN_PORTS.has(port)) throw refused(`port ${port} of ${url.hostname} belongs to another protocol`);
  const literal = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(literal) !== 0) {
    const reason = refusalOf(literal);
    if (reason !== null) throw refused(`${url.hostname} is a ${reason}`);
    if (isIP(literal) === 4 && !spelledAs(text, literal) && !sameHostAsBase(text, base, url)) {
      throw refused(`${literal} is spelled in an unusual way`);
    }
  }
  return url;
}

/**
 * Checks what a host resolved to, at connect time. One refused address among them refuses the host: a name that
 * mixes public and private addresses is how rebinding works. Throws `refused-address`.
 */
export function checkResolved(
  policy: AddressPolicy,
  hostname: string,
  port: number,
  addresses: readonly string[],
): void {
  if (isAllowed(policy, hostname, port)) return;
  for (const address of addresses) {
    const reason = refusalOf(address);
    if (reason !== null) throw refused(`${hostname} resolves to ${address}, a ${reason}`);
  }
}

export function portOf(url: URL): number {
  return url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
}

/** Whether the host as written is the dotted quad itself (and not 0x7f.1, 2130706433, 0177.0.0.1, full-width digits …). */
function spelledAs(text: string, literal: string): boolean {
  const authority = /^\s*(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#\\]*)/i.exec(text)?.[1];
  return authority !== undefined && authority.replace(/^.*@/, '').replace(/:\d*$/, '') === literal;
}

function sameHostAsBase(text: string, base: URL | undefined, url: URL): boolean {
  return base !== undefined && base.host === url.host && !/^\s*(?:[a-z][a-z0-9+.-]*:)?[/\\]{2}/i.test(text);
}

function refused(what: string): VigilError {
  return new VigilError(
    'refused-address',
    `not fetched: ${what}. An operator can allow a host by name with VIGIL_ALLOW_HOSTS`,
  );
}
