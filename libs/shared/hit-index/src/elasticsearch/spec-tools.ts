import { randomBytes } from 'node:crypto';
import { Client } from '@elastic/elasticsearch';
import type { ElasticsearchHitIndex } from './elasticsearch-hit-index.js';
import { openElasticsearch, type ElasticsearchOptions, type HitIndexTelemetry } from './open.js';

/** For @vigil/testing's describeWithEngine. */
export const ENGINE = { name: 'elasticsearch', variable: 'VIGIL_TEST_ELASTICSEARCH_URL' };

export const SILENT: HitIndexTelemetry = {
  log: { info: () => undefined, warn: () => undefined },
  addCheck: () => undefined,
};

/** Settings of a suite of its own on a test cluster. */
export function optionsFor(url: string, change: Partial<ElasticsearchOptions> = {}): ElasticsearchOptions {
  return {
    elasticsearchUrls: [url],
    elasticsearchApiKey: null,
    elasticsearchCa: null,
    elasticsearchFingerprint: null,
    elasticsearchPrefix: `vigil-test-${randomBytes(5).toString('hex')}`,
    ...change,
  };
}

/** An index of its own on a test cluster, reached at `via`; all that is of it goes when it is closed. */
export async function openTestIndex(url: string, via = url): Promise<ElasticsearchHitIndex> {
  const options = optionsFor(via);
  const index = await openElasticsearch(options, SILENT);
  const close = index.close.bind(index);
  index.close = async () => {
    await close();
    await dropAll(url, options.elasticsearchPrefix);
  };
  return index;
}

/** Takes away every index and template of a prefix. */
export async function dropAll(url: string, prefix: string): Promise<void> {
  const client = new Client({ node: url });
  const found = await client.indices.get({ index: `${prefix}-*` });
  for (const index of Object.keys(found)) await client.indices.delete({ index });
  await client.indices.deleteIndexTemplate({ name: `${prefix}-*` }, { ignore: [404] });
  await client.close();
}
