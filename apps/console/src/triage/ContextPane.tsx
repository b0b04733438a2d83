import { Skeleton } from '@mantine/core';
import type { Alert } from '@vigil/contracts';
import { Link } from 'react-router';
import { useSources } from '../sources/sources.js';
import { CopyValue } from '../pieces/CopyValue.js';
import { Time } from '../pieces/Time.js';
import { approvalDay, number, quoted, regionName } from '../words/format.js';
import { outcomeOf } from '../words/labels.js';
import { useAlert, useAlerts } from './alerts.js';
import { VIEWS } from './views.js';
import classes from './triage.module.css';

/** Sources explained beside an alert; the rest are a click away. */
const MOST_SOURCES = 6;

/** Why its sources are watched and until when, and what became of earlier alerts of the same kind. */
export function ContextPane({ id }: { readonly id: string }) {
  const alert = useAlert(id).data;
  return (
    <div className={classes.context}>
      {alert === undefined ? (
        <Skeleton height={120} m="md" />
      ) : (
        <>
          <Sources alert={alert} />
          <History alert={alert} />
          <Identity alert={alert} />
        </>
      )}
    </div>
  );
}

function Sources({ alert }: { readonly alert: Alert }) {
  const known = new Map(useSources().data?.map((source) => [source.id as string, source]));
  return (
    <section className={classes.contextPart}>
      <h3>Why these sources are watched</h3>
      {alert.sources.length === 0 && <p className={classes.quiet}>No source is known yet.</p>}
      {alert.sources.slice(0, MOST_SOURCES).map((part) => {
        const source = known.get(part.key);
        return (
          <div key={part.key} className={classes.source}>
            <div className={classes.sourceName}>
              <Link to={`/sources?id=${encodeURIComponent(part.key)}`}>
                <bdi>{source?.name ?? part.label}</bdi>
              </Link>
              <span className="numbers">{number(part.hits)}</span>
            </div>
            {source && (
              <>
                <p dir="auto">{source.justification.reason}</p>
                <p className={classes.quiet}>
                  {regionName(source.labels.region)} · approved by{' '}
                  <bdi>{source.justification.approvedBy}</bdi> until {approvalDay(source.justification.until)}
                </p>
              </>
            )}
          </div>
        );
      })}
      {alert.sources.length > MOST_SOURCES && (
        <p className={classes.quiet}>and {alert.sources.length - MOST_SOURCES} more</p>
      )}
    </section>
  );
}

function History({ alert }: { readonly alert: Alert }) {
  const query = useAlerts(VIEWS.all.states, 'newest');
  const read = query.data?.pages.flatMap((page) => page.alerts) ?? [];
  const earlier = read.filter(
    (a) => a.id !== alert.id && a.key.kind === alert.key.kind && a.key.value === alert.key.value,
  );
  const decision = alert.decision;
  return (
    <section className={classes.contextPart}>
      <h3>What happened before</h3>
      {decision !== null && (
        <p>
          {outcomeOf(decision.outcome)?.done} by <bdi>{decision.by}</bdi>, <Time at={decision.at} as="ago" />
          {decision.undoneAt !== null && (
            <>
              ; undone <Time at={decision.undoneAt} as="ago" />
            </>
          )}
        </p>
      )}
      {query.isSuccess && earlier.length === 0 && (
        <p className={classes.quiet}>
          No earlier alert of <bdi>{quoted(alert.key.label)}</bdi> among the latest {number(read.length)}.
        </p>
      )}
      <ul className={classes.earlier}>
        {earlier.map((a) => (
          <li key={a.id}>
            <Link to={`/triage/${encodeURIComponent(a.id)}?view=all`}>
              <Time at={a.openedAt} />
            </Link>{' '}
            {number(a.hits)} hits ·{' '}
            {a.decision !== null && a.decision.undoneAt === null
              ? outcomeOf(a.decision.outcome)?.done
              : 'not decided'}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Identity({ alert }: { readonly alert: Alert }) {
  return (
    <details className={classes.contextPart}>
      <summary>Ids</summary>
      <p>
        Alert <CopyValue value={alert.id} label="alert id" />
      </p>
      <p>
        {alert.key.kind === 'slogan' ? 'Rule' : 'Region'}{' '}
        <CopyValue value={alert.key.value} label="rule id" />
      </p>
    </details>
  );
}
