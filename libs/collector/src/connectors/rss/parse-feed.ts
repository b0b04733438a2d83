import { VigilError } from '@vigil/contracts';
import { decodeDocument } from './encoding.js';
import type { Feed } from './feed.js';
import { parseJsonFeed } from './json-feed.js';
import { resolveUri } from './uri.js';
import { parseXmlFeed } from './xml-feed.js';

/** What is known about a document besides its bytes: header names in lower case. */
export interface DocumentContext {
  /** Where it was fetched from, after redirects. Empty: nothing is known, and relative addresses stay relative. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The source's languages, for documents that do not say how they are encoded. */
  readonly languages?: readonly string[];
}

/**
 * A feed from its bytes: RSS 0.9x to 2.0, RDF, Atom 0.3 and 1.0, JSON Feed; well or ill formed.
 * Throws `unparsable-feed`, never anything else, for whatever bytes.
 */
export function parseFeed(bytes: Uint8Array, context: DocumentContext): Feed {
  const { text } = decodeDocument(bytes, context.headers['content-type'], context.languages);
  const base = resolveUri(context.url, context.headers['content-location'] ?? '') || context.url;
  const language = context.headers['content-language']?.split(',')[0]?.trim() || null;
  if (/^[\s\uFEFF]*$/.test(text)) throw new VigilError('unparsable-feed', 'the document is empty');
  try {
    return /^[\s\uFEFF]*\{/.test(text)
      ? parseJsonFeed(text, base, language)
      : parseXmlFeed(text, base, language);
  } catch (error) {
    if (error instanceof VigilError) throw error;
    throw new VigilError('unparsable-feed', 'the document could not be read as a feed', { cause: error });
  }
}
