import type { Histogram } from '@vigil/contracts';
import type { TimeSpan } from './results.js';

export interface TimelineBar {
  /** Beginning of the bar, milliseconds. */
  readonly at: number;
  readonly count: number;
}

/** Bars drawn at most, whatever was answered. */
const MOST = 400;

/** Every bar of the span, the empty ones too: a gap in time is drawn as a gap. Instants beyond the span are left out. */
export function filled(bars: Histogram['bars'], span: TimeSpan, everySeconds: number): TimelineBar[] {
  const width = everySeconds * 1_000;
  const counts = new Map(bars.map((bar) => [Date.parse(bar.at), bar.count]));
  // Bars stand where the server put them: the first known one fixes the grid.
  const known = bars[0] === undefined ? 0 : Date.parse(bars[0].at);
  const offset = ((known % width) + width) % width;
  const first = Math.floor((span.from - offset) / width) * width + offset;
  const all: TimelineBar[] = [];
  for (let at = first; at < span.to && all.length < MOST; at += width)
    all.push({ at, count: counts.get(at) ?? 0 });
  return all;
}
