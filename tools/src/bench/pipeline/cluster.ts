import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase, SILENT, type OpenDatabase } from '@vigil/database';
import type { QueryResultRow } from 'pg';
import { Engines } from '../../engines/engines.js';
import { ENGINE_NAMES } from '../../engines/recipe.js';
import { say } from './phase.js';
import type { Part } from './process-tree.js';
import { Service, SERVICES, type ServiceName } from './service.js';
import type { Subject } from './subject.js';

const DOWNLOADS = fileURLToPath(new URL('../../../../.vigil/engines/downloads', import.meta.url));

/** What the recipes call an engine's address, and what the services do. */
const VARIABLES = {
  VIGIL_TEST_KAFKA_BROKERS: 'VIGIL_KAFKA_BROKERS',
  VIGIL_TEST_ELASTICSEARCH_URL: 'VIGIL_ELASTICSEARCH_URL',
  VIGIL_TEST_REDIS_URL: 'VIGIL_REDIS_URL',
  VIGIL_TEST_S3_ENDPOINT: 'VIGIL_S3_ENDPOINT',
  VIGIL_TEST_S3_BUCKET: 'VIGIL_S3_BUCKET',
  VIGIL_TEST_S3_ACCESS_KEY_ID: 'VIGIL_S3_ACCESS_KEY_ID',
  VIGIL_TEST_S3_SECRET_ACCESS_KEY: 'VIGIL_S3_SECRET_ACCESS_KEY',
} as const;

/** Logs stay: the run's folder is removed where it went well. */
async function stopEngines(engines: Engines): Promise<void> {
  for (const name of ENGINE_NAMES) await engines.down(name, { keepFolder: true });
}

/** Vigil as a cluster on this machine: Kafka, Elasticsearch, Redis, S3 and PostgreSQL of its own, and the services as processes. */
export class Cluster implements Subject {
  private readonly services: Service[] = [];
  private started = 0;

  private constructor(
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly engines: readonly Part[],
    private readonly database: OpenDatabase,
    private readonly stopEngines: () => Promise<void>,
  ) {}

  /** One process of each kind, ready. Throws where an engine or a service does not start, saying why; what ran is stopped. */
  static async start(folder: string, env: Readonly<Record<string, string>>): Promise<Cluster> {
    // Processes of this machine, so that their time and memory can be counted.
    const engines = new Engines(path.join(folder, 'engines'), { VIGIL_TEST_DOCKER: '0' }, DOWNLOADS);
    let database: OpenDatabase | null = null;
    let cluster: Cluster | null = null;
    try {
      const { addresses, parts } = await startEngines(engines);
      const postgres = path.join(folder, 'postgres');
      await mkdir(postgres, { recursive: true });
      say('postgresql …');
      database = await openDatabase(
        { dataDir: postgres, databaseUrl: null, poolSize: 2, statementTimeoutMs: 30_000 },
        { log: SILENT, addCheck: () => undefined },
      );
      cluster = new Cluster(
        folder,
        { ...env, ...addresses, VIGIL_DATABASE_URL: database.connectionString },
        parts,
        database,
        () => stopEngines(engines),
      );
      // The collector last: what it publishes finds the others ready.
      for (const name of SERVICES.toReversed()) await cluster.add(name);
      return cluster;
    } catch (error) {
      if (cluster) await cluster.stop();
      else {
        await database?.close();
        await stopEngines(engines);
      }
      throw error;
    }
  }

  get address(): string {
    return this.first('alerts').address;
  }

  /** Of all services together, as of instances on one machine. */
  get dataDir(): string {
    return path.join(this.folder, 'data');
  }

  parts(): readonly Part[] {
    const postgres = this.database.engine?.pid ?? null;
    return [
      ...this.services.map(({ name, pid }) => ({ name, pid })),
      ...this.engines,
      ...(postgres === null ? [] : [{ name: 'postgresql', pid: postgres }]),
    ];
  }

  query<Row extends QueryResultRow>(text: string): Promise<readonly Row[]> {
    return this.database.query<Row>(text);
  }

  /** One more process of a kind; stopped by `remove`. */
  async add(name: ServiceName): Promise<Service> {
    this.started += 1;
    say(`${name} …`);
    const service = await Service.start(name, `${name}-${this.started}`, this.folder, {
      ...this.env,
      VIGIL_DATA_DIR: this.dataDir,
    });
    this.services.push(service);
    return service;
  }

  async remove(service: Service): Promise<void> {
    this.services.splice(this.services.indexOf(service), 1);
    await service.stop();
  }

  /** The process of a kind that was started first. */
  first(name: ServiceName): Service {
    const found = this.services.find((service) => service.name === name);
    if (!found) throw new Error(`${name} does not run`);
    return found;
  }

  /** Stops everything it started, the services first. */
  async stop(): Promise<void> {
    await Promise.all(this.services.splice(0).map((service) => service.stop()));
    await this.database.close();
    await this.stopEngines();
  }
}

async function startEngines(
  engines: Engines,
): Promise<{ addresses: Record<string, string>; parts: readonly Part[] }> {
  const addresses: Record<string, string> = {};
  const parts: Part[] = [];
  for (const name of ENGINE_NAMES) {
    say(`${name} …`);
    const state = await engines.up(name);
    if (!state.up) throw new Error(`${name}: ${state.how}`);
    const pid = await engines.pid(name);
    if (pid !== null) parts.push({ name, pid });
    for (const [given, wanted] of Object.entries(VARIABLES)) {
      const value = state.env[given];
      if (value !== undefined) addresses[wanted] = value;
    }
  }
  return { addresses, parts };
}
