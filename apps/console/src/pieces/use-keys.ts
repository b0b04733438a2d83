import { useEffect, useRef, useSyncExternalStore } from 'react';

/** A key's letter or sign → what it does. Returning false lets the key go on. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

const STORED = 'vigil-single-keys';
const listeners = new Set<() => void>();

function readEnabled(): boolean {
  try {
    return localStorage.getItem(STORED) !== 'off';
  } catch {
    return true;
  }
}

/** Single keys can be switched off: dictation and some screen readers type letters (WCAG 2.1, 2.1.4). */
export function useSingleKeys(): readonly [on: boolean, set: (on: boolean) => void] {
  const on = useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, readEnabled);
  const set = (next: boolean) => {
    try {
      localStorage.setItem(STORED, next ? 'on' : 'off');
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    for (const listener of listeners) listener();
  };
  return [on, set];
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

/**
 * The key as named in `Keys`. On a keyboard of another script (Arabic, Bengali, Russian) the letter
 * keys and digits still stand where they do on a Latin one: their position names them.
 */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'code'>): string {
  if (event.key.length > 1 || event.key.charCodeAt(0) < 128) return event.key;
  if (event.code.startsWith('Key')) return event.code.slice(3).toLowerCase();
  if (event.code.startsWith('Digit')) return event.code.slice(5);
  if (event.code === 'Slash') return '/';
  return event.key;
}

/** Listens for single keys while nobody types and no dialogue is open. */
export function useKeys(keys: Keys): void {
  const [on] = useSingleKeys();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!on) return;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (isTyping(event.target) || document.querySelector('[aria-modal="true"]') !== null) return;
      const act = latest.current[keyName(event)];
      if (act === undefined) return;
      // A focused button keeps Enter and Space for itself.
      if (event.key === 'Enter' && event.target instanceof HTMLElement && event.target.closest('button, a'))
        return;
      event.preventDefault();
      act(event);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [on]);
}
