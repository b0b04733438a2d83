import { Skeleton } from '@mantine/core';
import { useMemo, useRef, useState } from 'react';
import { localFull, number, utc } from '../words/format.js';
import { useTimeline } from './results.js';
import { filled, type TimelineBar } from './timeline-bars.js';
import classes from './search.module.css';

const HEIGHT = 64;
const VIEW_WIDTH = 1_000;

interface Props {
  readonly timeline: ReturnType<typeof useTimeline>;
  readonly onNarrow: (from: string, to: string) => void;
}

/** Hits over the time searched. Click a bar, or drag over several, to narrow to them; arrow keys and Enter do the same. */
export function Timeline({ timeline, onNarrow }: Props) {
  const { bars, span, everySeconds } = timeline;
  const drawn = useMemo(
    () => (bars && span ? filled(bars, span, everySeconds) : []),
    [bars, span, everySeconds],
  );
  if (timeline.error) return null;
  if (timeline.isPending) return <Skeleton height={HEIGHT + 18} />;
  if (drawn.length === 0) return null;
  return <Bars drawn={drawn} everySeconds={everySeconds} onNarrow={onNarrow} />;
}

interface BarsProps extends Pick<Props, 'onNarrow'> {
  readonly drawn: readonly TimelineBar[];
  readonly everySeconds: number;
}

function Bars({ drawn, everySeconds, onNarrow }: BarsProps) {
  const box = useRef<SVGSVGElement>(null);
  const [from, setFrom] = useState<number | null>(null);
  const [at, setAt] = useState<number | null>(null);
  const highest = Math.max(1, ...drawn.map((bar) => bar.count));
  const step = VIEW_WIDTH / drawn.length;
  const iso = (ms: number) => new Date(ms).toISOString();
  const begin = (index: number) => drawn[index]?.at ?? 0;
  const end = (index: number) => begin(index) + everySeconds * 1_000;

  const indexAt = (clientX: number) => {
    const rect = box.current?.getBoundingClientRect();
    if (rect === undefined || rect.width === 0) return 0;
    return Math.min(
      drawn.length - 1,
      Math.max(0, Math.floor(((clientX - rect.left) / rect.width) * drawn.length)),
    );
  };
  const narrow = (a: number, b: number) => onNarrow(iso(begin(Math.min(a, b))), iso(end(Math.max(a, b))));
  const low = from === null || at === null ? at : Math.min(from, at);
  const high = from === null || at === null ? at : Math.max(from, at);
  const count =
    low === null || high === null ? 0 : drawn.slice(low, high + 1).reduce((sum, bar) => sum + bar.count, 0);

  return (
    <div className={classes.timeline}>
      <svg
        ref={box}
        viewBox={`0 0 ${VIEW_WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        height={HEIGHT}
        width="100%"
        role="slider"
        tabIndex={0}
        aria-label="Timeline: arrow keys move, Shift holds a span, Enter narrows to it"
        aria-valuemin={0}
        aria-valuemax={drawn.length - 1}
        aria-valuenow={at ?? drawn.length - 1}
        aria-valuetext={`${localFull(iso(begin(at ?? drawn.length - 1)))}: ${number(drawn[at ?? drawn.length - 1]?.count ?? 0)} hits`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setFrom(indexAt(event.clientX));
          setAt(indexAt(event.clientX));
        }}
        onPointerMove={(event) => setAt(indexAt(event.clientX))}
        onPointerUp={(event) => {
          if (from !== null) narrow(from, indexAt(event.clientX));
          setFrom(null);
        }}
        onPointerCancel={() => setFrom(null)}
        onPointerLeave={() => from === null && setAt(null)}
        onKeyDown={(event) => {
          const now = at ?? drawn.length - 1;
          if (event.key === 'Enter') return narrow(from ?? now, now);
          const move = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
          if (move === 0) return;
          event.preventDefault();
          setFrom(event.shiftKey ? (from ?? now) : null);
          setAt(Math.min(drawn.length - 1, Math.max(0, now + move)));
        }}
      >
        {drawn.map((bar, i) => {
          const tall = bar.count === 0 ? 0 : Math.max(2, (bar.count / highest) * (HEIGHT - 2));
          const inside = low !== null && high !== null && i >= low && i <= high;
          return (
            <g key={bar.at}>
              {inside && <rect x={i * step} y={0} width={step} height={HEIGHT} className={classes.barHeld} />}
              <rect
                x={i * step + step * 0.08}
                y={HEIGHT - tall}
                width={step * 0.84}
                height={tall}
                className={classes.bar}
                data-inside={inside || undefined}
              />
            </g>
          );
        })}
      </svg>
      <div className={classes.timelineFoot}>
        <span title={utc(iso(begin(0)))}>{localFull(iso(begin(0)))}</span>
        <span aria-hidden>
          {low !== null && high !== null
            ? `${localFull(iso(begin(low)))}${high > low ? ` – ${localFull(iso(end(high)))}` : ''}: ${number(count)}`
            : `highest ${number(highest)} in ${barWidth(everySeconds)}`}
        </span>
        <span title={utc(iso(end(drawn.length - 1)))}>{localFull(iso(end(drawn.length - 1)))}</span>
      </div>
    </div>
  );
}

function barWidth(seconds: number): string {
  if (seconds < 3_600) return `${seconds / 60} min`;
  return seconds < 86_400 ? `${seconds / 3_600} h` : `${seconds / 86_400} d`;
}
