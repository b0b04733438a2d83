import { createBrowserRouter, Navigate, useParams } from 'react-router';
import { BrokenPage, NoSuchPage } from './frame/BrokenPage.js';
import { Frame, Opening } from './frame/Frame.js';
import { SignInPage } from './session/SignInPage.js';

/** The address that notifications carry. */
function AlertAddress() {
  const { alertId = '' } = useParams();
  return <Navigate to={`/triage/${encodeURIComponent(alertId)}`} replace />;
}

/** Every page but the frame is its own chunk, so that the charts are loaded by who looks at charts. */
export const router = createBrowserRouter([
  { path: '/sign-in', Component: SignInPage, ErrorBoundary: BrokenPage },
  {
    path: '/',
    Component: Frame,
    HydrateFallback: Opening,
    ErrorBoundary: BrokenPage,
    children: [
      { index: true, element: <Navigate to="/triage" replace /> },
      { path: 'alerts/:alertId', Component: AlertAddress },
      {
        ErrorBoundary: BrokenPage,
        children: [
          {
            path: 'triage/:alertId?',
            lazy: async () => ({ Component: (await import('./triage/TriagePage.js')).TriagePage }),
          },
          {
            path: 'search',
            lazy: async () => ({ Component: (await import('./search/SearchPage.js')).SearchPage }),
          },
          {
            path: 'volumes',
            lazy: async () => ({ Component: (await import('./volumes/VolumesPage.js')).VolumesPage }),
          },
          {
            path: 'sources',
            lazy: async () => ({ Component: (await import('./sources/SourcesPage.js')).SourcesPage }),
          },
          {
            path: 'rules',
            lazy: async () => ({ Component: (await import('./rules/RulesPage.js')).RulesPage }),
          },
          {
            path: 'audit',
            lazy: async () => ({ Component: (await import('./audit/AuditPage.js')).AuditPage }),
          },
          {
            path: 'system',
            lazy: async () => ({ Component: (await import('./system/SystemPage.js')).SystemPage }),
          },
          { path: '*', Component: NoSuchPage },
        ],
      },
    ],
  },
]);
