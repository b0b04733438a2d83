import { Skeleton } from '@mantine/core';
import type { Alert } from '@vigil/contracts';
import { useMemo } from 'react';
import { Chart } from '../charts/Chart.js';
import { Legend } from '../charts/Legend.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { useSourceNames } from '../sources/sources.js';
import { counted, local } from '../words/format.js';
import { useAlertCurve } from './alerts.js';
import { curveOption } from './curve-option.js';
import { partsOf } from './curve-parts.js';
import classes from './triage.module.css';

const HEIGHT = 150;

/** What was counted, by source, over the band of what is usual, and the moment the alert opened. */
export function CurvePanel({ alert }: { readonly alert: Alert }) {
  const query = useAlertCurve(alert.id);
  const curve = query.data;
  const names = useSourceNames();
  const parts = useMemo(() => (curve ? partsOf(curve, names) : []), [curve, names]);
  const option = useMemo(() => (curve ? curveOption(curve, parts) : null), [curve, parts]);
  if (query.isError && curve === undefined)
    return (
      <ProblemNote
        what="The curve could not be read"
        error={query.error}
        retry={() => void query.refetch()}
      />
    );
  if (curve === undefined || option === null) return <Skeleton height={HEIGHT} />;
  return (
    <figure className={classes.curve}>
      <Chart
        option={option}
        height={HEIGHT}
        label={`Hits every ${curve.everySeconds / 60} minutes by source, with the usual range. The alert opened at ${local(curve.firedAt, Date.now())} with ${counted(alert.observed, 'hit')} where about ${Math.round(alert.expected)} were usual.`}
      />
      <figcaption>
        <Legend parts={parts} label="Hits by source in the time shown" band="Usual range" />
      </figcaption>
    </figure>
  );
}
