import { setTimeout as pause } from 'node:timers/promises';

/**
 * Waits for a fact: calls `fact` until it neither throws nor gives false, null or undefined, and returns what it gave.
 * After `timeoutMs` it throws what the last call threw, or that the fact never came.
 */
export async function eventually<T>(
  fact: () => T | Promise<T>,
  options: { timeoutMs?: number; everyMs?: number } = {},
): Promise<NonNullable<Exclude<T, false>>> {
  const { timeoutMs = 10_000, everyMs = 25 } = options;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let failure: unknown = null;
    try {
      const value = await fact();
      if (isFact(value)) return value;
    } catch (error) {
      failure = error;
    }
    if (Date.now() > deadline)
      throw (
        failure ??
        new Error(`This did not come true within ${timeoutMs} ms: ${fact.toString().slice(0, 300)}`)
      );
    await pause(everyMs);
  }
}

/** A `void` fact is one that only throws, as with expect(). */
function isFact<T>(value: T): value is NonNullable<Exclude<T, false>> {
  return value !== false && value !== null;
}
