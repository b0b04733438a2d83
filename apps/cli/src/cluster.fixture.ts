import { readSettings } from '@vigil/config';
import { openEvidence } from '@vigil/runtime/engines';
import { recordingTelemetry } from '@vigil/testing';

const ENGINES = ['KAFKA_BROKERS', 'ELASTICSEARCH_URL', 'S3_ENDPOINT'].map((name) => `VIGIL_TEST_${name}`);

/** Variables of engines that a cluster needs and the tests were not given. */
export const MISSING_ENGINES = ENGINES.filter((name) => !process.env[name]);

/** The settings of a cluster on the tests' engines, whose topics, indices and objects begin with `name`. */
export function clusterVariables(name: string, databaseUrl: string, dataDir: string): Record<string, string> {
  return {
    VIGIL_DATABASE_URL: databaseUrl,
    VIGIL_DATA_DIR: dataDir,
    VIGIL_KAFKA_BROKERS: process.env.VIGIL_TEST_KAFKA_BROKERS ?? '',
    VIGIL_KAFKA_TOPIC_PREFIX: `${name}.`,
    VIGIL_ELASTICSEARCH_URL: process.env.VIGIL_TEST_ELASTICSEARCH_URL ?? '',
    VIGIL_ELASTICSEARCH_PREFIX: name,
    VIGIL_S3_ENDPOINT: process.env.VIGIL_TEST_S3_ENDPOINT ?? '',
    VIGIL_S3_BUCKET: process.env.VIGIL_TEST_S3_BUCKET ?? '',
    VIGIL_S3_PREFIX: `${name}/`,
    VIGIL_S3_ACCESS_KEY_ID: process.env.VIGIL_TEST_S3_ACCESS_KEY_ID ?? '',
    VIGIL_S3_SECRET_ACCESS_KEY: process.env.VIGIL_TEST_S3_SECRET_ACCESS_KEY ?? '',
  };
}

/** Takes away the indices and objects of a cluster made of `clusterVariables`. */
export async function clearCluster(variables: Readonly<Record<string, string>>): Promise<void> {
  const { VIGIL_ELASTICSEARCH_URL: url = '', VIGIL_ELASTICSEARCH_PREFIX: prefix = '' } = variables;
  const found = (await (await fetch(`${url}/${prefix}-*`)).json()) as object;
  for (const index of Object.keys(found)) await fetch(`${url}/${index}`, { method: 'DELETE' });
  await fetch(`${url}/_index_template/${prefix}-*`, { method: 'DELETE' });
  const store = await openEvidence(readSettings(variables), recordingTelemetry().telemetry);
  for await (const { key } of store.entries()) await store.delete(key);
  await store.close();
}
