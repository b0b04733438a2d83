import path from 'node:path';
import type { Settings } from '@vigil/config';

/** What an installation is made of that holds something. The job queues hold nothing: due times are records. */
export const ROLES = ['records', 'evidence', 'hits', 'log'] as const;
export type Role = (typeof ROLES)[number];

/** Where a role is kept, for a person; never with a user or password. Two of one address are the same place. */
export type Places = Readonly<Record<Role, string>>;

/** Of each role: where the settings keep it. */
export function placesOf(settings: Settings): Places {
  const { storage, cluster } = settings;
  const dataDir = path.resolve(storage.dataDir);
  const records =
    storage.databaseUrl === null
      ? `PostgreSQL in ${path.join(dataDir, 'postgres')}`
      : `PostgreSQL ${hostOf(storage.databaseUrl)}`;
  const {
    kafkaBrokers,
    kafkaPrefix,
    elasticsearchUrls,
    elasticsearchPrefix,
    s3Bucket,
    s3Endpoint,
    s3Prefix,
  } = cluster;
  const endpoint = s3Endpoint === null ? `Amazon S3 ${cluster.s3Region}` : `S3 ${new URL(s3Endpoint).host}`;
  return {
    records,
    evidence:
      s3Bucket === null ? `folder ${path.join(dataDir, 'evidence')}` : `${endpoint}/${s3Bucket}/${s3Prefix}`,
    hits:
      elasticsearchUrls.length === 0
        ? `index in ${records}`
        : `Elasticsearch ${elasticsearchUrls.map((url) => new URL(url).host).join(', ')} (${elasticsearchPrefix})`,
    log:
      kafkaBrokers.length === 0 ? `log in ${records}` : `Kafka ${kafkaBrokers.join(', ')} (${kafkaPrefix})`,
  };
}

/** host:port/database, and nothing else of the address. */
function hostOf(url: string): string {
  const { host, pathname, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? host}${pathname}`;
}
