import { Button, NativeSelect, Skeleton } from '@mantine/core';
import type { Alert } from '@vigil/contracts';
import { Inbox } from 'lucide-react';
import { useEffect, useMemo, useRef } from 'react';
import { useSearchParams } from 'react-router';
import { Empty } from '../pieces/Empty.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { useNow } from '../pieces/use-now.js';
import { ORDER } from '../words/labels.js';
import { AlertRow } from './AlertRow.js';
import type { AlertOrder, useAlerts } from './alerts.js';
import { grouped } from './groups.js';
import { type View, VIEWS } from './views.js';
import classes from './triage.module.css';

interface Props {
  readonly query: ReturnType<typeof useAlerts>;
  readonly alerts: readonly Alert[];
  readonly view: View;
  readonly order: AlertOrder;
  readonly chosen: string | undefined;
  readonly onOpen: (id: string) => void;
}

/** The alerts of one view under headings, with the chips that choose it. */
export function AlertList({ query, alerts, view, order, chosen, onOpen }: Props) {
  const now = useNow();
  const groups = useMemo(() => grouped(alerts, order, now), [alerts, order, now]);
  const row = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // In braces: browsers begin to answer with a promise, which React would take for a clean-up.
    row.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  return (
    <section className={classes.list} aria-label="Alerts">
      <h1 className="unseen">Triage</h1>
      <Chips view={view} order={order} />
      <div className={classes.rows}>
        {query.isError && (
          <ProblemNote
            what="The alerts could not be read"
            error={query.error}
            retry={() => void query.refetch()}
          />
        )}
        {query.isPending && <Waiting />}
        {query.isSuccess && alerts.length === 0 && (
          <Empty icon={<Inbox />} title={VIEWS[view].empty}>
            {view === 'waiting' && 'An alert opens by itself when a slogan rises over what is usual for it.'}
          </Empty>
        )}
        {groups.map((group) => (
          <div key={`${group.name} ${group.alerts[0]?.id ?? ''}`} role="group" aria-label={group.name}>
            <h2 className={classes.group}>{group.name}</h2>
            {group.alerts.map((alert) => (
              <AlertRow
                key={alert.id}
                ref={alert.id === chosen ? row : null}
                alert={alert}
                chosen={alert.id === chosen}
                now={now}
                onOpen={() => onOpen(alert.id)}
              />
            ))}
          </div>
        ))}
        {query.hasNextPage && (
          <Button
            variant="subtle"
            m="sm"
            loading={query.isFetchingNextPage}
            onClick={() => void query.fetchNextPage()}
          >
            Load more
          </Button>
        )}
      </div>
    </section>
  );
}

function Chips({ view, order }: Pick<Props, 'view' | 'order'>) {
  const [, setParams] = useSearchParams();
  const set = (name: string, value: string) =>
    setParams((params) => {
      params.set(name, value);
      return params;
    });
  return (
    <div className={classes.chips}>
      <div role="group" aria-label="Which alerts" className={classes.chipRow}>
        {(Object.keys(VIEWS) as View[]).map((each) => (
          <button
            key={each}
            type="button"
            className={classes.chip}
            aria-pressed={each === view}
            onClick={() => set('view', each)}
          >
            {VIEWS[each].name}
          </button>
        ))}
      </div>
      <NativeSelect
        aria-label="Order"
        size="xs"
        variant="unstyled"
        value={order}
        onChange={(event) => set('order', event.currentTarget.value)}
        data={Object.entries(ORDER).map(([value, label]) => ({ value, label }))}
        className={classes.order}
      />
    </div>
  );
}

function Waiting() {
  return (
    <div aria-busy="true" aria-label="Reading the alerts">
      {[0, 1, 2, 3, 4].map((i) => (
        <div key={i} className={classes.waiting}>
          <Skeleton height={12} width="80%" mb={8} />
          <Skeleton height={10} width="50%" />
        </div>
      ))}
    </div>
  );
}
