import { useSyncExternalStore } from 'react';
import { LiveEvent } from '@vigil/contracts';
import type { QueryClient } from '@tanstack/react-query';

/** Several events of a burst are answered by one re-reading. */
const GATHER_MS = 400;
/** A stream that was refused is asked for again after this: the server may be starting. */
const REOPEN_MS = 5_000;
const EVENTS = ['alert', 'source', 'ruleset', 'proposal', 'hits'] as const;

export interface LiveState {
  readonly state: 'connecting' | 'live' | 'lost';
  /** When this state began, milliseconds since the epoch. */
  readonly since: number;
  /** Hits announced since the page began or the count was last taken. */
  readonly newHits: number;
}

let current: LiveState = { state: 'connecting', since: Date.now(), newHits: 0 };
const listeners = new Set<() => void>();

function become(next: Partial<LiveState>): void {
  const changed = next.state !== undefined && next.state !== current.state;
  current = { ...current, ...next, since: changed ? Date.now() : current.since };
  for (const listener of listeners) listener();
}

/** The state of the event stream, re-rendered when it changes. */
export function useLive(): LiveState {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => current,
  );
}

/** Sets the count of announced hits to nought: they are on the screen now. */
export function takeNewHits(): void {
  if (current.newHits !== 0) become({ newHits: 0 });
}

/** The query keys that an event makes old. Hits are not among them: a list that is being read must not jump. */
export function keysTouchedBy(event: LiveEvent): readonly (readonly string[])[] {
  switch (event.type) {
    case 'alert':
      return [['alerts'], ['alert', event.id]];
    case 'source':
      return [['sources']];
    case 'ruleset':
      return [['packs'], ['classify']];
    case 'proposal':
      return [['packs']];
    case 'hits':
      return [['volumes']];
    default:
      return event satisfies never;
  }
}

function parseEvent(text: string): LiveEvent | null {
  try {
    const event = LiveEvent.safeParse(JSON.parse(text));
    return event.success ? event.data : null;
  } catch {
    return null;
  }
}

/** Opens the stream and keeps it open; what changed on the server is read again here. Returns what closes it. */
export function followLive(client: QueryClient): () => void {
  const touched = new Map<string, readonly string[]>();
  let flushTimer: ReturnType<typeof setTimeout> | undefined;
  let reopenTimer: ReturnType<typeof setTimeout> | undefined;
  let stream: EventSource | null = null;
  let wasLost = false;

  const flush = () => {
    flushTimer = undefined;
    for (const queryKey of touched.values()) void client.invalidateQueries({ queryKey: [...queryKey] });
    touched.clear();
  };
  const onEvent = (message: MessageEvent<string>) => {
    const event = parseEvent(message.data);
    if (event === null) return;
    if (event.type === 'hits') become({ newHits: current.newHits + event.count });
    for (const key of keysTouchedBy(event)) touched.set(key.join(' '), key);
    flushTimer ??= setTimeout(flush, GATHER_MS);
  };
  const onOpen = () => {
    become({ state: 'live' });
    // Events of the gap are gone: read everything on the screen again.
    if (wasLost) void client.invalidateQueries();
    wasLost = false;
  };
  const onError = () => {
    wasLost = true;
    become({ state: 'lost' });
    // The browser reconnects by itself unless the server refused; the session may have ended, which asking for it finds out.
    if (stream?.readyState !== EventSource.CLOSED) return;
    void client.invalidateQueries({ queryKey: ['session'] });
    reopenTimer = setTimeout(open, REOPEN_MS);
  };
  const open = () => {
    stream = new EventSource('/api/events');
    stream.addEventListener('open', onOpen);
    stream.addEventListener('error', onError);
    for (const name of EVENTS) stream.addEventListener(name, onEvent);
  };

  open();
  return () => {
    clearTimeout(flushTimer);
    clearTimeout(reopenTimer);
    stream?.close();
    become({ state: 'connecting' });
  };
}
