import { Button, Menu, Skeleton } from '@mantine/core';
import type { SystemState } from '@vigil/contracts';
import { Ellipsis } from 'lucide-react';
import { useState } from 'react';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { Time } from '../pieces/Time.js';
import { useMay } from '../session/session.js';
import { counted } from '../words/format.js';
import { type Flow, useDeadLetterAct, useDeadLetters } from './system.js';
import classes from './system.module.css';

/** Messages that could not be handled after their retries: set aside with the reason, so that nothing waits behind them. */
export function DeadLetters({ counts }: { readonly counts: SystemState['deadLetters'] }) {
  const some = counts.filter(({ count }) => count > 0);
  return (
    <section className={classes.part}>
      <h2>Set aside</h2>
      {some.length === 0 && (
        <p className={classes.quiet}>
          Nothing. What cannot be handled after its retries would stand here, with the reason.
        </p>
      )}
      {some.map(({ topic, group, count }) => (
        <FlowLetters key={`${topic} ${group}`} flow={{ topic, group }} count={count} />
      ))}
    </section>
  );
}

function FlowLetters({ flow, count }: { readonly flow: Flow; readonly count: number }) {
  const [open, setOpen] = useState(false);
  return (
    <div className={classes.letters}>
      <button
        type="button"
        className={classes.lettersHead}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {counted(count, 'message')} of {flow.topic}, not handled by {flow.group}
      </button>
      {open && <Letters flow={flow} />}
    </div>
  );
}

function Letters({ flow }: { readonly flow: Flow }) {
  const query = useDeadLetters(flow);
  const replay = useDeadLetterAct(flow, 'replay');
  const discard = useDeadLetterAct(flow, 'discard');
  const may = useMay();
  if (query.isPending) return <Skeleton height={80} />;
  if (query.isError)
    return (
      <ProblemNote what="They could not be read" error={query.error} retry={() => void query.refetch()} />
    );
  const ids = query.data.map((letter) => letter.id);
  const error = replay.error ?? discard.error;
  return (
    <>
      <ul>
        {query.data.map((letter) => (
          <li key={letter.id}>
            <Time at={letter.at} /> {letter.reason}
            {letter.excerpt !== null && (
              <details>
                <summary>The message</summary>
                <pre dir="ltr">{letter.excerpt}</pre>
              </details>
            )}
          </li>
        ))}
      </ul>
      {error !== null && <p role="alert">{error.message}</p>}
      {may('system.manage') && ids.length > 0 && (
        <div className={classes.row}>
          <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate(ids)}>
            Try {ids.length === 1 ? 'it' : `these ${ids.length}`} again
          </Button>
          <Menu>
            <Menu.Target>
              <Button variant="default" aria-label="More">
                <Ellipsis size={15} aria-hidden />
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Label>Their posts are then never counted</Menu.Label>
              <Menu.Item onClick={() => discard.mutate(ids)}>
                Remove {counted(ids.length, 'message')} for good
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </div>
      )}
    </>
  );
}
