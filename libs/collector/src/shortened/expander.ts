import { setTimeout as wait } from 'node:timers/promises';
import { isVigilError, type PostEvent } from '@vigil/contracts';
import type { GuardedClient } from '@vigil/fetching';
import type { Redirects } from './redirects.js';
import { ShortenedLinks, type Shortened } from './shorteners.js';

/** Longest the posts of one piece wait for where their links lead; what is not known by then stays as it is. */
const PIECE_MS = 3_000;
/** Longest one answer takes. */
const ANSWER_MS = 2_000;
/** Requests to one shortener are this far apart: five a second, which none of them minds. */
const APART_MS = 200;
/** A shortener that fails or refuses is left alone for so long. */
const REST_MS = 60_000;
/** A shortened link may lead to another one. */
const MAX_HOPS = 3;
/** Larger pages of a shortener hold no redirect. */
const MAX_BYTES = 64 * 1024;
/** Longest target that a post can carry. */
const MAX_TARGET = 4_000;
const TIDY_EVERY_MS = 3_600_000;

/** What came of one link. */
export type Expansion = 'led on' | 'led nowhere' | 'known' | 'not asked' | 'failed';

export interface ExpanderParts {
  readonly client: Pick<GuardedClient, 'fetch'>;
  readonly redirects: Pick<Redirects, 'known' | 'keep' | 'tidy'>;
  /** Hosts that are asked, and no others. */
  readonly shorteners: readonly string[];
  readonly count: (outcome: Expansion, links: number) => void;
  readonly onError: (error: unknown) => void;
}

/**
 * Adds to posts where their shortened links lead. Only the shorteners themselves are asked, one request a hop without
 * following it, so that no site that is written about learns of it. At most five links a post, five requests a second
 * to a shortener and three seconds a piece; answers are kept for a week. What cannot be told is left out: a post is
 * never lost or held up for it.
 */
export class Expander {
  readonly #links: ShortenedLinks;
  /** When each host may be asked next, by performance.now(). */
  readonly #turns = new Map<string, number>();
  #tidied = 0;

  constructor(private readonly parts: ExpanderParts) {
    this.#links = new ShortenedLinks(parts.shorteners);
  }

  /** The same events in their order, with `redirects` where any is known. Never throws. */
  async expand(events: readonly PostEvent[], signal: AbortSignal): Promise<readonly PostEvent[]> {
    // Of an archive nobody asks what its links led to years ago; it would take hours at the pace shorteners are asked.
    const shortened = events.map(({ type, post }) =>
      type === 'deleted' || post.backfill ? [] : this.#links.of(post.text, post.links),
    );
    const addresses = [...new Set(shortened.flat().map(({ address }) => address))];
    if (addresses.length === 0) return events;
    try {
      const targets = await this.#targetsOf(addresses, signal);
      return events.map((event, at) => withRedirects(event, shortened[at] ?? [], targets));
    } catch (error) {
      this.parts.onError(error);
      return events;
    }
  }

  async #targetsOf(
    addresses: readonly string[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string | null>> {
    await this.#tidy();
    const known = await this.parts.redirects.known(addresses);
    this.parts.count('known', known.size);
    const unknown = addresses.filter((address) => !known.has(address));
    const until = performance.now() + PIECE_MS;
    const found = new Map<string, string | null>();
    await Promise.all(
      unknown.map(async (address) => {
        const target = await this.#ask(address, until, signal);
        if (target !== undefined) found.set(address, target);
      }),
    );
    await this.parts.redirects.keep(found);
    return new Map([...known, ...found]);
  }

  /** Where it leads in the end; null for nowhere, undefined where that could not be learnt now. */
  async #ask(start: string, until: number, signal: AbortSignal): Promise<string | null | undefined> {
    let address = start;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      const { host } = new URL(address);
      if (!(await this.#turn(host, until, signal))) return this.#outcome('not asked', undefined);
      let location: string | null;
      try {
        location = await this.#locationOf(address, signal);
      } catch (error) {
        // A page of its own, as for a path that it does not know: nothing is wrong with the shortener.
        if (isVigilError(error, 'too-large')) return this.#outcome('led nowhere', null);
        if (!signal.aborted) this.#turns.set(host, performance.now() + REST_MS);
        return this.#outcome('failed', undefined);
      }
      const target = location === null ? null : URL.parse(location, address);
      if (!target || !/^(?:https?|tg):$/.test(target.protocol) || target.href.length > MAX_TARGET)
        return this.#outcome('led nowhere', null);
      const further = this.#links.addressOf(target.href);
      if (further === null) return this.#outcome('led on', target.href);
      address = further;
    }
    return this.#outcome('led nowhere', null);
  }

  #outcome<T>(outcome: Expansion, target: T): T {
    this.parts.count(outcome, 1);
    return target;
  }

  /** Waits for the host's turn; false where that comes too late. */
  async #turn(host: string, until: number, signal: AbortSignal): Promise<boolean> {
    const now = performance.now();
    const at = Math.max(now, this.#turns.get(host) ?? 0);
    if (at > until || signal.aborted) return false;
    this.#turns.set(host, at + APART_MS);
    if (at > now) await wait(at - now, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }

  /** What the shortener answers as the way on; null where it answers with none. Throws where it does not answer. */
  async #locationOf(address: string, signal: AbortSignal): Promise<string | null> {
    for (const method of ['HEAD', 'GET'] as const) {
      const { status, headers } = await this.parts.client.fetch(address, {
        method,
        follow: false,
        timeoutMs: ANSWER_MS,
        maxBytes: MAX_BYTES,
        signal,
      });
      if (status === 429 || status >= 500) throw new Error(`${new URL(address).host} answered ${status}`);
      const location = headers['location'];
      if (status >= 300 && status < 400 && location !== undefined) return location;
      // Some answer HEAD with a refusal or an empty page.
      if (status === 404 || status === 410) return null;
    }
    return null;
  }

  async #tidy(): Promise<void> {
    if (this.#tidied > 0 && performance.now() - this.#tidied < TIDY_EVERY_MS) return;
    this.#tidied = performance.now();
    await this.parts.redirects.tidy();
  }
}

function withRedirects(
  event: PostEvent,
  shortened: readonly Shortened[],
  targets: ReadonlyMap<string, string | null>,
): PostEvent {
  const redirects = shortened.flatMap(({ from, address }) => {
    const to = targets.get(address);
    return typeof to === 'string' ? [{ from, to }] : [];
  });
  return redirects.length > 0 ? { ...event, post: { ...event.post, redirects } } : event;
}
