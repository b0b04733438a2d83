import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresAuditLog } from '@vigil/auth';
import { PostgresBus } from '@vigil/bus';
import { readSettings } from '@vigil/config';
import { POSTS, SourceDraft, SystemClock, type Clock, type PostEvent } from '@vigil/contracts';
import type { Database } from '@vigil/database';
import { FolderEvidenceStore } from '@vigil/evidence';
import { BullJobs } from '@vigil/jobs';
import { recordingTelemetry } from '@vigil/testing';
import { Collector } from '../collector.js';
import { Sources } from '../sources/sources.js';

/** A collector on the real engines in a folder of its own, and what it published, as a consumer of the bus sees it. */
export interface RunningCollector {
  readonly collector: Collector;
  readonly sources: Sources;
  readonly dir: string;
  readonly evidence: FolderEvidenceStore;
  readonly published: PostEvent[];
  readonly log: ReturnType<typeof recordingTelemetry>['events'];
  stop(): Promise<void>;
}

export async function startCollector(
  db: Database,
  options: { env?: Record<string, string>; dir?: string; clock?: Clock } = {},
): Promise<RunningCollector> {
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'vigil-collector-')));
  const settings = readSettings({
    VIGIL_DATA_DIR: dir,
    VIGIL_IMPORT_DIR: dir,
    VIGIL_ALLOW_HOSTS: '127.0.0.1',
    VIGIL_BUS_PARTITIONS: '2',
    ...options.env,
  });
  const clock = options.clock ?? new SystemClock();
  const { telemetry, events: log } = recordingTelemetry();
  const bus = new PostgresBus(db, telemetry, { partitions: 2, transitDays: 7, transitMaxBytes: 1e9 });
  const jobs = await BullJobs.open(db, telemetry);
  const evidence = new FolderEvidenceStore(join(dir, 'evidence'));
  const sources = new Sources(db, clock, new PostgresAuditLog(db, clock));
  const collector = new Collector(db, clock, telemetry, bus, jobs, evidence, sources, settings);
  const published: PostEvent[] = [];
  await bus.consume(POSTS, 'test', {
    handle: async (batch) => {
      published.push(...batch.messages.map((message) => message.value));
    },
  });
  await collector.onApplicationBootstrap();
  const stop = async () => {
    await collector.beforeApplicationShutdown();
    await jobs.close();
    await bus.close();
    await evidence.close();
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
  };
  return { collector, sources, dir, evidence, published, log, stop };
}

/** A source with what a test does not care about filled in. */
export function aDraft(id: string, locator: unknown, more: Record<string, unknown> = {}): SourceDraft {
  return SourceDraft.parse({
    id,
    name: `Source ${id}`,
    locator,
    labels: { region: 'sahel' },
    justification: {
      reason: 'a source that a test watches',
      approvedBy: 'tester',
      until: '2099-01-01T00:00:00Z',
    },
    ...more,
  });
}

export interface LoopbackServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A real HTTP server on the loopback address. */
export async function serve(handler: RequestListener): Promise<LoopbackServer> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
