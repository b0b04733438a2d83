import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type ChannelDraft, HitIndexState, SystemState } from '@vigil/contracts';
import { z } from 'zod';
import { call, Nothing } from '../api/client.js';

export function useSystem() {
  return useQuery({
    queryKey: ['system'],
    queryFn: ({ signal }) => call('GET', '/system', SystemState, { signal }),
    refetchInterval: 5_000,
  });
}

export function useHitIndex() {
  return useQuery({
    queryKey: ['system', 'hit-index'],
    queryFn: ({ signal }) => call('GET', '/system/hit-index', HitIndexState, { signal }),
    refetchInterval: 5_000,
  });
}

/** Fills the index again, with everything or with what it refused. */
export function useHitIndexAct(act: 'reindex' | 'hit-index/replay') {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('POST', `/system/${act}`, Nothing, { body: {} }),
    onSettled: () => client.invalidateQueries({ queryKey: ['system'] }),
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

const shared = {
  id: z.string(),
  name: z.string(),
  /** Why it cannot send now. */
  off: z.string().nullable(),
};
/** A notification channel; a webhook's secret is there only in the answer that made it. */
const Channel = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('mail'), to: z.array(z.string()), ...shared }),
  z.object({ kind: z.literal('webhook'), url: z.string(), secret: z.string().optional(), ...shared }),
]);
export type Channel = z.infer<typeof Channel>;

/** One message to one channel, and what became of it. */
const Delivery = z.object({
  id: z.string(),
  channel: z.string(),
  /** null for a test. */
  alertId: z.string().nullable(),
  headline: z.string().nullable(),
  state: z.enum(['pending', 'sent', 'failed']),
  attempts: z.number().int(),
  reason: z.string().nullable(),
  createdAt: z.string(),
  dueAt: z.string().nullable(),
});
export type Delivery = z.infer<typeof Delivery>;

export function useChannels() {
  return useQuery({
    queryKey: ['channels'],
    queryFn: ({ signal }) => call('GET', '/channels', z.array(Channel), { signal }),
  });
}

/** The latest messages. */
export function useDeliveries() {
  return useQuery({
    queryKey: ['channels', 'deliveries'],
    queryFn: ({ signal }) =>
      call('GET', '/deliveries', z.object({ deliveries: z.array(Delivery) }), {
        query: { size: 10 },
        signal,
      }),
    select: (page) => page.deliveries,
    refetchInterval: 15_000,
  });
}

function useChannelWrite<T, Answer>(write: (input: T) => Promise<Answer>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: write,
    onSettled: () => client.invalidateQueries({ queryKey: ['channels'] }),
  });
}

const path = (id: string) => `/channels/${encodeURIComponent(id)}`;

export const useAddChannel = () =>
  useChannelWrite((draft: ChannelDraft) => call('POST', '/channels', Channel, { body: draft }));
export const useRemoveChannel = () => useChannelWrite((id: string) => call('DELETE', path(id), Nothing));
/** Sends a test at once; a channel that refuses it gives a delivery that says why. */
export const useTestChannel = () =>
  useChannelWrite((id: string) => call('POST', `${path(id)}/test`, Delivery, { body: {} }));
