import { guidOf, PLATFORM } from './ledger.js';
import type { PlannedLine, PlannedSource } from './posts.js';

/** Entries a feed shows: at 50 posts/s over 20 feeds, two minutes and more, which no outage of a run lasts. */
export const FEED_WINDOW = 400;

export interface Released {
  readonly line: PlannedLine;
  /** ISO 8601, whole seconds. */
  readonly publishedAt: string;
}

/** A line of an NDJSON stream, with its end. */
export function ndjsonOf({ line, publishedAt }: Released): string {
  const { source, id, revision, author, text } = line;
  const post = {
    platform: PLATFORM,
    id: `${source}-${id}`,
    revision,
    channel: `${source}-channel-${id.length}`,
    author,
    text,
    publishedAt,
  };
  return `${JSON.stringify(revision > 0 ? { ...post, type: 'edited' } : post)}\n`;
}

/** The newest entries of a feed, as RSS 2.0 or Atom. */
export function feedOf(source: PlannedSource, released: readonly Released[]): string {
  const entries = released.slice(-FEED_WINDOW).toReversed();
  return source.kind === 'atom' ? atom(source, entries) : rss(source, entries);
}

function rss(source: PlannedSource, entries: readonly Released[]): string {
  const items = entries.map(({ line, publishedAt }) => {
    const guid = guidOf(source.id, line.id);
    return `<item><guid isPermaLink="false">${guid}</guid><link>${guid}</link><author>${line.author}</author><pubDate>${new Date(publishedAt).toUTCString()}</pubDate><description>${line.text}</description></item>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>${source.id}</title><link>https://lanterns.example/</link><description>made for a crash or fault run</description>${items.join('\n')}</channel></rss>`;
}

function atom(source: PlannedSource, entries: readonly Released[]): string {
  const items = entries.map(({ line, publishedAt }) => {
    const guid = guidOf(source.id, line.id);
    return `<entry><id>${guid}</id><link href="${guid}"/><author><name>${line.author}</name></author><published>${publishedAt}</published><updated>${publishedAt}</updated><content type="text">${line.text}</content></entry>`;
  });
  const updated = entries[0]?.publishedAt ?? '2026-01-01T00:00:00Z';
  return `<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><id>https://lanterns.example/${source.id}</id><title>${source.id}</title><updated>${updated}</updated>${items.join('\n')}</feed>`;
}
