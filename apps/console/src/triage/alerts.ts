import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, AlertCurve, AlertPage, type AlertQuery, HitPage, type Outcome } from '@vigil/contracts';
import { call } from '../api/client.js';

/** Alerts read at a time: more than a shift's list shows without scrolling. */
const LIST_SIZE = 50;
/** Hits of an alert read at a time. */
const HITS_SIZE = 20;

export type AlertState = Alert['state'];
export type AlertOrder = AlertQuery['order'];

const path = (id: string) => `/alerts/${encodeURIComponent(id)}`;

export function useAlerts(states: readonly AlertState[], order: AlertOrder) {
  return useInfiniteQuery({
    queryKey: ['alerts', 'list', [...states], order],
    queryFn: ({ pageParam, signal }) =>
      call('GET', '/alerts', AlertPage, {
        query: { states: [...states], order, size: LIST_SIZE, cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}

export function useAlert(id: string | undefined) {
  return useQuery({
    queryKey: ['alert', id],
    queryFn: ({ signal }) => call('GET', path(id ?? ''), Alert, { signal }),
    enabled: id !== undefined,
  });
}

export function useAlertCurve(id: string) {
  return useQuery({
    queryKey: ['alert', id, 'curve'],
    queryFn: ({ signal }) => call('GET', `${path(id)}/curve`, AlertCurve, { signal }),
  });
}

export function useAlertHits(id: string) {
  return useInfiniteQuery({
    // Not under the alert's own key: what is being read stays while the alert grows.
    queryKey: ['alert-hits', id],
    staleTime: Infinity,
    refetchOnWindowFocus: false,
    queryFn: ({ pageParam, signal }) =>
      call('GET', `${path(id)}/hits`, HitPage, { query: { size: HITS_SIZE, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next,
  });
}

/** Puts an alert that a write gave back where it is shown, and reads the lists it may have moved in. */
function useSettle() {
  const client = useQueryClient();
  return {
    changed: (alert: Alert) => {
      client.setQueryData(['alert', alert.id], alert);
      void client.invalidateQueries({ queryKey: ['alerts'] });
      void client.invalidateQueries({ queryKey: ['audit'] });
    },
    // A refusal mostly means that somebody else was first: show what is true now.
    refused: (id: string) => {
      void client.invalidateQueries({ queryKey: ['alert', id], exact: true });
      void client.invalidateQueries({ queryKey: ['alerts'] });
    },
  };
}

/** Claims an alert, or gives it back. */
export function useClaim() {
  const { changed, refused } = useSettle();
  return useMutation({
    mutationFn: ({ alert, act }: { alert: Alert; act: 'claim' | 'release' }) =>
      call('POST', `${path(alert.id)}/${act}`, Alert, { body: { version: alert.version } }),
    onSuccess: changed,
    onError: (_, { alert }) => refused(alert.id),
  });
}

export function useDecide() {
  const { changed, refused } = useSettle();
  return useMutation({
    mutationFn: ({ alert, outcome, note }: { alert: Alert; outcome: Outcome; note: string }) =>
      call('POST', `${path(alert.id)}/decision`, Alert, { body: { outcome, note, version: alert.version } }),
    onSuccess: changed,
    onError: (_, { alert }) => refused(alert.id),
  });
}

/** Takes a decision back while it can be; gives the alert as it is then. */
export function useUndoDecision() {
  const { changed } = useSettle();
  return useMutation({
    mutationFn: (decisionId: string) =>
      call('POST', `/decisions/${encodeURIComponent(decisionId)}/undo`, Alert),
    onSuccess: changed,
  });
}
