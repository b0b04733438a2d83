import { createHash } from 'node:crypto';
import {
  ImportLine,
  isVigilError,
  MAX_TEXT,
  parse,
  PostId,
  VigilError,
  type Author,
  type Post,
  type PostEvent,
} from '@vigil/contracts';
import type { WatchedSource } from '../connector.js';
import { isHistory } from '../history.js';
import type { Line } from './line-splitter.js';

/** The part of a source a line's post takes its labels from. */
export type ImportSource = Pick<WatchedSource, 'id' | 'labels' | 'demo' | 'createdAt'> & {
  readonly backfill: boolean;
};

/**
 * One line of NDJSON as a post event. Throws `bad-input` naming line, byte offset and field.
 *
 * Ids: `platform:id` where the line names its platform; else `import:<source>/<id>`, because an id without a platform
 * means nothing outside its source; without an id `import:<hash>` of channel, author, time and text, so that the same
 * line twice is one post.
 */
export function postOfLine(line: Line, source: ImportSource, collectedAt: string): PostEvent {
  return eventOf(parseLine(line), source, collectedAt);
}

export function placeOf(line: Line): string {
  return `line ${line.number}, byte ${line.offset}`;
}

function parseLine(line: Line): ImportLine {
  let value: unknown;
  try {
    value = JSON.parse(line.text);
  } catch (cause) {
    // V8's message repeats the text: kept out of logs and answers.
    throw new VigilError(
      'bad-input',
      `${placeOf(line)}: not JSON${positionOf(cause)}; one JSON object a line is expected`,
      { cause: undefined },
    );
  }
  const result = ImportLine.safeParse(value);
  if (result.success) return result.data;
  return parse(ImportLine, value, placeOf(line));
}

function positionOf(cause: unknown): string {
  const position = cause instanceof Error ? /position (\d+)/.exec(cause.message)?.[1] : undefined;
  return position === undefined ? '' : ` at character ${position}`;
}

function eventOf(line: ImportLine, source: ImportSource, collectedAt: string): PostEvent {
  const author = authorOf(line.author);
  const channel = line.channel ?? source.id;
  const publishedAt =
    line.publishedAt === undefined || line.publishedAt === null ? null : inUtc(line.publishedAt);
  const title = line.title || null;
  const revision = line.revision ?? 0;
  const post: Post = {
    id: idOf(line, source.id, channel, author, publishedAt),
    revision,
    sourceId: source.id,
    channel,
    author,
    publishedAt,
    collectedAt,
    title,
    text: withTitle(title, line.text),
    language: line.language ?? null,
    links: line.links ?? [],
    media: (line.media ?? []).map((one) => ({
      url: one.url,
      mime: one.mime ?? null,
      sha256: null,
      evidenceKey: null,
      width: null,
      height: null,
    })),
    forwardedFrom: line.forwardedFrom ?? null,
    inReplyTo: line.inReplyTo ?? null,
    permalink: line.permalink ?? null,
    capture: null,
    backfill: source.backfill || isHistory(publishedAt, source.createdAt),
    demo: source.demo,
  };
  return {
    type: line.type ?? (revision > 0 ? 'edited' : 'observed'),
    post,
    region: source.labels.region,
    context: source.labels.context,
    trace: { traceparent: null },
  };
}

/** In UTC. An instant of the year 0 or 9999 may lie outside of what four digits say there. */
function inUtc(instant: string): string {
  const utc = new Date(instant).toISOString();
  if (!/^\d{4}-/.test(utc))
    throw new VigilError('bad-input', 'publishedAt: an instant between the years 0 and 9999 in UTC');
  return utc;
}

const NOBODY: Author = { handle: null, nativeId: null, displayName: null };

function authorOf(author: ImportLine['author']): Author {
  if (author === undefined || author === null) return NOBODY;
  if (typeof author === 'string') return { ...NOBODY, handle: author };
  return {
    handle: author.handle ?? null,
    nativeId: author.nativeId ?? null,
    displayName: author.displayName ?? null,
  };
}

function idOf(
  line: ImportLine,
  sourceId: string,
  channel: string,
  author: Author,
  publishedAt: string | null,
): PostId {
  if (line.id !== undefined && line.platform !== undefined) return shortened(line.platform, String(line.id));
  if (line.id !== undefined) return shortened('import', `${sourceId}/${line.id}`);
  const parts = [
    channel,
    author.nativeId ?? author.handle ?? author.displayName ?? '',
    publishedAt ?? '',
    line.text,
  ];
  return PostId.parse(`${line.platform ?? 'import'}:${sha256(JSON.stringify(parts)).slice(0, 40)}`);
}

/** Ids are at most 512 characters; a longer native id is named by its hash. */
export function shortened(platform: string, nativeId: string): PostId {
  const id = `${platform}:${nativeId}`;
  return PostId.parse(id.length <= 512 ? id : `${platform}:sha256-${sha256(nativeId)}`);
}

/** Title, then content: what a reader sees, and what the rules are matched in. */
export function withTitle(title: string | null, text: string): string {
  if (title === null || text.startsWith(title)) return text;
  if (text === '') return title;
  return `${title}\n\n${text}`.slice(0, MAX_TEXT);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What a person reads of an error with a line: the message of ours, or that it was unforeseen. */
export function messageOf(error: unknown): string {
  return isVigilError(error) ? error.message : 'the line could not be read';
}
