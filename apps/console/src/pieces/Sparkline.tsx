interface Props {
  /** Oldest first. */
  readonly values: readonly number[];
  readonly width?: number;
  readonly height?: number;
  readonly label: string;
}

/** Thin bars scaled to their own highest; the last one is now. */
export function Sparkline({ values, width = 72, height = 18, label }: Props) {
  const highest = Math.max(1, ...values);
  const step = width / Math.max(1, values.length);
  return (
    <svg width={width} height={height} role="img" aria-label={label} style={{ flex: 'none' }}>
      <line x1="0" x2={width} y1={height - 0.5} y2={height - 0.5} stroke="var(--v-line-strong)" />
      {values.map((value, i) => {
        const tall = value === 0 ? 0 : Math.max(1.5, (value / highest) * (height - 1));
        return (
          <rect
            key={i}
            x={i * step}
            y={height - tall}
            width={Math.max(1, step - 1)}
            height={tall}
            fill={i >= values.length - 2 ? 'var(--mantine-primary-color-filled)' : 'var(--v-bar)'}
          />
        );
      })}
    </svg>
  );
}
