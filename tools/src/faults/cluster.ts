import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedPostgres } from '@vigil/database';
import { RECIPES } from '../engines/engines.js';
import type { EngineName, Prepared } from '../engines/recipe.js';
import { type Ask, askingAt } from '../ledger/stored.js';
import { BusyProxy } from './busy-proxy.js';
import type { Ending } from './ending.js';
import { Server } from './server.js';
import { TcpProxy } from './tcp-proxy.js';

export const ENGINES = ['kafka', 'elasticsearch', 'redis', 's3', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** Downloads are shared with `npm run engines`. */
const DOWNLOADS = path.resolve(import.meta.dirname, '..', '..', '..', '.vigil', 'engines', 'downloads');
/** Each of six services has its pool of ten and some ten connections for its jobs and listeners. */
const MAX_CONNECTIONS = 300;

/** Real engines of this run alone, each behind a proxy: services never speak to an engine but through one. */
export class Cluster {
  private constructor(
    private readonly folder: string,
    private readonly servers: Readonly<Record<EngineName, Server>>,
    readonly proxies: Readonly<Record<Engine, TcpProxy>>,
    /** Between Elasticsearch and its proxy. */
    readonly overload: BusyProxy,
    private readonly direct: { readonly elasticsearch: string },
    private readonly s3: Readonly<Record<string, string>>,
    private postgres: EmbeddedPostgres,
  ) {}

  /** Starts everything, and tells `ending` how it is stopped. Throws where an engine cannot be had here, and says why. */
  static async start(folder: string, ending: Ending, say: (line: string) => void): Promise<Cluster> {
    const proxies = Object.fromEntries(
      await Promise.all(ENGINES.map(async (name) => [name, await TcpProxy.listen()] as const)),
    ) as Record<Engine, TcpProxy>;
    for (const proxy of Object.values(proxies)) ending.add(() => proxy.close());
    const prepared = {} as Record<EngineName, Prepared>;
    const servers = {} as Record<EngineName, Server>;
    for (const name of ['kafka', 'elasticsearch', 'redis', 's3'] as const) {
      const recipe = RECIPES[name];
      const missing = await recipe.missing();
      if (missing !== null) throw new Error(`${name} cannot be had here: ${missing}`);
      say(`starting ${name} ${recipe.version}`);
      const place = path.join(folder, name);
      await mkdir(place, { recursive: true });
      prepared[name] = await recipe.prepare({
        folder: place,
        downloads: DOWNLOADS,
        reachedAt: proxies[name].port,
      });
      servers[name] = new Server(prepared[name].launch);
      ending.add(() => servers[name].stop());
      await servers[name].start();
      proxies[name].target = { port: prepared[name].port };
    }
    const overload = await BusyProxy.before(prepared.elasticsearch.port);
    ending.add(() => overload.close());
    proxies.elasticsearch.target = { port: overload.port };
    say('starting postgres 18');
    const postgres = await startPostgres(folder);
    proxies.postgres.target = targetOf(postgres);
    const direct = { elasticsearch: `http://127.0.0.1:${prepared.elasticsearch.port}` };
    const cluster = new Cluster(folder, servers, proxies, overload, direct, prepared.s3.env, postgres);
    ending.add(() => cluster.stopPostgres());
    return cluster;
  }

  /** What services are given: the addresses of the proxies. */
  get env(): Record<string, string> {
    const at = (name: Engine): string => `127.0.0.1:${this.proxies[name].port}`;
    return {
      VIGIL_DATABASE_URL: `postgresql://vigil@${at('postgres')}/vigil`,
      VIGIL_KAFKA_BROKERS: at('kafka'),
      VIGIL_ELASTICSEARCH_URL: `http://${at('elasticsearch')}`,
      VIGIL_REDIS_URL: `redis://${at('redis')}`,
      VIGIL_S3_ENDPOINT: `http://${at('s3')}`,
      VIGIL_S3_BUCKET: this.s3.VIGIL_TEST_S3_BUCKET ?? '',
      VIGIL_S3_ACCESS_KEY_ID: this.s3.VIGIL_TEST_S3_ACCESS_KEY_ID ?? '',
      VIGIL_S3_SECRET_ACCESS_KEY: this.s3.VIGIL_TEST_S3_SECRET_ACCESS_KEY ?? '',
    };
  }

  /** The run's own way to the database: not through the proxy, so that it sees what is there whatever is cut. */
  readonly ask: Ask = (text, values) => askingAt(async () => this.postgres.connectionString)(text, values);

  /** The run's own way to Elasticsearch. */
  get elasticsearch(): string {
    return this.direct.elasticsearch;
  }

  server(name: EngineName): Server {
    return this.servers[name];
  }

  stopPostgres(): Promise<void> {
    return this.postgres.stop();
  }

  async startPostgres(): Promise<void> {
    this.postgres = await startPostgres(this.folder);
    this.proxies.postgres.target = targetOf(this.postgres);
  }
}

function startPostgres(folder: string): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start({ dataDir: path.join(folder, 'postgres'), maxConnections: MAX_CONNECTIONS });
}

/** Where the embedded server listens: its socket's folder is in its address; on Windows a port. */
function targetOf(postgres: EmbeddedPostgres): { port: number } | { path: string } {
  const address = new URL(postgres.connectionString);
  const folder = address.searchParams.get('host');
  return folder === null
    ? { port: Number(address.port) }
    : { path: path.join(folder, `.s.PGSQL.${address.port}`) };
}
