import { nameOf, parseAddress } from './address.js';
import type { Address } from './platforms.js';

/** An address of a bank, and the number of whom it belongs to. */
export interface Listed {
  readonly of: number;
  readonly address: string;
}

/** What a link was found to lie at or below. */
export interface Found {
  readonly of: number;
  /** The bank's address in one spelling. */
  readonly name: string;
}

const NONE: readonly (readonly [string, string])[] = [];

/** A link names no more labels and segments than these; what lies deeper is below the first. */
const MAX_LABELS = 12;
const MAX_SEGMENTS = 12;

/**
 * Addresses to look links up in: a link is found at an address, below its path by whole segments, and under its domain.
 * What an address asks for in its query a link must have too, among whatever else. One hash look-up for each domain and
 * path above a link, so a hundred thousand addresses cost a post no more than one.
 */
export class LinkBank {
  readonly #byName = new Map<
    string,
    { readonly of: number; readonly query: readonly (readonly [string, string])[] }[]
  >();

  /** Addresses that cannot be read are left out: the pack was checked. */
  static build(listed: Iterable<Listed>): LinkBank {
    const bank = new LinkBank();
    for (const { of, address } of listed) {
      const parsed = parseAddress(address);
      if (!parsed) continue;
      const entry = { of, query: parsed.query.size === 0 ? NONE : [...parsed.query] };
      const name = nameOf(parsed);
      const there = bank.#byName.get(name);
      if (there) there.push(entry);
      else bank.#byName.set(name, [entry]);
    }
    return bank;
  }

  get size(): number {
    return this.#byName.size;
  }

  /** Whom the link belongs to, the most telling address of each: the longest path under the longest domain. */
  find(link: Address): Found[] {
    const found = new Map<number, string>();
    const labels = link.host.split('.').slice(-MAX_LABELS);
    for (let from = 0; from < labels.length - 1; from++) {
      const host = labels.slice(from).join('.');
      for (let depth = Math.min(link.path.length, MAX_SEGMENTS); depth >= 0; depth--) {
        const name = nameOf({ host, path: link.path.slice(0, depth) });
        for (const { of, query } of this.#byName.get(name) ?? [])
          if (!found.has(of) && query.every(([key, value]) => link.query.getAll(key).includes(value)))
            found.set(of, name);
      }
    }
    return [...found].map(([of, name]) => ({ of, name }));
  }

  has(link: Address): boolean {
    return this.find(link).length > 0;
  }
}
