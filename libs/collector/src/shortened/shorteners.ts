/**
 * Hosts that only lead on. Chosen from what is widely used where Vigil's sources publish; longer lists are public (MISP
 * warning lists, “url-shortener”), and VIGIL_SHORTENERS adds to this one. Left out are hosts that show their own pages
 * (bios, previews), log who follows for others, or are a platform's own short form, which the classifier reads by itself.
 */
export const SHORTENERS: readonly string[] = [
  'amzn.to',
  'b.link',
  'bit.ly',
  'bitly.com',
  'bl.ink',
  'buff.ly',
  'clck.ru',
  'cutt.ly',
  'cutt.us',
  'dlvr.it',
  'dub.sh',
  'fb.me',
  'goo.su',
  'ift.tt',
  'is.gd',
  'j.mp',
  'kutt.it',
  'lnkd.in',
  'me2.do',
  'n9.cl',
  'ow.ly',
  'qr.ae',
  'rb.gy',
  'rebrand.ly',
  'reurl.cc',
  's.id',
  'short.gy',
  'shorturl.asia',
  'shorturl.at',
  'snip.ly',
  'surl.li',
  't.co',
  't.ly',
  'tiny.cc',
  'tiny.one',
  'tinyurl.com',
  'tr.ee',
  'trib.al',
  'u.to',
  'urlz.fr',
  'v.gd',
  'v.ht',
  'vk.cc',
  'wp.me',
  'x.gd',
];

/** A shortened link of a post: as it has it, and the address to ask. */
export interface Shortened {
  readonly from: string;
  readonly address: string;
}

/** Links of one post that are expanded: a post that is a list of links says so by the first few. */
export const MAX_SHORTENED = 5;

/** Finds the shortened links of posts. `hosts` as URLs have them, with a port where it is none of the protocol's. */
export class ShortenedLinks {
  readonly #hosts: ReadonlySet<string>;
  readonly #inText: RegExp;

  constructor(hosts: Iterable<string>) {
    this.#hosts = new Set([...hosts].map((host) => host.toLowerCase()));
    const names = [...this.#hosts]
      .map((host) => host.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`))
      .join('|');
    this.#inText = new RegExp(
      String.raw`(?<![\p{L}\p{N}.@/-])(?:https?://)?(?:www\.)?(?:${names})/[a-z0-9_~%+./-]{1,200}`,
      'giu',
    );
  }

  /** Each address once, those of the text first. */
  of(text: string, links: readonly string[]): Shortened[] {
    const found = new Map<string, Shortened>();
    const add = (from: string) => {
      const address = this.addressOf(from);
      if (address !== null && found.size < MAX_SHORTENED && !found.has(address))
        found.set(address, { from, address });
    };
    for (const [link] of text.matchAll(this.#inText)) add(link.replace(/[./]+$/, ''));
    for (const link of links) add(link);
    return [...found.values()];
  }

  /** The address to ask; null where the link is not one of a shortener, or names none of its links. */
  addressOf(link: string): string | null {
    const url = URL.parse(/^https?:\/\//i.test(link) ? link : `https://${link}`);
    if (
      !url ||
      url.pathname === '/' ||
      url.username !== '' ||
      !this.#hosts.has(url.host.replace(/^www\./, ''))
    )
      return null;
    url.hash = '';
    return url.href;
  }
}
