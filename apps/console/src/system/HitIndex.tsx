import { Button } from '@mantine/core';
import type { HitIndexState, IndexRebuild } from '@vigil/contracts';
import { Time } from '../pieces/Time.js';
import { useMay } from '../session/session.js';
import { counted, number } from '../words/format.js';
import { useHitIndex, useHitIndexAct } from './system.js';
import classes from './system.module.css';

/** What search lacks: hits on their way into the index, those that it refused, and how far a rebuild is. */
export function HitIndex() {
  const query = useHitIndex();
  const rebuild = useHitIndexAct('reindex');
  const replay = useHitIndexAct('hit-index/replay');
  const may = useMay();
  if (query.data === undefined) return null;
  const { waiting, waitingSince, setAside, rebuild: last } = query.data;
  const error = rebuild.error ?? replay.error;
  return (
    <section className={classes.part}>
      <h2>Search index</h2>
      <p>
        {waiting === 0 ? 'It has every hit.' : `${counted(waiting, 'hit')} on the way into it`}
        {waitingSince !== null && (
          <>
            {' '}
            since <Time at={waitingSince} />.
          </>
        )}
      </p>
      {setAside.count > 0 && <SetAside setAside={setAside} />}
      {last !== null && <Rebuild rebuild={last} />}
      {error !== null && <p role="alert">{error.message}</p>}
      {may('system.manage') && (
        <div className={classes.row}>
          {setAside.count > 0 && (
            <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate()}>
              Try those set aside again
            </Button>
          )}
          {last?.state !== 'running' && (
            <Button variant="default" loading={rebuild.isPending} onClick={() => rebuild.mutate()}>
              Rebuild
            </Button>
          )}
        </div>
      )}
    </section>
  );
}

function SetAside({ setAside: { count, newest } }: { readonly setAside: HitIndexState['setAside'] }) {
  return (
    <details>
      <summary>
        {counted(count, 'hit')} that it does not take as {count === 1 ? 'it is' : 'they are'}: kept and
        counted, but not found by search
      </summary>
      <ul className={classes.letters}>
        {newest.map(({ postId, reason, since }) => (
          <li key={postId}>
            <Time at={since} /> <bdi>{postId}</bdi>: {reason}
          </li>
        ))}
      </ul>
    </details>
  );
}

function Rebuild({ rebuild }: { readonly rebuild: IndexRebuild }) {
  const { state, queued, total, askedAt, finishedAt } = rebuild;
  if (state === 'running') {
    return (
      <p role="status">
        Being rebuilt since <Time at={askedAt} />: {number(queued)} of {counted(total, 'hit')}
      </p>
    );
  }
  return (
    <p className={classes.quiet}>
      Last rebuild {state === 'done' ? 'done' : 'stopped'} <Time at={finishedAt ?? askedAt} />:{' '}
      {counted(queued, 'hit')}
    </p>
  );
}
