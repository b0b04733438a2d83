import type { LoadOptions } from '../ledger/posts.js';
import { seeded } from '../ledger/random.js';

export const SERVICES = ['collector', 'classifier', 'alerts'] as const;
export type Service = (typeof SERVICES)[number];
/** Of each service. */
export const INSTANCES = 2;

/** What is done to the installation. Each is carried out by ./faults.ts. */
export const KINDS = [
  'kill-collector',
  'kill-classifier',
  'kill-alerts',
  'broker-stopped',
  'broker-killed',
  'broker-frozen',
  'rebalance',
  'zombie-collector',
  'zombie-classifier',
  'zombie-alerts',
  'elasticsearch-stopped',
  'elasticsearch-busy',
  'redis-emptied',
  'postgres-restarted',
  'connections-cut',
  'connections-slow',
] as const;
export type Kind = (typeof KINDS)[number];

export interface PlannedFault {
  readonly kind: Kind;
  /** Which of the instances it strikes, where it strikes one: 0 or 1. */
  readonly instance: number;
  /** Of a rebalance: whose group. */
  readonly service: Exclude<Service, 'collector'>;
  /** After a surge of posts has been released: 0 hits it at the collector, 300 at the alerts. */
  readonly afterSurgeMs: number;
}

export interface FaultPlanOptions {
  readonly seed: number;
  readonly posts: number;
  readonly faults: number;
  /** Of these alone; all kinds where absent. */
  readonly only?: readonly Kind[] | undefined;
  /** The fence is broken: then no post comes twice by itself, so that every double count is a fault's. */
  readonly broken: boolean;
}

/** Before the first fault everything has begun to flow. */
export const LEAD_MS = 6_000;
/** Between the recovery from one fault and the next. */
export const CALM_MS = 4_000;
/** What a fault, its recovery and the calm take, in the mean of all kinds: the posts asked for are spread over so much. */
export const FAULT_MS = 28_000;
/** The feeder goes on until the last fault is recovered from: it has posts for a run that takes so many times as long. */
const RESERVE = 3;

/** Streams are edited often, up to four times within seconds: an older revision has every chance to come late. */
export function loadOf({ seed, posts, faults, broken }: FaultPlanOptions): LoadOptions {
  return {
    seed,
    posts: RESERVE * posts,
    durationMs: RESERVE * (LEAD_MS + Math.max(1, faults) * FAULT_MS),
    repeatedShare: broken ? 0 : 0.04,
    editedShare: 0.2,
    mostEdits: 4,
  };
}

/** Every kind in the seed's order, then again in another order, until there are enough. */
export function faultsOf({ seed, faults, only }: FaultPlanOptions): PlannedFault[] {
  const random = seeded(seed);
  const kinds = only?.length ? only : KINDS;
  const order: Kind[] = [];
  while (order.length < faults) order.push(...shuffled(kinds, random));
  return order.slice(0, faults).map((kind) => ({
    kind,
    instance: Math.floor(random() * INSTANCES),
    service: random() < 0.5 ? 'classifier' : 'alerts',
    afterSurgeMs: Math.floor(random() ** 2 * 400),
  }));
}

/** Fisher and Yates. */
function shuffled<T>(from: readonly T[], random: () => number): T[] {
  const cards = [...from];
  for (let i = cards.length - 1; i > 0; i -= 1) {
    const j = Math.floor(random() * (i + 1));
    [cards[i], cards[j]] = [cards[j] as T, cards[i] as T];
  }
  return cards;
}
