import { randomUUID } from 'node:crypto';

/** Settings of the engines that this test run has (`npm run engines -- up`), with names of this call's own in them; null where it has none. */
export function clusterEnv(): Record<string, string> | null {
  const own = `vigil-test-${randomUUID().slice(0, 8)}`;
  const given = (name: string) => process.env[`VIGIL_TEST_${name}`] ?? '';
  const env = {
    ...(given('KAFKA_BROKERS') && {
      VIGIL_KAFKA_BROKERS: given('KAFKA_BROKERS'),
      VIGIL_KAFKA_TOPIC_PREFIX: `${own}.`,
      VIGIL_KAFKA_REPLICATION: '1',
    }),
    ...(given('ELASTICSEARCH_URL') && {
      VIGIL_ELASTICSEARCH_URL: given('ELASTICSEARCH_URL'),
      VIGIL_ELASTICSEARCH_PREFIX: own,
    }),
    ...(given('REDIS_URL') && { VIGIL_REDIS_URL: given('REDIS_URL'), VIGIL_REDIS_PREFIX: own }),
    ...(given('S3_ENDPOINT') && {
      VIGIL_S3_ENDPOINT: given('S3_ENDPOINT'),
      VIGIL_S3_BUCKET: given('S3_BUCKET'),
      VIGIL_S3_PREFIX: `${own}/`,
      VIGIL_S3_ACCESS_KEY_ID: given('S3_ACCESS_KEY_ID'),
      VIGIL_S3_SECRET_ACCESS_KEY: given('S3_SECRET_ACCESS_KEY'),
    }),
  };
  return Object.keys(env).length > 0 ? env : null;
}
