import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Backtest, BacktestExample } from '@vigil/contracts';
import { z } from 'zod';
import { call, Nothing } from '../api/client.js';
import type { Draft } from './DraftChoice.js';

/** The server saves how far a backtest is every two seconds. */
const LOOK_EVERY_MS = 1_500;

const goesOn = ({ state }: Pick<Backtest, 'state'>) => state === 'queued' || state === 'running';

/** All backtests, the newest first; looked at again while one of them goes on. */
export function useBacktests() {
  return useQuery({
    queryKey: ['backtests'],
    queryFn: ({ signal }) => call('GET', '/backtests', z.array(Backtest), { signal }),
    refetchInterval: ({ state }) => (state.data?.some(goesOn) ? LOOK_EVERY_MS : false),
  });
}

/** One with what it has found so far. */
export function useBacktest(id: string) {
  return useQuery({
    queryKey: ['backtests', id],
    queryFn: ({ signal }) => call('GET', `/backtests/${id}`, Backtest, { signal }),
    refetchInterval: ({ state }) => (state.data && goesOn(state.data) ? LOOK_EVERY_MS : false),
  });
}

/** Posts that a rule of the draft adds or drops. */
export function useBacktestExamples(id: string, rule: string) {
  return useQuery({
    queryKey: ['backtests', id, 'examples', rule],
    queryFn: ({ signal }) =>
      call('GET', `/backtests/${id}/examples`, z.array(BacktestExample), { query: { rule }, signal }),
  });
}

export function useStartBacktest() {
  return useWrite((draft: Draft) =>
    call('POST', '/backtests', Backtest, { body: { draft: { files: draft.files } } }),
  );
}

export function useCancelBacktest(id: string) {
  return useWrite(() => call('POST', `/backtests/${id}/cancel`, Backtest));
}

export function useRemoveBacktest(id: string) {
  return useWrite(() => call('DELETE', `/backtests/${id}`, Nothing));
}

function useWrite<I, O>(write: (input: I) => Promise<O>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => client.invalidateQueries({ queryKey: ['backtests'] }),
  });
}
