import { z } from 'zod';
import { flag, readVariables, text, variable, wholeNumber, words } from './variable.js';

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

const url = (...protocols: string[]) =>
  z
    .url({ protocol: new RegExp(`^(${protocols.join('|')})$`) })
    .optional()
    .transform((u) => u ?? null);

/** `mechanism:user:password`; only the password may hold colons. */
function sasl() {
  return z
    .string()
    .regex(/^(plain|scram-sha-256|scram-sha-512):[^:]+:.+$/is)
    .optional()
    .transform((given) => {
      if (given === undefined) return null;
      const [mechanism, user = '', ...password] = given.split(':');
      return {
        mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).parse(mechanism?.toLowerCase()),
        user,
        password: password.join(':'),
      };
    });
}

export const STORAGE = {
  dataDir: variable(
    'VIGIL_DATA_DIR',
    'a folder',
    'Where the embedded database and the evidence live. Default `data` beside the program.',
    text('data'),
  ),
  databaseUrl: variable(
    'VIGIL_DATABASE_URL',
    'postgres://user:password@host:port/database',
    'An existing PostgreSQL 15 or later. Without it the program starts its own, in the data folder.',
    url('postgres', 'postgresql'),
    { secret: true },
  ),
  poolSize: variable(
    'VIGIL_DATABASE_POOL',
    'a whole number from 2 to 200',
    'Connections of this process. Default 10: two cores keep about so many busy.',
    wholeNumber(10, 2, 200),
  ),
  statementTimeoutMs: variable(
    'VIGIL_DATABASE_TIMEOUT_MS',
    'milliseconds, 1000 to 600000',
    'Longest a statement may run. Default 30000: beyond that a reviewer has gone.',
    wholeNumber(30_000, 1_000, 600_000),
  ),
  transitDays: variable(
    'VIGIL_TRANSIT_DAYS',
    'a whole number from 1 to 90',
    'How long fetched posts and raw bytes without a hit are kept. Default 7.',
    wholeNumber(7, 1, 90),
  ),
  transitMaxBytes: variable(
    'VIGIL_TRANSIT_MAX_BYTES',
    'bytes',
    'Cap on the log of the bus; its oldest partitions are dropped beyond it. On Kafka of each topic. Default 20 GiB.',
    wholeNumber(20 * GIB, 64 * MIB, 1e15),
  ),
  busPartitions: variable(
    'VIGIL_BUS_PARTITIONS',
    'a whole number from 1 to 64',
    'Partitions of a topic when it is first made. Default 4: twice two cores.',
    wholeNumber(4, 1, 64),
  ),
};

export const HTTP = {
  host: variable(
    'VIGIL_HOST',
    'an address to listen on',
    'Default 127.0.0.1: only this machine, until an operator opens it.',
    text('127.0.0.1'),
  ),
  port: variable(
    'VIGIL_PORT',
    'a port, 0 to 65535',
    'Default 7100. 0 takes a free one.',
    wholeNumber(7100, 0, 65_535),
  ),
  publicUrl: variable(
    'VIGIL_PUBLIC_URL',
    'an http(s) address',
    'How people reach the console: in links of mails, and as the origin that may send requests. Default: the address listened on.',
    url('http', 'https'),
  ),
  sessionHours: variable(
    'VIGIL_SESSION_HOURS',
    'hours, 1 to 720',
    'How long a sign-in lasts. Default 12: one shift.',
    wholeNumber(12, 1, 720),
  ),
  maxBodyBytes: variable(
    'VIGIL_MAX_BODY_BYTES',
    'bytes',
    'Largest request body other than an import stream. Default 4 MiB: a large rule pack.',
    wholeNumber(4 * MIB, 1_024, 256 * MIB),
  ),
};

export const LOGGING = {
  level: variable(
    'VIGIL_LOG_LEVEL',
    'trace, debug, info, warn, error or silent',
    'Default info.',
    z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
      .optional()
      .transform((l) => l ?? 'info'),
  ),
};

export const COLLECTOR = {
  sourcesFile: variable(
    'VIGIL_SOURCES_FILE',
    'a YAML file',
    'Sources to begin with; read when the database holds none.',
    text('').transform((s) => s || null),
  ),
  importDir: variable(
    'VIGIL_IMPORT_DIR',
    'a folder',
    'The one folder file imports may read from. Default `import` in the data folder.',
    text('').transform((s) => s || null),
  ),
  allowHosts: variable(
    'VIGIL_ALLOW_HOSTS',
    'host or host:port, comma-separated',
    'Hosts that may be fetched although their address is private. Default none.',
    words(),
  ),
  contact: variable(
    'VIGIL_CONTACT',
    'a mail address or URL',
    'Goes into the User-Agent, so that a site can reach who watches it.',
    text('').transform((s) => s || null),
  ),
  fetchTimeoutMs: variable(
    'VIGIL_FETCH_TIMEOUT_MS',
    'milliseconds, 1000 to 300000',
    'Whole time of one fetch, redirects included. Default 30000.',
    wholeNumber(30_000, 1_000, 300_000),
  ),
  fetchMaxBytes: variable(
    'VIGIL_FETCH_MAX_BYTES',
    'bytes',
    'Largest document after decompression. Default 16 MiB: a feed of thousands of entries.',
    wholeNumber(16 * MIB, 1_024, GIB),
  ),
  pollConcurrency: variable(
    'VIGIL_POLL_CONCURRENCY',
    'a whole number from 1 to 256',
    'Sources polled at once. Default 16.',
    wholeNumber(16, 1, 256),
  ),
  demo: variable(
    'VIGIL_DEMO',
    '1 or 0',
    'Whether an empty data folder is filled with the demo. 0 also removes one that is there. Default 1.',
    flag(true),
  ),
};

export const CLASSIFIER = {
  packsDir: variable(
    'VIGIL_PACKS_DIR',
    'a folder',
    'Rule packs published at the first start. Default `packs` beside the program.',
    text('').transform((s) => s || null),
  ),
};

export const ALERTS = {
  undoSeconds: variable(
    'VIGIL_UNDO_SECONDS',
    'seconds, 0 to 3600',
    'How long a decision can be undone before anything leaves because of it. Default 120.',
    wholeNumber(120, 0, 3_600),
  ),
  claimMinutes: variable(
    'VIGIL_CLAIM_MINUTES',
    'minutes, 1 to 1440',
    'How long a claim holds without a sign of life. Default 30.',
    wholeNumber(30, 1, 1_440),
  ),
  smtpUrl: variable(
    'VIGIL_SMTP_URL',
    'smtp(s)://user:password@host:port',
    'Mail server for notifications. Without it mail channels say that they are off.',
    url('smtp', 'smtps'),
    { secret: true },
  ),
  mailFrom: variable(
    'VIGIL_MAIL_FROM',
    'a mail address',
    'Sender of notifications. Default vigil@localhost.',
    text('vigil@localhost'),
  ),
};

/** Engines beside PostgreSQL, for an installation that has outgrown one server. Each is used where its address is set. */
export const CLUSTER = {
  kafkaBrokers: variable(
    'VIGIL_KAFKA_BROKERS',
    'host:port, comma-separated',
    'Brokers of an existing Kafka, 2.4 or later, that holds the log between the services. Without it PostgreSQL holds it.',
    words().pipe(z.array(z.string().regex(/^(\[[0-9a-f:]+\]|[^\s:@/]+):\d{1,5}$/i)).max(50)),
  ),
  kafkaTls: variable(
    'VIGIL_KAFKA_TLS',
    '1 or 0',
    'Whether the brokers are spoken to by TLS. Default 0.',
    flag(false),
  ),
  kafkaCa: variable(
    'VIGIL_KAFKA_CA',
    'a file of certificates in PEM',
    'Who signed the certificates of the brokers. Default: whom the runtime trusts.',
    text('').transform((s) => s || null),
  ),
  kafkaSasl: variable(
    'VIGIL_KAFKA_SASL',
    'mechanism:user:password, the mechanism plain, scram-sha-256 or scram-sha-512',
    'How to sign in to the brokers. The user needs all rights on the topics and groups of the prefix, and to create them.',
    sasl(),
    { secret: true },
  ),
  kafkaPrefix: variable(
    'VIGIL_KAFKA_TOPIC_PREFIX',
    'letters, digits, dots, dashes and _, 1 to 60',
    'Begins the name of every topic and group, so that installations can share brokers. Default `vigil.`.',
    z
      .string()
      .regex(/^[\w.-]{1,60}$/)
      .optional()
      .transform((s) => s ?? 'vigil.'),
  ),
  kafkaReplication: variable(
    'VIGIL_KAFKA_REPLICATION',
    'a whole number from 1 to 9',
    'Copies of each partition of a topic when it is first made. Default 3, or as many as there are brokers.',
    wholeNumber(0, 1, 9).transform((n) => n || null),
  ),
  elasticsearchUrls: variable(
    'VIGIL_ELASTICSEARCH_URL',
    'http(s) addresses of nodes of one cluster, comma-separated',
    'An existing Elasticsearch 9 that holds the hit index. Without it PostgreSQL holds it.',
    words().pipe(z.array(z.url({ protocol: /^https?$/ })).max(50)),
    { secret: true },
  ),
  elasticsearchApiKey: variable(
    'VIGIL_ELASTICSEARCH_API_KEY',
    'an encoded API key',
    'Needs the cluster privileges monitor and manage_index_templates, and all on the indices of the prefix.',
    text('').transform((s) => s || null),
    { secret: true },
  ),
  elasticsearchCa: variable(
    'VIGIL_ELASTICSEARCH_CA',
    'a file of certificates in PEM',
    'Who signed the certificate of the cluster. Default: whom the runtime trusts.',
    text('').transform((s) => s || null),
  ),
  elasticsearchFingerprint: variable(
    'VIGIL_ELASTICSEARCH_FINGERPRINT',
    'SHA-256 in hex, with or without colons',
    'Of the certificate that signed the one of the cluster, as Elasticsearch prints it when it first starts; instead of a file.',
    z
      .string()
      .regex(/^[0-9a-f]{2}(:?[0-9a-f]{2}){31}$/i)
      .optional()
      .transform((s) => s ?? null),
  ),
  elasticsearchPrefix: variable(
    'VIGIL_ELASTICSEARCH_PREFIX',
    'lower-case letters, digits and dashes, 1 to 60',
    'Begins the name of every index, so that installations can share a cluster. Default vigil.',
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,59}$/)
      .optional()
      .transform((s) => s ?? 'vigil'),
  ),
  redisUrl: variable(
    'VIGIL_REDIS_URL',
    'redis(s)://user:password@host:port/database',
    'An existing Redis, 6.2 or later, for the job queues; its maxmemory-policy must be noeviction. Without it PostgreSQL holds them. With rediss:// by TLS, trusting whom the runtime trusts (NODE_EXTRA_CA_CERTS names more). The user needs all commands but the dangerous ones, info, and the keys of the prefix.',
    url('redis', 'rediss').refine((u) => u === null || /^\/?\d{0,5}$/.test(new URL(u).pathname)),
    { secret: true },
  ),
  redisPrefix: variable(
    'VIGIL_REDIS_PREFIX',
    'letters, digits, dots, dashes and _, 1 to 60',
    'Begins every key, followed by a colon, so that installations can share a server. Default vigil.',
    z
      .string()
      .regex(/^[\w.-]{1,60}$/)
      .optional()
      .transform((s) => s ?? 'vigil'),
  ),
  s3Endpoint: variable(
    'VIGIL_S3_ENDPOINT',
    'an http(s) address without a user',
    'Where an S3 API answers, for stores other than that of Amazon. Default: that of Amazon in the region.',
    z
      .url({ protocol: /^https?$/ })
      .refine((u) => !u.includes('@'))
      .optional()
      .transform((u) => u ?? null),
  ),
  s3Region: variable(
    'VIGIL_S3_REGION',
    'a region',
    'Where the bucket is; many stores take any. Default us-east-1.',
    z
      .string()
      .regex(/^[\w-]{1,60}$/)
      .optional()
      .transform((s) => s ?? 'us-east-1'),
  ),
  s3Bucket: variable(
    'VIGIL_S3_BUCKET',
    'a bucket that exists',
    'Where fetched evidence is kept. Without it in the data folder.',
    z
      .string()
      .regex(/^[\w.-]{3,255}$/)
      .optional()
      .transform((s) => s ?? null),
  ),
  s3Prefix: variable(
    'VIGIL_S3_PREFIX',
    'letters, digits and !-_.*()/, up to 200',
    'Begins the key of every object, so that installations can share a bucket. Default `evidence/`.',
    z
      .string()
      .regex(/^[\w!.*()/-]{1,200}$/)
      .optional()
      .transform((s) => s ?? 'evidence/'),
  ),
  s3AccessKeyId: variable(
    'VIGIL_S3_ACCESS_KEY_ID',
    'the id of an access key',
    'With the secret beside it. Without both: what the machine gives, such as the role of an instance. Needs to list the bucket, and to get, put and delete objects under the prefix.',
    text('').transform((s) => s || null),
  ),
  s3SecretAccessKey: variable(
    'VIGIL_S3_SECRET_ACCESS_KEY',
    'the secret of that key',
    'Goes with VIGIL_S3_ACCESS_KEY_ID.',
    text('').transform((s) => s || null),
    { secret: true },
  ),
};

/** For the crash and fault runs alone: they must be able to fail. */
export const FAULTS = {
  commitEarly: variable(
    'VIGIL_FAULT_COMMIT_EARLY',
    '1 or 0',
    'Breaks the promise on purpose: offsets move before their effect. Only for `npm run crash`.',
    flag(false),
  ),
};

export const GROUPS = { STORAGE, HTTP, LOGGING, COLLECTOR, CLASSIFIER, ALERTS, CLUSTER, FAULTS };

export type Settings = ReturnType<typeof readSettings>;
export type StorageSettings = Settings['storage'];
export type HttpSettings = Settings['http'];
export type CollectorSettings = Settings['collector'];
export type ClassifierSettings = Settings['classifier'];
export type AlertsSettings = Settings['alerts'];
export type ClusterSettings = Settings['cluster'];
export type FaultSettings = Settings['faults'];

/** Everything, read once at start. Also the shape behind the SETTINGS injection token. */
export function readSettings(env: Readonly<Record<string, string | undefined>>) {
  const all = readVariables(
    { ...STORAGE, ...HTTP, ...LOGGING, ...COLLECTOR, ...CLASSIFIER, ...ALERTS, ...CLUSTER, ...FAULTS },
    env,
  );
  const pick = <K extends keyof typeof all>(group: Record<K, unknown>): Pick<typeof all, K> =>
    Object.freeze(
      Object.fromEntries((Object.keys(group) as K[]).map((key) => [key, all[key]])) as Pick<typeof all, K>,
    );
  return Object.freeze({
    storage: pick(STORAGE),
    http: pick(HTTP),
    logging: pick(LOGGING),
    collector: pick(COLLECTOR),
    classifier: pick(CLASSIFIER),
    alerts: pick(ALERTS),
    cluster: pick(CLUSTER),
    faults: pick(FAULTS),
  });
}

/** Injection token of the frozen settings. */
export const SETTINGS = Symbol('vigil settings');
