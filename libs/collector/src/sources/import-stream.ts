import { z } from 'zod';
import { VigilError, type Clock, type Source } from '@vigil/contracts';
import { gather } from '../connectors/import/import-connector.js';
import { LineSplitter } from '../connectors/import/line-splitter.js';
import type { Problem } from '../connectors/connector.js';
import type { Funnel } from '../publishing/funnel.js';
import type { Expander } from '../shortened/expander.js';
import type { Progress } from '../publishing/progress.js';

/** Errors shown in the answer; all are counted, and a sample stands in the source's problems. */
const SHOWN_ERRORS = 20;
/** A stream may be held open for days: a pause, an end of the approval or a removal must reach it this soon. */
const READ_AGAIN_MS = 1_000;

export const ImportResult = z.object({
  /** Posts the bus has acknowledged. */
  published: z.number().int(),
  /** Lines set aside. */
  refused: z.number().int(),
  lines: z.number().int(),
  bytes: z.number().int(),
  /** The first of them. */
  errors: z.array(z.object({ place: z.string(), message: z.string() })),
});
export type ImportResult = z.infer<typeof ImportResult>;

export interface ImportStreamParts {
  readonly clock: Clock;
  readonly funnel: Pick<Funnel, 'publish'>;
  readonly progress: Pick<Progress, 'count' | 'setAside'>;
  /** Says where shortened links lead; absent where they are not expanded. */
  readonly expander?: Pick<Expander, 'expand'> | null;
  readonly onPosts?: (count: number) => void;
}

/**
 * Publishes NDJSON of any size as it comes: the next bytes are read after the posts before are durable, so that a fast
 * sender is slowed down and memory stays bounded. Bad lines are set aside and counted. `read` gives the source as it
 * stands and is asked again while the stream goes on: what is no longer watched ends it, and what had come is kept.
 * Throws `bad-input` where the source takes no imports, `conflict` where it is paused, `source-expired`, `not-found`.
 */
export async function importStream(
  read: () => Promise<Source>,
  body: AsyncIterable<Uint8Array>,
  parts: ImportStreamParts,
): Promise<ImportResult> {
  let source = await read();
  let target = { ...source, backfill: assertTakesImports(source, parts.clock) };
  let readAt = parts.clock.now();
  const result: ImportResult = { published: 0, refused: 0, lines: 0, bytes: 0, errors: [] };
  const setAside = (problem: Problem) => {
    result.refused++;
    if (result.errors.length < SHOWN_ERRORS)
      result.errors.push({ place: problem.place, message: problem.message });
    parts.progress.setAside(source.id, problem);
  };
  const splitter = new LineSplitter(0, 0, setAside);
  const reading = { clock: parts.clock, setAside, signal: NEVER };
  const publish = async (lines: ReturnType<LineSplitter['push']>) => {
    for await (const { events } of gather(lines, target, reading)) {
      await parts.funnel.publish((await parts.expander?.expand(events, NEVER)) ?? events);
      result.published += events.length;
      parts.onPosts?.(events.length);
    }
  };
  try {
    for await (const chunk of body) {
      result.bytes += chunk.length;
      if (parts.clock.now() - readAt >= READ_AGAIN_MS) {
        source = await read();
        readAt = parts.clock.now();
      }
      target = { ...source, backfill: assertTakesImports(source, parts.clock) };
      await publish(splitter.push(chunk));
    }
    await publish(splitter.end());
  } finally {
    result.lines = splitter.lineCount;
    if (result.published > 0) await parts.progress.count(source.id, result.published);
  }
  return result;
}

const NEVER = new AbortController().signal;

function assertTakesImports(source: Source, clock: Clock): boolean {
  const { locator } = source;
  if (locator.kind !== 'import') {
    throw new VigilError(
      'bad-input',
      `source ${source.id} is of kind ${locator.kind}: lines are taken for sources of kind import`,
    );
  }
  if (source.paused)
    throw new VigilError('conflict', `source ${source.id} is paused: nothing is collected for it`);
  if (Date.parse(source.justification.until) <= clock.now()) {
    throw new VigilError(
      'source-expired',
      `the approval of source ${source.id} ended at ${source.justification.until}: nothing is collected for it`,
    );
  }
  return locator.backfill;
}
