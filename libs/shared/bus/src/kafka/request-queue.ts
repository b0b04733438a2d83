import { createRequire } from 'node:module';

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
}
type Check = (this: RequestQueue) => void;

let mended = false;

/**
 * kafkajs 2.2.4 looks for waiting requests by a timer that starts itself anew whether or not any wait, with a negative delay
 * that Node takes for 1 ms: each connection wakes the process a thousand times a second, and warns. Here the timer
 * starts only while something waits. Where the part is not as in 2.2.4, nothing is changed.
 */
export function mendRequestQueue(): void {
  if (mended) return;
  mended = true;
  const part: unknown = createRequire(import.meta.url)('kafkajs/src/network/requestQueue/index.js');
  if (typeof part !== 'function') return;
  const queue = part.prototype as { scheduleCheckPendingRequests?: Check };
  const original = queue.scheduleCheckPendingRequests;
  if (typeof original !== 'function') return;
  queue.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) original.call(this);
  };
}
