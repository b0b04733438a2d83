import { Skeleton } from '@mantine/core';
import { Page } from '../pieces/Page.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { Time } from '../pieces/Time.js';
import { useMay } from '../session/session.js';
import { Channels } from './Channels.js';
import { Checks } from './Checks.js';
import { DeadLetters } from './DeadLetters.js';
import { DemoData } from './DemoData.js';
import { HitIndex } from './HitIndex.js';
import { Lag } from './Lag.js';
import { useSystem } from './system.js';
import classes from './system.module.css';

/** Whether everything works, what waits, what was set aside, and whom alerts are sent to. */
export function SystemPage() {
  const query = useSystem();
  const may = useMay();
  const system = query.data;
  return (
    <Page
      title="System"
      about={
        system && <Since version={system.version} startedAt={system.startedAt} readAt={query.dataUpdatedAt} />
      }
    >
      {query.isError && (
        <ProblemNote
          what={system === undefined ? 'The state could not be read' : 'The state below is old'}
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      {query.isPending && <Skeleton height={200} />}
      <div className={classes.parts}>
        {system !== undefined && (
          <>
            <Checks checks={system.checks} />
            <Lag lag={system.lag} />
            <HitIndex />
            <DeadLetters counts={system.deadLetters} />
          </>
        )}
        {may('channels.manage') && <Channels />}
        <DemoData />
      </div>
    </Page>
  );
}

function Since({
  version,
  startedAt,
  readAt,
}: {
  readonly version: string;
  readonly startedAt: string;
  readonly readAt: number;
}) {
  return (
    <>
      Vigil {version}, running since <Time at={startedAt} />; read{' '}
      <Time at={new Date(readAt).toISOString()} as="ago" />.
    </>
  );
}
