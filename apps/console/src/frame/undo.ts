import type { Alert, Decision } from '@vigil/contracts';
import { useSyncExternalStore } from 'react';

/** The last decision that can still be taken back. */
export interface Undoable {
  readonly alert: Alert;
  readonly decision: Decision;
}

let last: Undoable | null = null;
const listeners = new Set<() => void>();

export function offerUndo(undoable: Undoable | null): void {
  last = undoable;
  for (const listener of listeners) listener();
}

export function useUndoable(): Undoable | null {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => last,
  );
}
