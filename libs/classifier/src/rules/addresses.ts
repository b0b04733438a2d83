/** A web address as a rule names it and a post carries it: host in lower case without `www.`, path segments, no query. */
export interface Address {
  readonly host: string;
  readonly path: readonly string[];
}

const HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u;
/** Longer hosts do not exist (RFC 1035, section 2.3.4). */
const MAX_HOST = 253;

/** Reads `https://Example.org/a/b?c`, `example.org/a` and the like; null where it is no address with a domain. */
export function parseAddress(text: string): Address | null {
  const scheme = text.match(/^[a-z][a-z0-9+.-]*:\/\//i)?.[0] ?? '';
  const [host = '', ...path] = (text.slice(scheme.length).split(/[?#]/, 1)[0] ?? '').split('/');
  const name = host
    .slice(host.lastIndexOf('@') + 1)
    .replace(/:\d+$/, '')
    .toLowerCase()
    .replace(/^www\./, '')
    .replace(/\.$/, '');
  if (name.length > MAX_HOST || !HOST.test(name)) return null;
  return {
    host: name,
    path: path.filter((segment) => segment !== '').map((segment) => segment.toLowerCase()),
  };
}

/** Whether `link` lies at or below `address`: the domain or one under it, and the path's beginning by whole segments. */
export function liesBelow(link: Address, address: Address): boolean {
  const sameHost = link.host === address.host || link.host.endsWith(`.${address.host}`);
  return sameHost && address.path.every((segment, at) => link.path[at] === segment);
}
