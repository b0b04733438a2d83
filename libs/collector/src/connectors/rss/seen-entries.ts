import { z } from 'zod';

/** Entry key, fingerprint, revision. */
const Seen = z.tuple([z.string().max(16), z.string().max(16), z.number().int().min(0)]);
export type Seen = z.infer<typeof Seen>;

/**
 * Entries that left a feed's window may come back (a cache, a server out of step): as many as the window holds, and at
 * least these many, are remembered, so that they are not taken for new.
 */
const REMEMBERED_AT_LEAST = 500;
const REMEMBERED_AT_MOST = 20_000;

/** What a feed's cursor keeps. `seen` holds the entries of the last window first. */
export const RssCursor = z.strictObject({
  etag: z.string().max(1_000).nullable(),
  lastModified: z.string().max(200).nullable(),
  /** SHA-256 of the document read last, for servers that ignore conditions. */
  document: z.string().nullable(),
  seen: z.array(Seen).max(REMEMBERED_AT_MOST),
});
export type RssCursor = z.infer<typeof RssCursor>;

export const NEW_FEED: RssCursor = { etag: null, lastModified: null, document: null, seen: [] };

/** The entries just read, then those remembered from before; `windowSize` is how many the document holds. */
export function remember(before: readonly Seen[], read: readonly Seen[], windowSize: number): Seen[] {
  const current = new Set(read.map(([key]) => key));
  const bound = Math.min(Math.max(2 * windowSize, REMEMBERED_AT_LEAST), REMEMBERED_AT_MOST);
  return [...read, ...before.filter(([key]) => !current.has(key))].slice(0, bound);
}
