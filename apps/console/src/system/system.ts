import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ChannelDraft, SystemState } from '@vigil/contracts';
import { z } from 'zod';
import { call, Nothing } from '../api/client.js';

export function useSystem() {
  return useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => call('GET', '/system', SystemState, { signal }),
    refetchInterval: 5_000,
  });
}

/** A message that could not be handled, as the bus sets it aside. */
const DeadLetter = z.object({
  id: z.string(),
  count: z.number(),
  reason: z.string(),
  at: z.string(),
  excerpt: z.string().nullable(),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

export interface Flow {
  readonly topic: string;
  readonly group: string;
}

export function useDeadLetters(flow: Flow) {
  return useQuery({
    queryKey: ['system', 'dead-letters', flow.topic, flow.group],
    queryFn: ({ signal }) =>
      call('GET', '/dead-letters', z.array(DeadLetter), { query: { ...flow, size: 50 }, signal }),
  });
}

/** Publishes set-aside messages again, or removes them for good. */
export function useDeadLetterAct(flow: Flow, act: 'replay' | 'discard') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (ids: readonly string[]) =>
      call('POST', `/dead-letters/${act}`, Nothing, { body: { ...flow, ids } }),
    onSettled: () => client.invalidateQueries({ queryKey: ['system'] }),
  });
}

/** A notification channel as listed; its secret never comes back. */
const Channel = z.object({ id: z.string(), kind: z.enum(['mail', 'webhook']), name: z.string() }).loose();
export type Channel = z.infer<typeof Channel>;

export function useChannels() {
  return useQuery({
    queryKey: ['channels'],
    queryFn: ({ signal }) => call('GET', '/channels', z.array(Channel), { signal }),
  });
}

/** What adding a channel gives: for a webhook whose secret was made here, the secret, this once. */
const AddedChannel = z.object({ secret: z.string().nullish() }).loose();

function useChannelWrite<T, S extends z.ZodType>(write: (input: T) => Promise<z.infer<S>>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => client.invalidateQueries({ queryKey: ['channels'] }),
  });
}

export const useAddChannel = () =>
  useChannelWrite<ChannelDraft, typeof AddedChannel>((draft) =>
    call('POST', '/channels', AddedChannel, { body: draft }),
  );
export const useRemoveChannel = () =>
  useChannelWrite<string, typeof Nothing>((id) =>
    call('DELETE', `/channels/${encodeURIComponent(id)}`, Nothing),
  );
export const useTestChannel = () =>
  useChannelWrite<string, typeof Nothing>((id) =>
    call('POST', `/channels/${encodeURIComponent(id)}/test`, Nothing, { body: {} }),
  );
