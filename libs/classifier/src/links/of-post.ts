import { addressOfHandle, parseAddress } from './address.js';
import { addressesIn } from './in-text.js';
import type { Address } from './platforms.js';

/** What of a post can name an address. */
export interface Linking {
  readonly text: string;
  /** Where it was published: the first part of its id. */
  readonly platform?: string | undefined;
  readonly links?: readonly string[] | undefined;
  /** Where shortened ones of its links lead, as the collector found. */
  readonly redirects?: readonly { readonly from: string; readonly to: string }[] | undefined;
  readonly forwardedFrom?: string | null | undefined;
}

/** An address that a post names, and where. */
export interface Named {
  readonly address: Address;
  readonly in: 'text' | 'links' | 'redirects' | 'forwardedFrom';
  /** As the post has it. */
  readonly shown: string;
  /** Where it stands in the text, or the link that leads there; null where the text holds neither. */
  readonly span: { readonly start: number; readonly end: number } | null;
}

/** Every address a post names: in its text first, then its links, where shortened ones lead, and whom it forwards. */
export function addressesOf({
  text,
  platform = '',
  links = [],
  redirects = [],
  forwardedFrom,
}: Linking): Named[] {
  const named: Named[] = addressesIn(text, platform).map(({ address, start, end }) => ({
    address,
    in: 'text',
    shown: text.slice(start, end),
    span: { start, end },
  }));
  for (const link of links) addNamed(named, parseAddress(link), 'links', link, null);
  for (const { from, to } of redirects)
    addNamed(named, parseAddress(to), 'redirects', to, spanOf(text, from));
  if (forwardedFrom)
    addNamed(named, forwarder(forwardedFrom, platform), 'forwardedFrom', forwardedFrom, null);
  return named;
}

function addNamed(
  named: Named[],
  address: Address | null,
  where: Named['in'],
  shown: string,
  span: Named['span'],
): void {
  if (address) named.push({ address, in: where, shown, span });
}

/** A link stands in a text with or without its scheme. */
function spanOf(text: string, link: string): Named['span'] {
  const bare = link.replace(/^https?:\/\/(?:www\.)?/i, '');
  const whole = text.indexOf(link);
  if (whole >= 0) return { start: whole, end: whole + link.length };
  const start = bare.length > 3 ? text.indexOf(bare) : -1;
  return start < 0 ? null : { start, end: start + bare.length };
}

/** Whom a post forwards: an address, a handle, or a name, which leads nowhere. */
function forwarder(from: string, platform: string): Address | null {
  return (
    parseAddress(from) ??
    (/^@?[a-z0-9_][a-z0-9_.-]{2,63}$/i.test(from) ? addressOfHandle(platform, from) : null)
  );
}
