import type { Volumes } from '@vigil/contracts';
import { useMemo, useState } from 'react';
import { Link } from 'react-router';
import { localFull, number, regionName } from '../words/format.js';
import { useSourceNames } from '../sources/sources.js';
import type { Measure } from './VolumesPage.js';
import type { By } from './volumes.js';
import classes from './volumes.module.css';

/** The key under which the server sums what it does not tell apart. */
const REST = 'other';
/** Charts shown before somebody asks for the rest. */
const FIRST_SHOWN = 12;
const WIDTH = 300;
const HEIGHT = 56;

interface Props {
  readonly volumes: Volumes;
  readonly by: By;
  readonly measure: Measure;
}

/** One small chart a part, all on one scale, so that they can be compared; the name opens its hits. */
export function SmallMultiples({ volumes, by, measure }: Props) {
  const [all, setAll] = useState(false);
  const sources = useSourceNames();
  const parts = useMemo(
    () =>
      volumes.series
        .map((series) => ({
          ...series,
          label: name(by, series.key, series.label, sources),
          values: series[measure],
          total: series[measure].reduce((a, b) => a + b, 0),
        }))
        .sort((a, b) => b.total - a.total || a.label.localeCompare(b.label)),
    [volumes, measure, by, sources],
  );
  const highest = Math.max(1, ...parts.flatMap((part) => part.values));
  const shown = all ? parts : parts.slice(0, FIRST_SHOWN);
  return (
    <>
      <ul className={classes.multiples}>
        {shown.map((part) => (
          <li key={part.key} className={classes.multiple}>
            <div className={classes.multipleHead}>
              {part.key === REST ? (
                <span>{part.label}</span>
              ) : (
                <Link to={`/search?${address(by, part.key)}`}>
                  <bdi>{part.label}</bdi>
                </Link>
              )}
              <span className="numbers">{number(part.total)}</span>
            </div>
            <Bars
              values={part.values}
              at={volumes.at}
              highest={highest}
              label={part.label}
              measure={measure}
            />
          </li>
        ))}
      </ul>
      <p className={classes.scale}>
        Same scale for all: the highest bar is {number(highest)} {measure}.
        {parts.length > shown.length && (
          <button type="button" onClick={() => setAll(true)}>
            Show {parts.length - shown.length} more
          </button>
        )}
      </p>
    </>
  );
}

function name(by: By, key: string, label: string, sources: ReadonlyMap<string, string>): string {
  if (key === REST) return label;
  return by === 'source' ? (sources.get(key) ?? label) : by === 'region' ? regionName(key) : label;
}

function address(by: By, key: string): string {
  const name = { source: 'sources', region: 'regions', slogan: 'rules', none: 'text' }[by];
  return new URLSearchParams(by === 'none' ? {} : { [name]: key }).toString();
}

interface BarsProps {
  readonly values: readonly number[];
  readonly at: readonly string[];
  readonly highest: number;
  readonly label: string;
  readonly measure: Measure;
}

function Bars({ values, at, highest, label, measure }: BarsProps) {
  const step = WIDTH / Math.max(1, values.length);
  const top = values.reduce((best, value, i) => (value > (values[best] ?? 0) ? i : best), 0);
  const peak = values[top] ?? 0;
  const sentence =
    peak === 0
      ? `${label}: none`
      : `${label}: at most ${number(peak)} ${measure}, at ${localFull(at[top] ?? '')}`;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      width="100%"
      height={HEIGHT}
      role="img"
      aria-label={sentence}
    >
      <title>{sentence}</title>
      <line x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} stroke="var(--v-line-strong)" />
      {values.map((value, i) => {
        const tall = value === 0 ? 0 : Math.max(1.5, (value / highest) * (HEIGHT - 2));
        return (
          <rect
            key={i}
            x={i * step}
            y={HEIGHT - tall}
            width={step * 0.8}
            height={tall}
            fill="var(--v-found-line)"
          />
        );
      })}
    </svg>
  );
}
