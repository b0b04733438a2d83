import type { Volumes } from '@vigil/contracts';
import type { EChartsCoreOption } from 'echarts/core';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { Chart } from '../charts/Chart.js';
import type { Paint } from '../charts/paint.js';
import { tooltipOf } from '../charts/tooltip.js';
import { Time } from '../pieces/Time.js';
import { FONTS } from '../theme.js';
import { axisLabel, localFull, number } from '../words/format.js';
import type { Measure } from './VolumesPage.js';
import classes from './volumes.module.css';

interface Props {
  readonly volumes: Volumes;
  readonly measure: Measure;
}

/** Alerts named under the chart. */
const MOST_ALERTS = 6;

/** Everything together, with a line where an alert opened. */
export function TotalChart({ volumes, measure }: Props) {
  const sums = useMemo(
    () =>
      volumes.at.map((_, i) => volumes.series.reduce((sum, series) => sum + (series[measure][i] ?? 0), 0)),
    [volumes, measure],
  );
  const option = useMemo(() => totalOption(volumes, sums, measure), [volumes, sums, measure]);
  const total = sums.reduce((a, b) => a + b, 0);
  const newest = volumes.alerts.toSorted((a, b) => (a.at < b.at ? 1 : -1)).slice(0, MOST_ALERTS);
  return (
    <figure className={classes.total}>
      <figcaption>
        <strong className="numbers">{number(total)}</strong> {measure} · bars of{' '}
        {barName(volumes.everySeconds)}
      </figcaption>
      <Chart
        option={option}
        height={200}
        label={`${number(total)} ${measure} over time; ${volumes.alerts.length} alerts opened.`}
      />
      {newest.length > 0 && (
        <ol className={classes.alerts} aria-label="Alerts that opened in this time">
          {newest.map((alert) => (
            <li key={alert.id}>
              <Time at={alert.at} />{' '}
              <Link to={`/triage/${encodeURIComponent(alert.id)}?view=all`}>
                <bdi>{alert.headline}</bdi>
              </Link>
            </li>
          ))}
          {volumes.alerts.length > MOST_ALERTS && <li>and {volumes.alerts.length - MOST_ALERTS} earlier</li>}
        </ol>
      )}
    </figure>
  );
}

function totalOption(volumes: Volumes, sums: readonly number[], measure: Measure) {
  const labels = volumes.at.map(localFull);
  const width = volumes.everySeconds * 1_000;
  const begin = volumes.at[0] === undefined ? 0 : Date.parse(volumes.at[0]);
  const ticks = volumes.at.map((at) => axisLabel(at, volumes.at.length * width));
  const marks = volumes.alerts
    .map((alert) => Math.floor((Date.parse(alert.at) - begin) / width))
    .filter((index) => index >= 0 && index < labels.length);
  return (paint: Paint): EChartsCoreOption => ({
    textStyle: { fontFamily: FONTS },
    grid: { left: 44, right: 10, top: 12, bottom: 22 },
    xAxis: {
      type: 'category',
      data: ticks,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: paint.line } },
      axisLabel: {
        color: paint.quiet,
        fontSize: 11,
        hideOverlap: true,
        // A day is named once, where it begins.
        interval: (i: number) => i === 0 || ticks[i] !== ticks[i - 1],
      },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 4,
      splitLine: { lineStyle: { color: paint.line } },
      axisLabel: { color: paint.quiet, fontSize: 11, formatter: (n: number) => number(n) },
    },
    tooltip: {
      trigger: 'axis',
      axisPointer: { type: 'shadow' },
      confine: true,
      backgroundColor: paint.pane,
      borderColor: paint.line,
      textStyle: { color: paint.text, fontSize: 12 },
      formatter: (items: { dataIndex: number }[]) => {
        const index = items[0]?.dataIndex ?? 0;
        const alerts = volumes.alerts
          .filter((_, i) => marks[i] === index)
          .map((a) => ({ name: a.headline, value: '' }));
        return tooltipOf(labels[index] ?? '', [
          {
            colour: paint.accent,
            name: measure === 'hits' ? 'Hits' : 'Posts',
            value: number(sums[index] ?? 0),
          },
          ...alerts,
        ]);
      },
    },
    series: [
      {
        type: 'bar',
        data: [...sums],
        itemStyle: { color: paint.accent },
        barCategoryGap: '20%',
        markLine: {
          silent: true,
          symbol: ['none', 'circle'],
          symbolSize: 6,
          label: { show: false },
          lineStyle: { color: paint.text, type: 'solid', width: 1, opacity: 0.55 },
          data: [...new Set(marks)].map((xAxis) => ({ xAxis })),
        },
      },
    ],
  });
}

export function barName(everySeconds: number): string {
  return everySeconds < 3_600 ? `${everySeconds / 60} min` : `${everySeconds / 3_600} h`;
}
