import { isVigilError, type Clock, type Source } from '@vigil/contracts';
import type { EvidenceStore } from '@vigil/evidence';
import type { GuardedClient } from '@vigil/fetching';
import { loggedError, type Telemetry } from '@vigil/telemetry';
import type { CollectorMetrics } from '../collector-metrics.js';
import { connectorOf, type Connectors } from '../connectors/registry.js';
import type { Funnel } from '../publishing/funnel.js';
import type { Progress } from '../publishing/progress.js';
import type { Expander } from '../shortened/expander.js';
import type { Sources } from '../sources/sources.js';
import type { Lease, Leases } from './leases.js';
import { patiently } from './patience.js';
import { nextDue, runSource, type RunResult } from './run-source.js';

export interface CollectingParts {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** The one folder file imports may read from. */
  readonly importDir: string;
  readonly commitEarly: boolean;
  readonly evidence: EvidenceStore;
  readonly client: GuardedClient;
  readonly connectors: Connectors;
  readonly sources: Sources;
  readonly leases: Leases;
  readonly funnel: Funnel;
  readonly expander: Expander | null;
  readonly progress: Progress;
  readonly metrics: CollectorMetrics;
}

interface Running {
  readonly definition: number;
  readonly controller: AbortController;
  readonly done: Promise<void>;
}

/** The sources this process reads at this moment: begins each with a lease, ends it by its signal, writes how it went. */
export class Collecting {
  readonly #running = new Map<string, Running>();

  constructor(private readonly parts: CollectingParts) {}

  isRunning(id: string): boolean {
    return this.#running.has(id);
  }

  entries(): { id: string; definition: number }[] {
    return [...this.#running].map(([id, { definition }]) => ({ id, definition }));
  }

  /** Reads until the source has nothing more, fails, or `interrupt`. Resolves once its lease is given back. */
  begin(source: Source, definition: number, lease: Lease): Promise<void> {
    const controller = new AbortController();
    const done = this.#collect(source, lease, controller.signal).finally(() =>
      this.#running.delete(source.id),
    );
    this.#running.set(source.id, { definition, controller, done });
    return done;
  }

  interrupt(id: string): void {
    this.#running.get(id)?.controller.abort();
  }

  async interruptAll(): Promise<void> {
    const all = [...this.#running.values()];
    for (const one of all) one.controller.abort();
    await Promise.all(all.map((one) => one.done));
  }

  async #collect(source: Source, lease: Lease, signal: AbortSignal): Promise<void> {
    const { clock, client, connectors, expander, funnel, progress, metrics, telemetry } = this.parts;
    const { kind } = source.locator;
    const connector = connectorOf(connectors, kind);
    const followed = connector.style(source.locator) === 'follow';
    const startedAt = clock.now();
    metrics.running.inc({ kind });
    try {
      const result = await runSource({
        source,
        lease,
        connector,
        reading: {
          client,
          clock,
          signal,
          importDir: this.parts.importDir,
          keep: (bytes) => patiently(signal, () => this.#keep(bytes, kind)),
        },
        funnel,
        expander,
        progress: {
          move: (move, when) => progress.move(move, when),
          setAside: (id, problem) => {
            metrics.problems.inc({ kind });
            progress.setAside(id, problem);
          },
        },
        patient: !followed,
        commitEarly: this.parts.commitEarly,
        onPosts: (count) => metrics.posts.inc({ kind }, count),
      });
      metrics.polls.inc({ kind, outcome: result.type });
      if (result.type === 'interrupted') await this.#giveBack(source, lease);
      else await this.#settle(source, lease, result, startedAt, followed);
    } catch (error) {
      // The database is away: the lease stays ours, and is taken up again at the next reconciling.
      telemetry.log.warn(
        { source: source.id, err: loggedError(error) },
        'how a source went could not be stored',
      );
    } finally {
      metrics.running.dec({ kind });
    }
  }

  async #keep(bytes: Uint8Array, kind: string): Promise<string> {
    const key = await this.parts.evidence.put(bytes);
    this.parts.metrics.bytes.inc({ kind }, bytes.length);
    return key;
  }

  async #giveBack(source: Source, lease: Lease): Promise<void> {
    await this.parts.progress.flush();
    await this.parts.leases.giveBack(lease);
    this.parts.telemetry.log.debug({ source: source.id }, 'reading of a source was interrupted');
  }

  async #settle(
    source: Source,
    lease: Lease,
    result: Exclude<RunResult, { type: 'interrupted' }>,
    startedAt: number,
    followed: boolean,
  ): Promise<void> {
    const { clock, leases, progress, sources, telemetry } = this.parts;
    await progress.flush();
    const due = nextDue(result, source, lease.failures, startedAt, clock, followed);
    const error = result.type === 'failed' ? reasonOf(result.error) : null;
    await leases.give(lease, {
      nextPollAt: due === null ? 'infinity' : new Date(due).toISOString(),
      polledAt: new Date(startedAt).toISOString(),
      error,
      success: result.type === 'done',
    });
    if (result.advice.pause !== undefined) await sources.pauseBecause(source.id, result.advice.pause);
    else if ((error === null) !== (lease.failures === 0)) await sources.tell(source.id);
    if (result.type === 'failed') {
      const level = isVigilError(result.error) ? 'info' : 'warn';
      telemetry.log[level](
        { source: source.id, failures: lease.failures + 1, reason: error, err: loggedError(result.error) },
        'reading a source failed',
      );
    }
  }
}

/** One sentence for a person. */
function reasonOf(error: unknown): string {
  return isVigilError(error) ? error.message.slice(0, 500) : 'an unforeseen error: see the log';
}
