import { setTimeout as pause } from 'node:timers/promises';
import { Client, errors } from '@elastic/elasticsearch';
import { VigilError } from '@vigil/contracts';
import { Cluster } from './cluster.js';
import { ElasticsearchHitIndex } from './elasticsearch-hit-index.js';
import { refusalOf } from './failures.js';
import { erasedIndex, type HitSchema, hitsTemplate, namesOf, SCHEMA } from './schema.js';
import { findCa, readCa } from './trust.js';

/** The part of the settings that this index needs. */
export interface ElasticsearchOptions {
  /** Addresses of nodes of one cluster; at least one. */
  readonly elasticsearchUrls: readonly string[];
  readonly elasticsearchApiKey: string | null;
  /** A file: certificates in PEM that sign the cluster's. */
  readonly elasticsearchCa: string | null;
  /** SHA-256 of the certificate that signs the cluster's, in hex, with or without colons. */
  readonly elasticsearchFingerprint: string | null;
  /** Begins the name of every index and template. */
  readonly elasticsearchPrefix: string;
}

/** The part of Telemetry that this index needs. */
export interface HitIndexTelemetry {
  readonly log: {
    info(fields: object, message: string): void;
    warn(fields: object, message: string): void;
  };
  addCheck(name: string, check: () => Promise<string | null>): void;
}

const OLDEST_MAJOR = 9;
/** How long a start waits for a cluster that is starting too, as under docker compose. */
const WAIT_FOR_CLUSTER_MS = 30_000;
/** A bulk of 1,000 long posts takes some seconds on a slow disk; beyond this nobody waits for a search. */
const REQUEST_WITHIN_MS = 30_000;
const PROBE_WITHIN_MS = 5_000;
/** Where a start tries whether it may write. No hash of an id is so short. */
const PROBE_KEY = 'start';

export interface OpenOptions {
  readonly waitForClusterMs?: number;
  /** Mappings other than those of this program, for the test of a change of them. */
  readonly schema?: HitSchema;
}

/**
 * Opens the hit index of VIGIL_ELASTICSEARCH_URL: the cluster answered, is of a version that we know, took our template
 * and lets us write. Throws `engine-misconfigured` for what an operator must change and `engine-unavailable` where no
 * cluster answers; both in one line that names the variable, the address and the cause.
 */
export async function openElasticsearch(
  options: ElasticsearchOptions,
  telemetry: HitIndexTelemetry,
  { waitForClusterMs = WAIT_FOR_CLUSTER_MS, schema = SCHEMA }: OpenOptions = {},
): Promise<ElasticsearchHitIndex> {
  const address = addressOf(options.elasticsearchUrls);
  const patience = { address, waitForClusterMs, log: telemetry.log };
  const client = new Client(await clientOptions(options, patience));
  try {
    const names = namesOf(options.elasticsearchPrefix, schema);
    await untilAnswers(patience, () =>
      client.cluster.health({}, { requestTimeout: PROBE_WITHIN_MS, maxRetries: 0 }),
    );
    await checkVersion(client, address);
    const cluster = new Cluster(client, names, address);
    await prepare(cluster, schema);
    const index = new ElasticsearchHitIndex(cluster);
    telemetry.addCheck('elasticsearch', () => index.failure());
    index.keepMoving(telemetry.log);
    return index;
  } catch (error) {
    await client.close();
    // A fault of our own keeps its name and stack.
    throw error instanceof errors.ElasticsearchClientError ? refused(error, address) : error;
  }
}

type ClientOptions = ConstructorParameters<typeof Client>[0];

async function clientOptions(options: ElasticsearchOptions, patience: Patience): Promise<ClientOptions> {
  const { elasticsearchApiKey, elasticsearchUrls } = options;
  const ca = await trusted(options, patience);
  return {
    nodes: [...elasticsearchUrls],
    ...(elasticsearchApiKey === null ? {} : { auth: { apiKey: elasticsearchApiKey } }),
    ...(ca === null ? {} : { tls: { ca } }),
    requestTimeout: REQUEST_WITHIN_MS,
    maxRetries: 2,
  };
}

/** Certificates in PEM that sign the cluster's; null: those that the runtime trusts. */
async function trusted(options: ElasticsearchOptions, patience: Patience): Promise<string | null> {
  const { elasticsearchCa: file, elasticsearchFingerprint: fingerprint, elasticsearchUrls: urls } = options;
  if (file === null && fingerprint === null) return null;
  if (urls.some((url) => !url.startsWith('https:'))) {
    const name = file === null ? 'VIGIL_ELASTICSEARCH_FINGERPRINT' : 'VIGIL_ELASTICSEARCH_CA';
    throw misconfigured(
      `${name} is for https, and VIGIL_ELASTICSEARCH_URL (${patience.address}) is not https`,
    );
  }
  if (file !== null) return readCa(file);
  return untilAnswers(patience, (attempt) => findCa(urls[attempt % urls.length] ?? '', fingerprint ?? ''));
}

/** How long a start waits, and whom it tells. */
interface Patience {
  readonly address: string;
  readonly waitForClusterMs: number;
  readonly log: HitIndexTelemetry['log'];
}

/** A cluster that is starting is waited for; one that refuses is not. */
async function untilAnswers<T>(patience: Patience, ask: (attempt: number) => Promise<T>): Promise<T> {
  const { address, waitForClusterMs, log } = patience;
  const deadline = performance.now() + waitForClusterMs;
  for (let attempt = 0, waitMs = 200; ; attempt += 1, waitMs = Math.min(waitMs * 2, 3_000)) {
    try {
      return await ask(attempt);
    } catch (error) {
      const { status, reason, type } = refusalOf(error);
      const starting = status === null ? isConnectionFault(type, reason) : status === 429 || status >= 500;
      if (!starting) throw error;
      if (performance.now() > deadline) {
        throw new VigilError(
          'engine-unavailable',
          `VIGIL_ELASTICSEARCH_URL (${address}): no Elasticsearch answers there: ${reason}`,
          { retriable: true },
        );
      }
      log.warn({ address, reason }, 'waiting for Elasticsearch');
      await pause(waitMs);
    }
  }
}

/** A certificate that is not trusted stays so. */
function isConnectionFault(type: string, reason: string): boolean {
  return /^(ConnectionError|TimeoutError|NoLivingConnectionsError)$/.test(type) && !isTlsFault(reason);
}

function isTlsFault(reason: string): boolean {
  return /certificate|fingerprint|altname|ssl routines|wrong version number/i.test(reason);
}

async function checkVersion(client: Client, address: string): Promise<void> {
  // Not GET /, which the server's core does not have.
  const { nodes } = await client.nodes.info({ filter_path: ['nodes.*.version'] });
  const versions = Object.values(nodes).map((node) => node.version);
  const old = versions.find((version) => Number.parseInt(version, 10) < OLDEST_MAJOR);
  if (old !== undefined) throw misversioned(address, `is ${old}`);
}

/** Everything here can be repeated, and two processes may do it at once. */
async function prepare(cluster: Cluster, schema: HitSchema): Promise<void> {
  const { client, names } = cluster;
  await client.indices.putIndexTemplate(hitsTemplate(names, schema));
  try {
    await client.indices.create(erasedIndex(names));
  } catch (error) {
    if (refusalOf(error).type !== 'resource_already_exists_exception') throw error;
  }
  // The alias is there from the first search on.
  const now = cluster.now();
  await cluster.ensureIndex(names.month(now.toISOString(), now));
  await client.index({ index: names.erased, id: PROBE_KEY, document: { erased_at: now.toISOString() } });
}

function refused(error: errors.ElasticsearchClientError, address: string): VigilError {
  const { status, type, reason } = refusalOf(error);
  if (type === 'ProductNotSupportedError') {
    return misconfigured(`VIGIL_ELASTICSEARCH_URL (${address}): what answers there is not Elasticsearch`);
  }
  if (type === 'media_type_header_exception') return misversioned(address, 'does not speak version 9');
  if (status === 401) {
    return misconfigured(`VIGIL_ELASTICSEARCH_API_KEY is refused by ${address}: ${reason}`);
  }
  if (type === 'cluster_block_exception') {
    return misconfigured(`VIGIL_ELASTICSEARCH_URL (${address}) does not let us write: ${reason}`);
  }
  if (status === 403) {
    return misconfigured(
      `VIGIL_ELASTICSEARCH_API_KEY may not do what is needed at ${address}: ${reason}. It takes the cluster privileges monitor and manage_index_templates, and all on the indices that VIGIL_ELASTICSEARCH_PREFIX begins`,
    );
  }
  if (isTlsFault(reason)) {
    return misconfigured(
      `VIGIL_ELASTICSEARCH_URL (${address}): its certificate is not trusted: ${reason}. VIGIL_ELASTICSEARCH_CA or VIGIL_ELASTICSEARCH_FINGERPRINT says which to trust`,
    );
  }
  return new VigilError('engine-unavailable', `VIGIL_ELASTICSEARCH_URL (${address}): ${reason}`, {
    retriable: true,
  });
}

function misversioned(address: string, what: string): VigilError {
  return misconfigured(
    `VIGIL_ELASTICSEARCH_URL (${address}): this Elasticsearch ${what}; Vigil needs ${OLDEST_MAJOR}.0 or later`,
  );
}

function misconfigured(message: string): VigilError {
  return new VigilError('engine-misconfigured', message);
}

/** Hosts and ports, never a user or password. */
function addressOf(urls: readonly string[]): string {
  return urls.map((url) => new URL(url).host).join(', ');
}
