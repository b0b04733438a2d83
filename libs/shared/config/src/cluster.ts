import { z } from 'zod';
import { flag, text, url, variable, wholeNumber, words } from './variable.js';

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
