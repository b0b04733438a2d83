import { Loader } from '@mantine/core';
import { useLocalStorage, useMediaQuery } from '@mantine/hooks';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Navigate, Outlet, useLocation } from 'react-router';
import { whenSignedOut } from '../api/client.js';
import { followLive } from '../api/live.js';
import { ProblemNote } from '../pieces/ProblemNote.js';
import { useKeys } from '../pieces/use-keys.js';
import { SESSION_KEY, useSession } from '../session/session.js';
import { DemoBanner } from './DemoBanner.js';
import { KeyHelp } from './KeyHelp.js';
import { Rail } from './Rail.js';
import { TopBar } from './TopBar.js';
import { UndoBar } from './UndoBar.js';
import classes from './frame.module.css';

/** While it is not known who is there. */
export function Opening() {
  return (
    <div className={classes.opening} role="status">
      <Loader size="sm" aria-label="Opening the console" />
    </div>
  );
}

/** What stands around every page; only for who is signed in. */
export function Frame() {
  const session = useSession();
  const location = useLocation();
  if (session.isPending) {
    return <Opening />;
  }
  if (session.isError) {
    return (
      <ProblemNote
        what="The console could not be opened"
        error={session.error}
        retry={() => void session.refetch()}
      />
    );
  }
  if (session.data === null) {
    const next = location.pathname + location.search;
    return <Navigate to={next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  return <Desk />;
}

function Desk() {
  const client = useQueryClient();
  const narrow = useMediaQuery('(max-width: 1100px)', false, { getInitialValueInEffect: false });
  const [collapsed, setCollapsed] = useLocalStorage({
    key: 'vigil-rail-collapsed',
    defaultValue: false,
    getInitialValueInEffect: false,
  });
  const [help, setHelp] = useState(false);
  useEffect(() => followLive(client), [client]);
  useEffect(() => {
    whenSignedOut(() => client.setQueryData(SESSION_KEY, null));
  }, [client]);
  useKeys({ '?': () => setHelp(true) });

  return (
    <div className={classes.frame}>
      <a className="skip-link" href="#content">
        Skip to the content
      </a>
      <Rail collapsed={collapsed || narrow} onToggle={narrow ? null : () => setCollapsed(!collapsed)} />
      <div className={classes.column}>
        <TopBar onHelp={() => setHelp(true)} />
        <DemoBanner />
        <main id="content" className={classes.content} tabIndex={-1}>
          <Outlet />
        </main>
        <UndoBar />
      </div>
      <KeyHelp open={help} onClose={() => setHelp(false)} />
    </div>
  );
}
