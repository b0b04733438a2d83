import { useLocalStorage } from '@mantine/hooks';
import type { KeyboardEvent, PointerEvent } from 'react';
import classes from './pieces.module.css';

/** Pixels one arrow key moves a border. */
const KEY_STEP = 20;

/** A pane's width, remembered in this browser. */
export function usePaneWidth(name: string, initial: number, [least, most]: readonly [number, number]) {
  const [stored, setStored] = useLocalStorage({
    key: `vigil-width-${name}`,
    defaultValue: initial,
    getInitialValueInEffect: false,
  });
  const clamp = (width: number) => Math.round(Math.min(most, Math.max(least, width)));
  return {
    width: clamp(Number(stored) || initial),
    set: (width: number) => setStored(clamp(width)),
    least,
    most,
  };
}

interface Props {
  readonly pane: ReturnType<typeof usePaneWidth>;
  readonly label: string;
}

/** The border after a pane: drag it, or focus it and use the arrow keys. */
export function Splitter({ pane, label }: Props) {
  const onPointerDown = (event: PointerEvent<HTMLDivElement>) => {
    event.preventDefault();
    const handle = event.currentTarget;
    const from = event.clientX;
    const width = pane.width;
    const direction = getComputedStyle(handle).direction === 'rtl' ? -1 : 1;
    handle.setPointerCapture(event.pointerId);
    const move = (at: globalThis.PointerEvent) => pane.set(width + direction * (at.clientX - from));
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    event.preventDefault();
    pane.set(pane.width + (event.key === 'ArrowRight' ? KEY_STEP : -KEY_STEP));
  };
  return (
    <div
      className={classes.splitter}
      role="separator"
      aria-orientation="vertical"
      aria-label={label}
      aria-valuenow={pane.width}
      aria-valuemin={pane.least}
      aria-valuemax={pane.most}
      tabIndex={0}
      onPointerDown={onPointerDown}
      onKeyDown={onKeyDown}
    />
  );
}
