import { z } from 'zod';
import { isVigilError, parse, type ImportLocator, type PostEvent } from '@vigil/contracts';
import {
  Connector,
  MAX_PIECE,
  type Advice,
  type Gathered,
  type Reading,
  type WatchedSource,
} from '../connector.js';
import { tailFile } from './file-tail.js';
import { tailHttp, type HttpPiece } from './http-tail.js';
import { messageOf, placeOf, postOfLine, type ImportSource } from './import-post.js';
import { LineSplitter, type Line } from './line-splitter.js';
import { Release, type ReplayAnchor } from './release.js';

type Import = z.infer<typeof ImportLocator>;

/** Where an import stands: after the last whole line whose posts were given. */
export const ImportCursor = z.strictObject({
  offset: z.number().int().min(0),
  line: z.number().int().min(0),
  mark: z
    .strictObject({ inode: z.number(), head: z.string(), headBytes: z.number().int() })
    .nullable()
    .default(null),
  replay: z.strictObject({ event: z.number(), wall: z.number() }).nullable().default(null),
});
export type ImportCursor = z.infer<typeof ImportCursor>;

const BEGINNING: ImportCursor = { offset: 0, line: 0, mark: null, replay: null };

/** NDJSON, one post a line: from a file or over HTTP; once, followed as it grows, or replayed against the clock. */
export class ImportConnector extends Connector<Import> {
  readonly kind = 'import';

  style(locator: Import): 'poll' | 'follow' | 'push' {
    if (locator.from === undefined) return 'push';
    return locator.mode === 'once' ? 'poll' : 'follow';
  }

  async *read(source: WatchedSource<Import>, cursor: unknown, reading: Reading): AsyncGenerator<Gathered> {
    const { locator } = source;
    let at = cursor === null ? BEGINNING : parse(ImportCursor, cursor, `cursor of source ${source.id}`);
    const newSplitter = () => new LineSplitter(at.offset, at.line, reading.setAside);
    let splitter = newSplitter();
    const release = locator.mode === 'replay' ? new Release(locator.speed, at.replay, reading) : null;
    const target: ImportSource = { ...source, backfill: locator.backfill };
    for await (const piece of piecesOf(source, at, reading)) {
      switch (piece.type) {
        case 'restarted':
          reading.setAside({ place: `byte ${at.offset}`, message: piece.why });
          at = BEGINNING;
          splitter = newSplitter();
          break;
        case 'advice': {
          const { error, ...advice } = piece;
          yield { events: [], cursor: at, advice: adviceOf(advice) };
          if (error !== undefined) throw error;
          return;
        }
        case 'bytes': {
          const mark = piece.mark;
          for await (const gathered of gather(splitter.push(piece.bytes), target, reading, release)) {
            at = { ...gathered.at, mark, replay: release?.anchor ?? null };
            yield { events: gathered.events, cursor: at };
          }
          // Lines without a post (empty, set aside) move the cursor too.
          if (splitter.offset > at.offset) {
            at = { offset: splitter.offset, line: splitter.lineCount, mark, replay: release?.anchor ?? null };
            yield { events: [], cursor: at };
          }
          break;
        }
        default:
          piece satisfies never;
      }
    }
    if (reading.signal.aborted) return;
    for await (const gathered of gather(splitter.end(), target, reading, release)) {
      at = { ...at, ...gathered.at };
      yield { events: gathered.events, cursor: at };
    }
    yield { events: [], cursor: at, advice: { ended: 'read to its end' } };
  }
}

function adviceOf(piece: Omit<Extract<HttpPiece, { type: 'advice' }>, 'error'>): Advice {
  return {
    ...(piece.notBeforeMs === undefined ? {} : { notBeforeMs: piece.notBeforeMs }),
    ...(piece.pause === undefined ? {} : { pause: piece.pause }),
  };
}

async function* piecesOf(
  source: WatchedSource<Import>,
  at: ImportCursor,
  reading: Reading,
): AsyncGenerator<HttpPiece> {
  const { from, mode } = source.locator;
  if (from === undefined) return;
  const follow = mode === 'follow';
  if (typeof from === 'string') {
    yield* tailHttp(reading, from, at.offset, follow, source.schedule.everySeconds * 1_000);
  } else {
    yield* tailFile(reading.importDir, from.file, at, follow, reading.signal);
  }
}

/** Lines as pieces of at most MAX_PIECE posts; bad ones are set aside. In a replay each waits for its moment. */
export async function* gather(
  lines: readonly Line[],
  source: ImportSource,
  reading: Pick<Reading, 'clock' | 'setAside' | 'signal'>,
  release: Release | null = null,
): AsyncGenerator<{ events: PostEvent[]; at: { offset: number; line: number } }> {
  let events: PostEvent[] = [];
  let at: { offset: number; line: number } | null = null;
  for (const line of lines) {
    const event = eventOrAside(line, source, reading);
    if (release !== null && event !== null && release.waitMs(event) > 0) {
      if (at !== null && events.length > 0) yield { events, at };
      events = [];
      await release.until(event);
      if (reading.signal.aborted) return;
    }
    if (event !== null) events.push(event);
    at = { offset: line.end, line: line.number };
    if (events.length >= MAX_PIECE) {
      yield { events, at };
      events = [];
    }
  }
  if (at !== null && events.length > 0) yield { events, at };
}

function eventOrAside(
  line: Line,
  source: ImportSource,
  reading: Pick<Reading, 'clock' | 'setAside'>,
): PostEvent | null {
  try {
    return postOfLine(line, source, reading.clock.instant());
  } catch (error) {
    if (!isVigilError(error) && !(error instanceof RangeError)) throw error;
    reading.setAside({ place: placeOf(line), message: messageOf(error) });
    return null;
  }
}

export type { ReplayAnchor };
