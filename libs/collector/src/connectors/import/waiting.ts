import type { Clock } from '@vigil/contracts';

/** Waits for `start` to call done, or for the signal. `start` returns what cleans up after either. */
export async function abortable(signal: AbortSignal, start: (done: () => void) => () => void): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    let cleanUp: () => void = () => undefined;
    const done = () => {
      signal.removeEventListener('abort', done);
      cleanUp();
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    cleanUp = start(done);
  });
}

/** Waits so many milliseconds, or until the signal. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return abortable(signal, (done) => {
    const timer = setTimeout(done, ms);
    return () => clearTimeout(timer);
  });
}

/** Longest a timer sleeps before it looks at the clock again: a moved test clock, or a suspended laptop, is noticed. */
const LOOK_AT_CLOCK_MS = 1_000;

/** Waits until the clock shows the instant (milliseconds since the epoch), or until the signal. */
export async function pauseUntil(at: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let left = at - clock.now(); left > 0 && !signal.aborted; left = at - clock.now()) {
    await pause(Math.min(left, LOOK_AT_CLOCK_MS), signal);
  }
}
