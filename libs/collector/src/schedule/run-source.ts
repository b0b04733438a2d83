import { isVigilError, type Clock, type Source } from '@vigil/contracts';
import type { Advice, Connector, Problem, Reading } from '../connectors/connector.js';
import type { Funnel } from '../publishing/funnel.js';
import type { Expander } from '../shortened/expander.js';
import type { Progress } from '../publishing/progress.js';
import type { Lease } from './leases.js';
import { patiently } from './patience.js';

export interface Run {
  readonly source: Source;
  readonly lease: Lease;
  readonly connector: Connector;
  readonly reading: Omit<Reading, 'setAside'>;
  readonly funnel: Pick<Funnel, 'publish'>;
  /** Says where shortened links lead; null where they are not expanded. */
  readonly expander: Pick<Expander, 'expand'> | null;
  readonly progress: Pick<Progress, 'move' | 'setAside'>;
  /** Whether each cursor is stored before the next piece is read; a follower's is stored soon. */
  readonly patient: boolean;
  /** Breaks the promise on purpose (settings.faults): the cursor moves before the events are durable. */
  readonly commitEarly: boolean;
  readonly onPosts: (count: number) => void;
}

export type RunResult =
  | { readonly type: 'done'; readonly advice: Advice }
  | { readonly type: 'failed'; readonly error: unknown; readonly advice: Advice }
  /** Paused, changed, taken over, the program stops, or an engine of ours is away: says nothing about the source. */
  | { readonly type: 'interrupted' };

/**
 * Reads one source from its cursor on: each piece's events go to the bus, and once it has acknowledged them the cursor
 * moves. Never throws.
 */
export async function runSource(run: Run): Promise<RunResult> {
  const { source, lease, reading } = run;
  const signal = reading.signal;
  let advice: Advice = {};
  let fenced: unknown = null;
  const move = (cursor: unknown, posts: number, when: 'now' | 'soon') =>
    run.progress.move({ sourceId: source.id, epoch: lease.epoch, cursor, posts }, when);
  const moveAfterwards = async (cursor: unknown, posts: number) => {
    const moved = move(cursor, posts, run.patient ? 'now' : 'soon');
    if (run.patient) await moved;
    // A later move tells of a lasting failure; a lost lease ends the run.
    else moved.catch((error: unknown) => (fenced = isVigilError(error, 'fenced') ? error : fenced));
  };
  const setAside = (problem: Problem) => run.progress.setAside(source.id, problem);
  try {
    for await (const piece of run.connector.read(source, lease.cursor, { ...reading, setAside })) {
      if (run.commitEarly) await move(piece.cursor, piece.events.length, 'now');
      const events = run.expander ? await run.expander.expand(piece.events, signal) : piece.events;
      await patiently(signal, () => run.funnel.publish(events));
      run.onPosts(piece.events.length);
      if (!run.commitEarly) await moveAfterwards(piece.cursor, piece.events.length);
      if (piece.advice !== undefined) advice = { ...advice, ...piece.advice };
      if (fenced !== null || signal.aborted) return { type: 'interrupted' };
    }
    return signal.aborted ? { type: 'interrupted' } : { type: 'done', advice };
  } catch (error) {
    if (signal.aborted || saysNothingOfTheSource(error)) return { type: 'interrupted' };
    return { type: 'failed', error, advice };
  }
}

/**
 * A cursor that could not be stored because the database was away is no failure of the source's: it would rest twice as
 * long each time. Its lease is taken up again at once, and what is read again is counted once.
 */
function saysNothingOfTheSource(error: unknown): boolean {
  return isVigilError(error, 'fenced') || isVigilError(error, 'engine-unavailable');
}

/** Longest a failing source rests before it is tried again: an hour, or its own interval where that is longer. */
const REST_AT_MOST_MS = 3_600_000;
/** A follower that failed begins again after this, then twice as long each time. */
const FOLLOWER_REST_MS = 1_000;

/** When a source is due next, in milliseconds since the epoch; null for never. */
export function nextDue(
  result: Exclude<RunResult, { type: 'interrupted' }>,
  source: Pick<Source, 'schedule'>,
  failures: number,
  startedAt: number,
  clock: Clock,
  followed: boolean,
): number | null {
  const now = clock.now();
  const every = source.schedule.everySeconds * 1_000;
  const patience = now + (result.advice.notBeforeMs ?? 0);
  if (result.type === 'done') {
    if (result.advice.ended !== undefined) return null;
    return Math.max(followed ? now + FOLLOWER_REST_MS : startedAt + every, patience);
  }
  const base = followed ? FOLLOWER_REST_MS : every;
  const rest = Math.min(base * 2 ** Math.min(failures, 12), Math.max(REST_AT_MOST_MS, every));
  return Math.max(now + rest, patience);
}
