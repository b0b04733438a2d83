import { useComputedColorScheme } from '@mantine/core';
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { type EChartsCoreOption, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { useEffect, useMemo, useRef } from 'react';
import { type Paint, readPaint } from './paint.js';

// Only what the page draws with: the rest of the library stays out of the bundle.
use([
  BarChart,
  LineChart,
  GridComponent,
  TooltipComponent,
  MarkLineComponent,
  MarkAreaComponent,
  SVGRenderer,
]);

interface Props {
  /** Made anew when the colours change. */
  readonly option: (paint: Paint) => EChartsCoreOption;
  readonly height: number;
  /** The chart in a sentence, for who does not see it. */
  readonly label: string;
  /** Index of the bar that was clicked. */
  readonly onPick?: (index: number) => void;
}

/** An ECharts picture that follows its box and the colour scheme. */
export function Chart({ option, height, label, onPick }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<ReturnType<typeof init> | null>(null);
  const pick = useRef(onPick);
  const scheme = useComputedColorScheme();

  useEffect(() => {
    pick.current = onPick;
  });
  useEffect(() => {
    if (box.current === null) return;
    const made = init(box.current, null, { renderer: 'svg' });
    chart.current = made;
    made.on('click', (event) => {
      if (typeof event.dataIndex === 'number') pick.current?.(event.dataIndex);
    });
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(box.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);
  // The scheme is named so that the colours are read again when it changes.
  const paint = useMemo(() => ({ scheme, paint: readPaint() }), [scheme]).paint;
  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option(paint) }, { notMerge: true });
  }, [option, paint]);

  return <div ref={box} role="img" aria-label={label} style={{ height, width: '100%' }} dir="ltr" />;
}
