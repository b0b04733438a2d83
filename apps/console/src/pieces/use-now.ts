import { useSyncExternalStore } from 'react';

/** One clock for the page: everything that shows an age moves together. */
function clockOf(everyMs: number) {
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | undefined;
  const listeners = new Set<() => void>();
  return {
    subscribe(listener: () => void) {
      listeners.add(listener);
      timer ??= setInterval(() => {
        now = Date.now();
        for (const each of listeners) each();
      }, everyMs);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
      };
    },
    read: () => (listeners.size === 0 ? (now = Date.now()) : now),
  };
}

const slow = clockOf(15_000);
const fast = clockOf(1_000);

/** Milliseconds since the epoch, moving every 15 s: for ages and due times. */
export const useNow = (): number => useSyncExternalStore(slow.subscribe, slow.read);
/** The same, moving every second: for a countdown. */
export const useSeconds = (): number => useSyncExternalStore(fast.subscribe, fast.read);
