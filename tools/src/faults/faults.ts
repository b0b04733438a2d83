import { setTimeout as pause } from 'node:timers/promises';
import type { Cluster } from './cluster.js';
import type { Fleet, Instance } from './fleet.js';
import type { Kind, PlannedFault } from './plan.js';
import { CLEAR, type Line } from './tcp-proxy.js';

/** How long an engine is away. */
export const OUTAGE_MS = 20_000;
/** Longer than a consumer's session of 10 s and a collector's beat: the others take over, and it knows nothing of it. */
const FROZEN_MS = 15_000;
/** Redis comes back at once, as a supervisor would bring it. */
const REDIS_AWAY_MS = 2_000;
/** Every connection is cut so often, so far apart: what is being said again is cut again. */
const CUTS = { times: 4, everyMs: 2_500 };
/** A line to another continent that is overloaded too. */
const SLOW: Line = { delayMs: 150, bytesPerSecond: 512 * 1_024 };
const SLOW_MS = 15_000;

export interface Struck {
  readonly fleet: Fleet;
  readonly cluster: Cluster;
}

/** Carries out a fault, and resolves at its end: from then on recovery is measured. Nothing is mended but what it broke. */
export async function strike(fault: PlannedFault, { fleet, cluster }: Struck): Promise<void> {
  const { kind, instance, service } = fault;
  const carryOut: Record<Kind, () => Promise<void>> = {
    'kill-collector': () => fleet.of('collector', instance).kill(),
    'kill-classifier': () => fleet.of('classifier', instance).kill(),
    'kill-alerts': () => fleet.of('alerts', instance).kill(),
    'broker-stopped': async () => {
      const broker = cluster.server('kafka');
      await broker.stop();
      await pause(OUTAGE_MS);
      await broker.start();
    },
    'broker-killed': async () => {
      const broker = cluster.server('kafka');
      await broker.kill();
      await pause(OUTAGE_MS);
      await broker.start();
    },
    'broker-frozen': async () => {
      const broker = cluster.server('kafka');
      broker.signal('SIGSTOP');
      await pause(OUTAGE_MS);
      broker.signal('SIGCONT');
    },
    // One leaves in the middle of a batch and comes again: two rebalances.
    rebalance: () => fleet.of(service, instance).restart(),
    'zombie-collector': () => freeze(fleet.of('collector', instance)),
    'zombie-classifier': () => freeze(fleet.of('classifier', instance)),
    'zombie-alerts': () => freeze(fleet.of('alerts', instance)),
    'elasticsearch-stopped': async () => {
      const server = cluster.server('elasticsearch');
      await (instance === 0 ? server.stop() : server.kill());
      await pause(OUTAGE_MS);
      await server.start();
    },
    'elasticsearch-busy': async () => {
      cluster.overload.busy(true);
      await pause(OUTAGE_MS);
      cluster.overload.busy(false);
    },
    'redis-emptied': async () => {
      const server = cluster.server('redis');
      await server.kill();
      await pause(REDIS_AWAY_MS);
      await server.start();
    },
    'postgres-restarted': async () => {
      await cluster.stopPostgres();
      await cluster.startPostgres();
    },
    'connections-cut': async () => {
      for (let n = 0; n < CUTS.times; n += 1) {
        for (const proxy of Object.values(cluster.proxies)) proxy.cut();
        await pause(CUTS.everyMs);
      }
    },
    'connections-slow': async () => {
      for (const proxy of Object.values(cluster.proxies)) proxy.slow(SLOW);
      await pause(SLOW_MS);
      for (const proxy of Object.values(cluster.proxies)) proxy.slow(CLEAR);
    },
  };
  await carryOut[kind]();
}

async function freeze(instance: Instance): Promise<void> {
  instance.process.freeze();
  await pause(FROZEN_MS);
  instance.process.thaw();
}
