import { createHash } from 'node:crypto';
import type { PlannedLine, PlannedSource } from './posts.js';

/** One released line, as the feeder writes it down: outside of the program, which never sees it. */
export interface LedgerEntry {
  readonly source: string;
  /** The post's id in the program: `platform:native-id`. */
  readonly post: string;
  readonly revision: number;
  readonly rule: string | null;
  /** ISO 8601, whole seconds, as published. */
  readonly publishedAt: string;
}

/** The platform that the run's NDJSON lines name. */
export const PLATFORM = 'lanterns';

/** The guid of a feed's entry; a URL, as feeds have. */
export function guidOf(source: string, id: string): string {
  return `https://lanterns.example/${source}/${id}`;
}

export function postIdOf(source: PlannedSource, line: Pick<PlannedLine, 'id'>): string {
  const ofFeed = source.kind === 'rss' || source.kind === 'atom';
  return ofFeed ? `rss:${guidOf(source.id, line.id)}` : `${PLATFORM}:${source.id}-${line.id}`;
}

/** The key under which the alerts remember a counted post: 16 bytes of SHA-256 of its id, hexadecimal. */
export function seenKeyOf(post: string): string {
  return createHash('sha256').update(post).digest('hex').slice(0, 32);
}

/** What must stand in the program in the end. */
export interface Expected {
  readonly posts: ReadonlyMap<
    string,
    { source: string; publishedAt: string; rule: string | null; revision: number }
  >;
  /** `source region bucket` → posts. */
  readonly counts: ReadonlyMap<string, number>;
  /** `rule source bucket` → hits. */
  readonly hits: ReadonlyMap<string, number>;
}

const BUCKET_MS = 300_000;

/** Start of the 5-minute bucket of an instant, ISO 8601. */
export function bucketOf(instant: string | number): string {
  return new Date(Math.floor(new Date(instant).getTime() / BUCKET_MS) * BUCKET_MS).toISOString();
}

/** A post counts once, when it was first published; its newest revision is the one to be found. */
export function expectedFrom(entries: readonly LedgerEntry[], sources: readonly PlannedSource[]): Expected {
  const regions = new Map(sources.map((source) => [source.id, source.region]));
  const posts = new Map<
    string,
    { source: string; publishedAt: string; rule: string | null; revision: number }
  >();
  const counts = new Map<string, number>();
  const hits = new Map<string, number>();
  const add = (to: Map<string, number>, key: string): unknown => to.set(key, (to.get(key) ?? 0) + 1);
  for (const entry of entries) {
    const before = posts.get(entry.post);
    if (before) {
      before.revision = Math.max(before.revision, entry.revision);
      continue;
    }
    const { source, publishedAt, rule, revision } = entry;
    posts.set(entry.post, { source, publishedAt, rule, revision });
    add(counts, `${source} ${regions.get(source)} ${bucketOf(publishedAt)}`);
    if (rule !== null) add(hits, `${rule} ${source} ${bucketOf(publishedAt)}`);
  }
  return { posts, counts, hits };
}

/** The ledger as the feeder wrote it: one entry a line. */
export function parseLedger(text: string): LedgerEntry[] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line): LedgerEntry => JSON.parse(line));
}
