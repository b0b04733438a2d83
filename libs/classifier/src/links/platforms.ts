/** A web address, or a channel's handle, in one spelling: what links of a post and of a pack are compared as. */
export interface Address {
  /** As the network knows it: small letters, Punycode, without `www.` and port. */
  readonly host: string;
  /** Decoded segments; as written, because servers tell capitals apart, but for handles. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

/** Of most addresses: making one for each is half of what reading a bank of 100,000 costs. */
export const NO_QUERY: URLSearchParams = new URLSearchParams();

/** What a platform calls the same place by: its hosts, and how its paths name a channel. */
interface Platform {
  /** The host that all others are read as. */
  readonly host: string;
  readonly aliases: readonly string[];
  /** The path in one spelling. `query` is that of the link. */
  path?(path: readonly string[], query: URLSearchParams): readonly string[];
  /** Where `@name` leads. */
  handle(name: string): readonly string[];
  /** Whether a query says which page it is; elsewhere it only tracks. */
  readonly queried?: true;
}

/**
 * Handles are the same in capitals and small letters, with or without the sign, and end where a word is written against
 * them that no handle can have.
 */
const byHandle = ([first, ...rest]: readonly string[]): readonly string[] => {
  if (first === undefined) return [];
  const [handle] = /^[a-z0-9_.-]+/.exec(first.replace(/^@/, '').toLowerCase()) ?? [];
  return [handle ?? first, ...rest];
};

/** Invitations are `joinchat/HASH` or `+HASH`, previews `s/NAME`; a hash is told by its capitals. */
function telegramPath(path: readonly string[]): readonly string[] {
  const [first, second, ...rest] = path;
  if (first === 's' && second !== undefined) return telegramPath([second, ...rest]);
  if (first === 'joinchat' && second !== undefined) return [`+${second}`, ...rest];
  return first?.startsWith('+') ? path : byHandle(path);
}

function youTubePath(path: readonly string[], query: URLSearchParams): readonly string[] {
  const [first = '', second] = path;
  const video =
    first === 'watch' ? query.get('v') : /^(?:shorts|embed|live|v|e)$/.test(first) ? second : null;
  if (video) return ['watch', video];
  return first.startsWith('@') ? [first.toLowerCase(), ...path.slice(1)] : path;
}

/** By the name that a pack gives them in `NAME:@handle`, and that posts of their connectors begin their ids with. */
const PLATFORMS: Readonly<Record<string, Platform>> = {
  telegram: {
    host: 't.me',
    aliases: ['telegram.me', 'telegram.dog'],
    path: telegramPath,
    handle: (name) => [name],
  },
  x: {
    host: 'x.com',
    aliases: ['twitter.com', 'mobile.twitter.com', 'm.twitter.com', 'mobile.x.com'],
    path: byHandle,
    handle: (name) => [name],
  },
  instagram: {
    host: 'instagram.com',
    aliases: ['m.instagram.com', 'instagr.am'],
    path: byHandle,
    handle: (name) => [name],
  },
  facebook: {
    host: 'facebook.com',
    aliases: ['m.facebook.com', 'mbasic.facebook.com', 'web.facebook.com', 'fb.com'],
    queried: true,
    path: byHandle,
    handle: (name) => [name],
  },
  youtube: {
    host: 'youtube.com',
    aliases: ['m.youtube.com', 'music.youtube.com', 'youtube-nocookie.com'],
    path: youTubePath,
    handle: (name) => [`@${name}`],
  },
  tiktok: {
    host: 'tiktok.com',
    aliases: ['m.tiktok.com'],
    handle: (name) => [`@${name}`],
  },
  vk: {
    host: 'vk.com',
    aliases: ['m.vk.com', 'vk.ru', 'vkontakte.ru'],
    path: byHandle,
    handle: (name) => [name],
  },
};

const BY_HOST = new Map(
  Object.values(PLATFORMS).flatMap((platform) =>
    [platform.host, ...platform.aliases].map((host) => [host, platform] as const),
  ),
);

export const PLATFORM_NAMES: readonly string[] = Object.keys(PLATFORMS);

/** An address as the platform's own links have it; of any other host unchanged, save for Fediverse handles and tracking. */
export function inOneSpelling(host: string, path: readonly string[], query: URLSearchParams): Address {
  // A channel's own host, and the short form of a video's.
  const channel = /^([a-z][a-z0-9_]{3,31})\.t\.me$/.exec(host)?.[1];
  if (channel) return { host: 't.me', path: [channel, ...path], query: NO_QUERY };
  if (host === 'youtu.be')
    return {
      host: 'youtube.com',
      path: path.length === 0 ? [] : ['watch', ...path],
      query: new URLSearchParams(),
    };
  const platform = BY_HOST.get(host);
  return {
    host: platform?.host ?? host,
    path: platform?.path?.(path, query) ?? withSmallHandle(path),
    query: platform && !platform.queried ? NO_QUERY : withoutTracking(query),
  };
}

/** Parameters that say who followed a link, not where it leads: as browsers strip them (Firefox, “Query parameter stripping”). */
const TRACKING =
  /^(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|twclid|ttclid|igshid?|mc_[ce]id|_openstat|ref_(?:src|url)|mkt_tok|vero_id|_hsenc|_hsmi)$/i;

function withoutTracking(query: URLSearchParams): URLSearchParams {
  if (query.size === 0) return query;
  return new URLSearchParams([...query].filter(([name]) => !TRACKING.test(name)));
}

/** `/@Name` and `/users/Name` of Mastodon and its relatives. */
function withSmallHandle(path: readonly string[]): readonly string[] {
  const [first, second, ...rest] = path;
  if (first === 'users' && second !== undefined) return [`@${second.toLowerCase()}`, ...rest];
  return first?.startsWith('@') ? [first.toLowerCase(), ...path.slice(1)] : path;
}

/** Where `@name` leads on a platform; null where the platform is not known. */
export function placeOfHandle(platform: string, name: string): Address | null {
  const known = Object.hasOwn(PLATFORMS, platform) ? PLATFORMS[platform] : undefined;
  return known ? { host: known.host, path: known.handle(name.toLowerCase()), query: NO_QUERY } : null;
}

/** Whether an address is a platform as a whole: everybody's channels. */
export function isWholePlatform({ host, path }: Address): boolean {
  return path.length === 0 && BY_HOST.has(host);
}

/** Pages that only lead on to the address in their query: host and path → the parameter. */
const WRAPPERS: readonly (readonly [host: RegExp, path: string, parameter: string])[] = [
  [/^(?:[a-z0-9-]+\.)?google\.[a-z.]{2,6}$/, 'url', 'q'],
  [/^(?:[a-z0-9-]+\.)?google\.[a-z.]{2,6}$/, 'url', 'url'],
  [/^lm?\.facebook\.com$/, 'l.php', 'u'],
  [/^l\.instagram\.com$/, '', 'u'],
  [/^(?:m\.)?vk\.(?:com|ru)$/, 'away.php', 'to'],
  [/^(?:m\.)?youtube\.com$/, 'redirect', 'q'],
  [/^(?:t|telegram)\.me$/, 'share/url', 'url'],
  [/^(?:t|telegram)\.me$/, 'iv', 'url'],
];

/** The address that a page of a platform only leads on to, told from the link alone; null for all others. */
export function wrappedIn(host: string, path: readonly string[], query: URLSearchParams): string | null {
  if (host === 'web.archive.org' && path[0] === 'web')
    return (
      path
        .slice(2)
        .join('/')
        .replace(/^https?:\/+/i, '') || null
    );
  const joined = path.join('/');
  for (const [hosts, page, parameter] of WRAPPERS)
    if (page === joined && hosts.test(host)) {
      const target = query.get(parameter);
      if (target) return target;
    }
  return null;
}
