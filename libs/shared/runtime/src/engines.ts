import path from 'node:path';
import { type DeadLetters, isLogUsed, type MessageBus, PostgresBus, type RetainedLog } from '@vigil/bus';
import type { KafkaBusOptions } from '@vigil/bus/kafka';
import type { Settings } from '@vigil/config';
import { VigilError } from '@vigil/contracts';
import { type Database, openDatabase } from '@vigil/database';
import { type EvidenceStore, FolderEvidenceStore, type ListedEvidenceStore } from '@vigil/evidence';
import { type HitIndex, type IndexContents, PostgresHitIndex } from '@vigil/hit-index';
import { BullJobs, type Jobs } from '@vigil/jobs';
import { createTelemetry, type Telemetry } from '@vigil/telemetry';

/** What every service stands on, opened and checked. */
interface BaseEngines {
  readonly telemetry: Telemetry;
  readonly database: Database;
  readonly bus: MessageBus;
  readonly deadLetters: DeadLetters;
  readonly retained: RetainedLog;
  /** Closes in the reverse order of opening. The services must have stopped. */
  close(): Promise<void>;
}

/** What only some services need. */
interface FurtherEngines {
  readonly hitIndex: HitIndex;
  readonly evidence: EvidenceStore;
  readonly jobs: Jobs;
}

export type FurtherEngine = keyof FurtherEngines;

/** Everything a service can stand on. */
export type Engines = BaseEngines & FurtherEngines;

/** What one service stands on. */
export type ServiceEngines = BaseEngines & Partial<FurtherEngines>;

/**
 * Opens the engines that the settings name. Throws `engine-misconfigured` or `engine-unavailable`, whose
 * message names the variable, the address and the cause; what had been opened is closed again.
 */
export async function openEngines(settings: Settings, service: string): Promise<Engines> {
  const { hitIndex, evidence, jobs, ...base } = await openServiceEngines(settings, service, [
    'hitIndex',
    'evidence',
    'jobs',
  ]);
  if (!hitIndex || !evidence || !jobs) throw new VigilError('internal', 'An engine was not opened.');
  return { ...base, hitIndex, evidence, jobs };
}

/** The same for a service that needs only some: it starts and stays ready while the others are away. */
export async function openServiceEngines(
  settings: Settings,
  service: string,
  needs: readonly FurtherEngine[],
): Promise<ServiceEngines> {
  const telemetry = createTelemetry({ level: settings.logging.level, service });
  const opened: { close(): Promise<void> }[] = [];
  const keep = <T extends { close(): Promise<void> }>(engine: T): T => {
    opened.push(engine);
    return engine;
  };
  const close = async (): Promise<void> => {
    for (const engine of opened.reverse()) await engine.close();
  };
  try {
    const database = keep(await openDatabase(settings.storage, telemetry));
    const bus = keep(await openBus(settings, database, telemetry));
    const needed: { -readonly [K in FurtherEngine]?: FurtherEngines[K] } = {};
    if (needs.includes('hitIndex')) needed.hitIndex = keep(await openHitIndex(settings, database, telemetry));
    if (needs.includes('evidence')) needed.evidence = keep(await openEvidence(settings, telemetry));
    if (needs.includes('jobs')) needed.jobs = keep(await openJobs(settings, database, telemetry));
    const { deadLetters, retained } = bus;
    return { telemetry, database, bus, deadLetters, retained, ...needed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The client of a cluster is loaded only where one is used: it takes memory and time at every start. */
export async function openHitIndex(
  settings: Settings,
  database: Database,
  telemetry: Telemetry,
): Promise<IndexContents> {
  if (settings.cluster.elasticsearchUrls.length === 0) return new PostgresHitIndex(database);
  const { openElasticsearch } = await import('@vigil/hit-index/elasticsearch');
  return openElasticsearch(settings.cluster, telemetry);
}

/** What was fetched, as it came: in a bucket where one is named, else in the data folder. */
export async function openEvidence(settings: Settings, telemetry: Telemetry): Promise<ListedEvidenceStore> {
  const { s3Bucket, s3Endpoint } = settings.cluster;
  if (s3Bucket === null && s3Endpoint !== null) {
    throw new VigilError(
      'engine-misconfigured',
      `VIGIL_S3_ENDPOINT (${new URL(s3Endpoint).host}) is set, and VIGIL_S3_BUCKET does not say which bucket to use there`,
    );
  }
  if (s3Bucket === null)
    return new FolderEvidenceStore(path.join(path.resolve(settings.storage.dataDir), 'evidence'));
  const { openS3Evidence } = await import('@vigil/evidence/s3');
  return openS3Evidence({ ...settings.cluster, s3Bucket }, telemetry);
}

/** The queues of due work: on Redis where an address is given, else in the system of record. */
function openJobs(settings: Settings, database: Database, telemetry: Telemetry): Promise<Jobs> {
  const { redisUrl, redisPrefix } = settings.cluster;
  return redisUrl === null
    ? BullJobs.open(database, telemetry)
    : BullJobs.openOnRedis({ redisUrl, redisPrefix }, telemetry);
}

/** The log between the services: on Kafka where brokers are named, else in the system of record. */
async function openBus(
  settings: Settings,
  database: Database,
  telemetry: Telemetry,
): Promise<MessageBus & { readonly deadLetters: DeadLetters; readonly retained: RetainedLog }> {
  const { busPartitions: partitions, transitDays, transitMaxBytes } = settings.storage;
  const { commitEarly } = settings.faults;
  if (settings.cluster.kafkaBrokers.length === 0)
    return new PostgresBus(database, telemetry, { partitions, transitDays, transitMaxBytes, commitEarly });
  // Its messages would never be read, and its readers' positions mean nothing in another log.
  if (!settings.storage.startEmpty && (await isLogUsed(database))) {
    throw new VigilError(
      'engine-misconfigured',
      `VIGIL_KAFKA_BROKERS (${settings.cluster.kafkaBrokers.join(', ')}) is set, and the log of this installation is in its database still. ` +
        'To take it along: npx vigil move --from <its settings so far> --to env. To leave it behind: VIGIL_START_EMPTY=1.',
    );
  }
  const { KafkaBus } = await import('@vigil/bus/kafka');
  return KafkaBus.open(telemetry, kafkaOptions(settings));
}

/** What the settings say of Kafka. */
export function kafkaOptions({ storage, cluster, faults }: Settings): KafkaBusOptions {
  return {
    brokers: cluster.kafkaBrokers,
    tls: cluster.kafkaTls,
    caFile: cluster.kafkaCa,
    sasl: cluster.kafkaSasl,
    prefix: cluster.kafkaPrefix,
    replication: cluster.kafkaReplication,
    partitions: storage.busPartitions,
    transitDays: storage.transitDays,
    transitMaxBytes: storage.transitMaxBytes,
    commitEarly: faults.commitEarly,
  };
}
