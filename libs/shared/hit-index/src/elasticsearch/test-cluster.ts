import { randomBytes } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import { recordingTelemetry } from '@vigil/testing';
import type { HitIndex } from '../hit-index.js';
import { openElasticsearch, type ElasticsearchOptions } from './open.js';

/** The cluster that tests may use; undefined where there is none. */
export const TEST_URL = process.env['VIGIL_TEST_ELASTICSEARCH_URL'];

/** `describe`, or with the reason in its name a skip where no cluster is had. */
export function describeWithCluster(name: string, suite: () => void): void {
  if (TEST_URL !== undefined && TEST_URL !== '') describe(name, suite);
  else {
    const reason =
      'no Elasticsearch: set VIGIL_TEST_ELASTICSEARCH_URL or npm run engines -- up elasticsearch';
    describe.skip(`${name} (${reason})`, () => {
      it('needs a cluster', () => undefined);
    });
  }
}

/** Settings of a suite of its own on the test cluster. */
export function testOptions(change: Partial<ElasticsearchOptions> = {}): ElasticsearchOptions {
  return {
    elasticsearchUrls: [TEST_URL ?? ''],
    elasticsearchApiKey: null,
    elasticsearchCa: null,
    elasticsearchFingerprint: null,
    elasticsearchPrefix: `vigil-test-${randomBytes(5).toString('hex')}`,
    ...change,
  };
}

/** An empty index on the test cluster; all that is of it goes when it is closed. */
export async function openTestIndex(
  options: ElasticsearchOptions = testOptions(),
): Promise<HitIndex & { failure(): Promise<string | null> }> {
  const index = await openElasticsearch(options, recordingTelemetry().telemetry);
  const close = index.close.bind(index);
  index.close = async () => {
    await close();
    await dropAll(options.elasticsearchPrefix);
  };
  return index;
}

/** Takes away every index and template of a prefix. */
export async function dropAll(prefix: string): Promise<void> {
  const client = new Client({ node: TEST_URL ?? '' });
  const found = await client.indices.get({ index: `${prefix}-*` });
  for (const index of Object.keys(found)) await client.indices.delete({ index });
  await client.indices.deleteIndexTemplate({ name: `${prefix}-*` });
  await client.close();
}
