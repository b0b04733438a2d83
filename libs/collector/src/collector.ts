import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { join } from 'node:path';
import { MessageBus } from '@vigil/bus';
import { SETTINGS, type Settings } from '@vigil/config';
import { Clock } from '@vigil/contracts';
import { Database } from '@vigil/database';
import { EvidenceStore } from '@vigil/evidence';
import { GuardedClient } from '@vigil/fetching';
import { Jobs } from '@vigil/jobs';
import { loggedError, Telemetry } from '@vigil/telemetry';
import { collectorMetrics, type CollectorMetrics } from './collector-metrics.js';
import { allConnectors } from './connectors/registry.js';
import { Funnel } from './publishing/funnel.js';
import { Progress } from './publishing/progress.js';
import { Collecting } from './schedule/collecting.js';
import { Leases } from './schedule/leases.js';
import { Scheduler } from './schedule/scheduler.js';
import { Expander } from './shortened/expander.js';
import { Redirects } from './shortened/redirects.js';
import { SHORTENERS } from './shortened/shorteners.js';
import type { ImportStreamParts } from './sources/import-stream.js';
import { loadSourcesFile } from './sources/sources-file.js';
import { BY_SYSTEM, Sources } from './sources/sources.js';

/** Holds the collector's working parts together: begins them with the program and ends them in order. */
@Injectable()
export class Collector implements OnApplicationBootstrap, BeforeApplicationShutdown {
  /** The way to the bus, for whoever publishes posts beside the connectors (the demo). */
  readonly funnel: Funnel;
  readonly #progress: Progress;
  readonly #client: GuardedClient;
  readonly #metrics: CollectorMetrics;
  readonly #scheduler: Scheduler;
  readonly #expander: Expander | null;

  constructor(
    db: Database,
    private readonly clock: Clock,
    private readonly telemetry: Telemetry,
    bus: MessageBus,
    jobs: Jobs,
    evidence: EvidenceStore,
    private readonly sources: Sources,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    const connectors = allConnectors();
    const leases = new Leases(db);
    this.funnel = new Funnel(bus);
    this.#progress = new Progress(db, () => clock.instant());
    this.#client = GuardedClient.fromSettings(settings.collector);
    this.#metrics = collectorMetrics(telemetry.metrics, () => this.funnel.depth);
    this.#expander = settings.collector.expandLinks ? this.#makeExpander(db) : null;
    const shared = { db, clock, telemetry, connectors, sources, leases };
    const collecting = new Collecting({
      ...shared,
      evidence,
      client: this.#client,
      funnel: this.funnel,
      expander: this.#expander,
      progress: this.#progress,
      metrics: this.#metrics,
      importDir: settings.collector.importDir ?? join(settings.storage.dataDir, 'import'),
      commitEarly: settings.faults.commitEarly,
    });
    this.#scheduler = new Scheduler({
      ...shared,
      jobs,
      collecting,
      pollConcurrency: settings.collector.pollConcurrency,
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.#readSourcesFile();
    await this.#scheduler.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.#scheduler.stop();
    await this.#progress.flush();
    await this.#client.close();
  }

  importParts(): ImportStreamParts {
    return {
      clock: this.clock,
      funnel: this.funnel,
      expander: this.#expander,
      progress: this.#progress,
      onPosts: (count) => this.#metrics.posts.inc({ kind: 'import' }, count),
    };
  }

  #makeExpander(db: Database): Expander {
    return new Expander({
      client: this.#client,
      redirects: new Redirects(db),
      shorteners: [...SHORTENERS, ...this.settings.collector.shorteners],
      count: (outcome, links) => this.#metrics.expansions.inc({ outcome }, links),
      onError: (error) =>
        this.telemetry.log.warn(
          { err: loggedError(error) },
          'shortened links of some posts stay as they are',
        ),
    });
  }

  /** The file is for the first start: afterwards the database is where sources are kept and changed. */
  async #readSourcesFile(): Promise<void> {
    const path = this.settings.collector.sourcesFile;
    if (path === null || (await this.sources.count()) > 0) return;
    const drafts = await loadSourcesFile(path);
    if (await this.sources.createFirst(drafts, BY_SYSTEM))
      this.telemetry.log.info({ sources: drafts.length, file: path }, 'sources were read from the file');
  }
}
