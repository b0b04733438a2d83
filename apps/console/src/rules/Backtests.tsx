import { Button, Progress } from '@mantine/core';
import type { Backtest } from '@vigil/contracts';
import { useState } from 'react';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { SidePanel } from '../pieces/SidePanel.js';
import { Time } from '../pieces/Time.js';
import { useMay } from '../session/session.js';
import { number } from '../words/format.js';
import { BacktestFindings } from './BacktestFindings.js';
import {
  useBacktest,
  useBacktests,
  useCancelBacktest,
  useRemoveBacktest,
  useStartBacktest,
} from './backtest-queries.js';
import type { Draft } from './DraftChoice.js';
import classes from './bench.module.css';

const STATE: Record<Backtest['state'], string> = {
  queued: 'Waiting for its turn',
  running: 'Trying posts',
  done: 'Done',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

/** Drafts tried on the posts that are still in the log, and on the labelled set. */
export function Backtests({ draft }: { readonly draft: Draft | null }) {
  const may = useMay();
  const query = useBacktests();
  const start = useStartBacktest();
  const [chosen, setChosen] = useState<string | null>(null);
  if (!query.data && !query.isError && !draft) return null;
  return (
    <section className={classes.backtests} aria-label="Backtests">
      <h2 className={classes.benchTitle}>Backtests</h2>
      <p className={classes.quiet}>
        What a draft would add and drop, on every post that is still in the log and on the labelled set.
      </p>
      {draft && may('packs.publish') && (
        <Button
          mt="xs"
          size="xs"
          loading={start.isPending}
          onClick={() => start.mutate(draft, { onSuccess: ({ id }) => setChosen(id) })}
        >
          Backtest {draft.name}
        </Button>
      )}
      {!draft && query.data?.length === 0 && (
        <p className={classes.quiet}>Choose a draft pack above to start one.</p>
      )}
      {start.isError && <ProblemNote what="The backtest was not started" error={start.error} />}
      {query.isError && (
        <ProblemNote
          what="The backtests could not be read"
          error={query.error}
          retry={() => void query.refetch()}
        />
      )}
      <ul className={classes.list}>
        {query.data?.map((one) => (
          <li key={one.id} className={classes.backtest}>
            <div>
              <strong>
                <bdi>{one.pack}</bdi>
              </strong>{' '}
              <span className={classes.quiet}>
                {STATE[one.state]} · asked for by <bdi>{one.createdBy}</bdi>{' '}
                <Time at={one.createdAt} as="ago" />
              </span>
              <Bar backtest={one} />
            </div>
            <Button size="compact-sm" variant="default" onClick={() => setChosen(one.id)}>
              Look at it
            </Button>
          </li>
        ))}
      </ul>
      {chosen !== null && <BacktestPanel id={chosen} onClose={() => setChosen(null)} />}
    </section>
  );
}

/** How far one is that goes on; nothing for one that has ended. */
function Bar({ backtest: { state, done, of, pack } }: { readonly backtest: Backtest }) {
  if (state !== 'running' && state !== 'queued') return null;
  return (
    <div className={classes.progress}>
      <Progress value={of === 0 ? 0 : (100 * done) / of} aria-label={`Progress of the backtest of ${pack}`} />
      <span className="numbers">
        {of === 0 ? 'counting posts' : `${number(done)} of ${number(of)} posts`}
      </span>
    </div>
  );
}

function BacktestPanel({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const may = useMay();
  const { data, error, refetch } = useBacktest(id);
  const cancel = useCancelBacktest(id);
  const remove = useRemoveBacktest(id);
  const goesOn = data?.state === 'queued' || data?.state === 'running';
  return (
    <SidePanel
      opened
      onClose={onClose}
      width={820}
      title={
        <>
          Backtest of <bdi>{data?.pack}</bdi>
        </>
      }
    >
      {error && (
        <ProblemNote what="The backtest could not be read" error={error} retry={() => void refetch()} />
      )}
      {data && (
        <>
          <div className={classes.panelHead}>
            <p>
              {STATE[data.state]}
              {data.failure !== null && `: ${data.failure}`} · against ruleset {data.ruleset}, asked for{' '}
              <Time at={data.createdAt} />
            </p>
            {may('packs.publish') &&
              (goesOn ? (
                <Button
                  size="xs"
                  variant="default"
                  loading={cancel.isPending}
                  onClick={() => cancel.mutate(undefined)}
                >
                  Cancel
                </Button>
              ) : (
                <Button
                  size="xs"
                  variant="default"
                  loading={remove.isPending}
                  onClick={() => remove.mutate(undefined, { onSuccess: onClose })}
                >
                  Remove
                </Button>
              ))}
          </div>
          <Bar backtest={data} />
          {data.result && <BacktestFindings id={id} result={data.result} soFar={data.state !== 'done'} />}
        </>
      )}
    </SidePanel>
  );
}
