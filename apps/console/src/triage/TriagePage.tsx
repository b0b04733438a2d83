import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { CloseButton } from '@mantine/core';
import { Inbox } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { Empty } from '../pieces/Empty.js';
import { useTitle } from '../pieces/Page.js';
import { SidePanel } from '../pieces/SidePanel.js';
import { Splitter, usePaneWidth } from '../pieces/Splitter.js';
import { useKeys } from '../pieces/use-keys.js';
import { useSession } from '../session/session.js';
import { AlertList } from './AlertList.js';
import { AlertPane } from './AlertPane.js';
import { useAlerts } from './alerts.js';
import { ContextPane } from './ContextPane.js';
import { neighbour } from './groups.js';
import { readOrder, readView, VIEWS } from './views.js';
import classes from './triage.module.css';

/** Narrower than this, list and alert take turns; narrower than the second, the context lies over the alert. */
const TWO_PANES = '(min-width: 960px)';
const THREE_PANES = '(min-width: 1360px)';
const AT_ONCE = { getInitialValueInEffect: false };

/** What waits for a decision, and the place where it is taken. */
export function TriagePage() {
  useTitle('Triage');
  const { alertId } = useParams();
  const [params] = useSearchParams();
  const navigate = useNavigate();
  const session = useSession();
  const twoPanes = useMediaQuery(TWO_PANES, true, AT_ONCE);
  const threePanes = useMediaQuery(THREE_PANES, true, AT_ONCE);
  const list = usePaneWidth('triage-list', 408, [320, 520]);
  const context = usePaneWidth('triage-context', 270, [240, 420]);
  const [contextOpen, setContextOpen] = useLocalStorage({
    key: 'vigil-triage-context',
    defaultValue: true,
    ...AT_ONCE,
  });
  const [drawer, setDrawer] = useState(false);

  const view = readView(params);
  const order = readOrder(params);
  const query = useAlerts(VIEWS[view].states, order);
  const user = session.data?.user;
  const alerts = useMemo(() => {
    const read = query.data?.pages.flatMap((page) => page.alerts) ?? [];
    return view === 'mine'
      ? read.filter((a) => a.claimedBy === user?.id || a.claimedBy === user?.name)
      : read;
  }, [query.data, view, user]);

  const open = (id: string | undefined, replace = false) =>
    void navigate(
      {
        pathname: id === undefined ? '/triage' : `/triage/${encodeURIComponent(id)}`,
        search: params.toString(),
      },
      { replace },
    );
  const move = (step: 1 | -1) => {
    const next = neighbour(alerts, alertId, step);
    if (next) open(next.id, true);
  };
  useKeys({
    j: () => move(1),
    k: () => move(-1),
    Enter: () => document.getElementById('alert')?.focus(),
  });

  // With room for both, the first alert is opened rather than an empty pane.
  const first = alerts[0]?.id;
  useEffect(() => {
    if (twoPanes && alertId === undefined && first !== undefined) {
      void navigate(
        { pathname: `/triage/${encodeURIComponent(first)}`, search: params.toString() },
        { replace: true },
      );
    }
  }, [twoPanes, alertId, first, navigate, params]);

  const decided = (id: string) => {
    const next = neighbour(alerts, id, 1) ?? neighbour(alerts, id, -1);
    open(next?.id, true);
  };
  const showList = twoPanes || alertId === undefined;
  const showAlert = twoPanes || alertId !== undefined;
  const contextInline = threePanes && contextOpen;

  return (
    <div className={classes.triage}>
      {showList && (
        <div
          className={classes.listPane}
          style={twoPanes ? { width: list.width, flex: 'none' } : { flex: 1 }}
        >
          <AlertList
            query={query}
            alerts={alerts}
            view={view}
            order={order}
            chosen={alertId}
            onOpen={(id) => open(id)}
          />
        </div>
      )}
      {twoPanes && <Splitter pane={list} label="Width of the list" />}
      {showAlert &&
        (alertId === undefined ? (
          <div className={classes.mainPane}>
            {query.isSuccess && alerts.length === 0 && (
              <Empty icon={<Inbox />} title="The alert you open is shown here" />
            )}
          </div>
        ) : (
          <>
            <AlertPane
              key={alertId}
              id={alertId}
              onBack={twoPanes ? null : () => open(undefined)}
              onDecided={() => decided(alertId)}
              onContext={contextInline ? null : () => (threePanes ? setContextOpen(true) : setDrawer(true))}
            />
            {contextInline && (
              <aside className={classes.contextPane} style={{ width: context.width }} aria-label="Context">
                <div className={classes.contextHead}>
                  <h2>Context</h2>
                  <CloseButton
                    size="sm"
                    onClick={() => setContextOpen(false)}
                    aria-label="Close the context"
                  />
                </div>
                <ContextPane id={alertId} />
              </aside>
            )}
            <SidePanel
              opened={drawer && !contextInline}
              onClose={() => setDrawer(false)}
              title="Context"
              width={360}
            >
              <ContextPane id={alertId} />
            </SidePanel>
          </>
        ))}
    </div>
  );
}
