import { setTimeout as pause } from 'node:timers/promises';
import { isVigilError } from '@vigil/contracts';

/** Between two tries of an engine that is away: quick for a broken connection, and no burden on one that comes back. */
const AGAIN_MS = { first: 250, most: 2_000 };

/**
 * Does a piece of work until the engine behind it takes it. That the bus or the evidence store is away says nothing about the
 * source: a failed poll would rest twice as long each time, and the source be late by minutes after an outage of seconds.
 * Throws every other error, and when `signal` ends the reading.
 */
export async function patiently<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (let wait = AGAIN_MS.first; ; wait = Math.min(2 * wait, AGAIN_MS.most)) {
    try {
      return await work();
    } catch (error) {
      if (!isVigilError(error, 'engine-unavailable') || !error.retriable) throw error;
      await pause(wait, undefined, { signal });
    }
  }
}
