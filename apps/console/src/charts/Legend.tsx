import { useComputedColorScheme } from '@mantine/core';
import { useMemo } from 'react';
import { number } from '../words/format.js';
import { partColour, readPaint } from './paint.js';
import classes from './charts.module.css';

interface Props {
  readonly parts: readonly { key: string; label: string; count: number }[];
  /** What the counts count, for who does not see the colours. */
  readonly label: string;
  /** What the grey band means, where there is one. */
  readonly band?: string;
}

/** The parts of a stacked chart with their colours and counts, in text that any script is at home in. */
export function Legend({ parts, label, band }: Props) {
  const scheme = useComputedColorScheme();
  const paint = useMemo(() => ({ scheme, paint: readPaint() }), [scheme]).paint;
  return (
    <ul className={classes.legend} aria-label={label}>
      {parts.map((part, i) => (
        <li key={part.key}>
          <span className={classes.swatch} style={{ background: partColour(paint, i) }} aria-hidden />
          <bdi className={classes.legendName} title={part.label}>
            {part.label}
          </bdi>
          <span className="numbers">{number(part.count)}</span>
        </li>
      ))}
      {band !== undefined && (
        <li>
          <span className={classes.band} aria-hidden /> {band}
        </li>
      )}
    </ul>
  );
}
