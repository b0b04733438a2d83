import { SegmentedControl, Skeleton } from '@mantine/core';
import { ChartColumn } from 'lucide-react';
import { useSearchParams } from 'react-router';
import { Empty } from '../pieces/Empty.js';
import { Page } from '../pieces/Page.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { SmallMultiples } from './SmallMultiples.js';
import { TotalChart } from './TotalChart.js';
import { BY, type By, type Span, SPANS, useVolumes } from './volumes.js';
import classes from './volumes.module.css';

export type Measure = 'hits' | 'posts';

function oneOf<T extends string>(text: string | null, known: Record<T, unknown>, usual: T): T {
  return text !== null && Object.hasOwn(known, text) ? (text as T) : usual;
}

/** How much was collected and how much of it matched, over time. */
export function VolumesPage() {
  const [params, setParams] = useSearchParams();
  const span = oneOf<Span>(params.get('span'), SPANS, '7d');
  const by = oneOf<By>(params.get('by'), BY, 'source');
  const measure: Measure = params.get('of') === 'posts' ? 'posts' : 'hits';
  const set = (name: string, value: string) =>
    setParams((now) => {
      now.set(name, value);
      return now;
    });
  const total = useVolumes(span, 'none');
  const parts = useVolumes(span, by);
  const nothing = total.data?.series.every(
    (s) => s.posts.every((n) => n === 0) && s.hits.every((n) => n === 0),
  );

  return (
    <Page
      title="Volumes"
      about="Posts collected and hits among them, counted once, at the time they were published."
      actions={
        <>
          <SegmentedControl
            aria-label="What is counted"
            size="xs"
            value={measure}
            onChange={(v) => set('of', v)}
            data={[
              { value: 'hits', label: 'Hits' },
              { value: 'posts', label: 'Posts' },
            ]}
          />
          <SegmentedControl
            aria-label="Time"
            size="xs"
            value={span}
            onChange={(v) => set('span', v)}
            data={Object.entries(SPANS).map(([value, { name }]) => ({ value, label: name }))}
          />
        </>
      }
    >
      {total.isError && (
        <ProblemNote
          what="The volumes could not be read"
          error={total.error}
          retry={() => void total.refetch()}
        />
      )}
      {total.isPending && <Skeleton height={230} mb="md" />}
      {nothing === true && (
        <Empty icon={<ChartColumn />} title="Nothing was collected in this time">
          Volumes appear with the first posts; Sources shows what is being read.
        </Empty>
      )}
      {total.data !== undefined && nothing !== true && (
        <>
          <TotalChart volumes={total.data} measure={measure} />
          <div className={classes.byHead}>
            <h2>Where it comes from</h2>
            <SegmentedControl
              aria-label="Taken apart"
              size="xs"
              value={by === 'none' ? 'source' : by}
              onChange={(v) => set('by', v)}
              data={(['source', 'region', 'slogan'] as const).map((value) => ({ value, label: BY[value] }))}
            />
          </div>
          {parts.isError && (
            <ProblemNote
              what="The parts could not be read"
              error={parts.error}
              retry={() => void parts.refetch()}
            />
          )}
          {parts.data === undefined ? (
            parts.isPending && <Skeleton height={160} />
          ) : (
            <SmallMultiples volumes={parts.data} by={by} measure={by === 'slogan' ? 'hits' : measure} />
          )}
        </>
      )}
    </Page>
  );
}
