import type { AlertCurve } from '@vigil/contracts';
import type { EChartsCoreOption } from 'echarts/core';
import { type Paint, partColour } from '../charts/paint.js';
import { tooltipOf } from '../charts/tooltip.js';
import { FONTS } from '../theme.js';
import { axisLabel, decimal, local, number } from '../words/format.js';
import type { CurvePart } from './curve-parts.js';

/** The curve as ECharts draws it: band, bars stacked by source, the expected line, the moment it fired. */
export function curveOption(curve: AlertCurve, parts: readonly CurvePart[]) {
  const now = Date.now();
  const times = curve.points.map((point) => local(point.at, now));
  const span = curve.points.length * curve.everySeconds * 1_000;
  const ticks = curve.points.map((point) => axisLabel(point.at, span));
  const every = curve.everySeconds * 1_000;
  const fired = curve.points.findIndex((point) => Date.parse(curve.firedAt) < Date.parse(point.at) + every);

  return (paint: Paint): EChartsCoreOption => ({
    textStyle: { fontFamily: FONTS },
    grid: { left: 34, right: 8, top: 18, bottom: 22 },
    xAxis: {
      type: 'category',
      data: ticks,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: paint.line } },
      axisLabel: { color: paint.quiet, fontSize: 11, hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      splitNumber: 3,
      splitLine: { lineStyle: { color: paint.line } },
      axisLabel: { color: paint.quiet, fontSize: 11 },
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
        const point = curve.points[index];
        if (!point) return '';
        return tooltipOf(`${times[index] ?? ''} – ${number(point.hits)}`, [
          ...parts
            .map((part, i) => ({
              colour: partColour(paint, i),
              name: part.label,
              n: part.values[index] ?? 0,
            }))
            .filter((line) => line.n > 0)
            .map(({ colour, name, n }) => ({ colour, name, value: number(n) })),
          { name: 'Usual', value: `${decimal(point.low)} to ${decimal(point.high)}` },
        ]);
      },
    },
    series: [
      // The band is two stacked lines: an unseen one up to `low`, and the filled height from there to `high`.
      {
        type: 'line',
        stack: 'band',
        data: curve.points.map((p) => p.low),
        lineStyle: { opacity: 0 },
        symbol: 'none',
        silent: true,
      },
      {
        type: 'line',
        stack: 'band',
        data: curve.points.map((p) => p.high - p.low),
        lineStyle: { opacity: 0 },
        areaStyle: { color: paint.band },
        symbol: 'none',
        silent: true,
      },
      ...parts.map((part, i) => ({
        type: 'bar',
        stack: 'hits',
        name: part.label,
        data: part.values,
        itemStyle: { color: partColour(paint, i) },
        barCategoryGap: '15%',
      })),
      {
        type: 'line',
        data: curve.points.map((p) => p.expected),
        lineStyle: { color: paint.quiet, width: 1, type: 'dashed' },
        symbol: 'none',
        silent: true,
        ...(fired >= 0 && {
          markLine: {
            silent: true,
            symbol: 'none',
            data: [{ xAxis: fired }],
            lineStyle: { color: paint.text, type: 'solid', width: 1 },
            label: {
              formatter: `Opened ${local(curve.firedAt, now)}`,
              color: paint.text,
              fontSize: 11,
              position: fired > curve.points.length * 0.85 ? 'insideEndTop' : 'end',
              rotate: 0,
              align: fired > curve.points.length * 0.85 ? 'right' : 'center',
            },
          },
        }),
      },
    ],
  });
}
