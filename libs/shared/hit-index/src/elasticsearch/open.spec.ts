import { request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { Client } from '@elastic/elasticsearch';
import { HitQuery } from '@vigil/contracts';
import { aHit, describeWithEngine, serve, withTemporaryFolder, type TestServer } from '@vigil/testing';
import { openElasticsearch } from './open.js';
import { dropAll, ENGINE, openTestIndex, optionsFor, SILENT } from './spec-tools.js';

/** What the faulty answers of a proxy begin with; null lets a request through. */
type Fault = (method: string, url: string) => { status: number; body: object } | null;

/** A proxy to a cluster that answers in its place where the fault says so. */
async function proxyTo(url: string): Promise<TestServer & { fault: Fault }> {
  const target = new URL(url);
  const proxy = { fault: (() => null) as Fault };
  const server = await serve((request: IncomingMessage, response: ServerResponse) => {
    const fault = proxy.fault(request.method ?? '', request.url ?? '');
    if (fault !== null) {
      request.resume();
      const headers = { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' };
      response.writeHead(fault.status, headers).end(JSON.stringify(fault.body));
      return;
    }
    const { method, url: asked, headers } = request;
    const { hostname, port } = target;
    const onward = forward({ hostname, port, method, path: asked, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  return Object.assign(proxy, server);
}

const refusal = (status: number, type: string, reason = 'because') => ({
  status,
  body: { error: { type, reason, root_cause: [{ type, reason }] }, status },
});

describe('opening the hit index where no cluster is', () => {
  const temporary = withTemporaryFolder();
  const nowhere = optionsFor('http://127.0.0.1:9');

  it('waits for an address that does not answer, then names it', async () => {
    const opening = openElasticsearch(nowhere, SILENT, { waitForClusterMs: 300 });
    await expect(opening).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(
        /^VIGIL_ELASTICSEARCH_URL \(127\.0\.0\.1:9\): no Elasticsearch answers there: [^\n]*ECONNREFUSED/,
      ),
    });
  });

  it('refuses trust that is for https at an address that is not', async () => {
    const options = { ...nowhere, elasticsearchFingerprint: 'ab'.repeat(32) };
    await expect(openElasticsearch(options, SILENT)).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(/^VIGIL_ELASTICSEARCH_FINGERPRINT is for https/),
    });
  });

  it('names a file of certificates that is missing, and one that holds none', async () => {
    const file = path.join(temporary.folder(), 'ca.pem');
    const options = { ...optionsFor('https://127.0.0.1:9'), elasticsearchCa: file };
    await expect(openElasticsearch(options, SILENT)).rejects.toThrow(
      `VIGIL_ELASTICSEARCH_CA (${file}): it cannot be read (ENOENT)`,
    );
    await writeFile(file, 'no certificate');
    await expect(openElasticsearch(options, SILENT)).rejects.toThrow('it holds no certificate in PEM');
  });

  it('says of another kind of server that it is no Elasticsearch', async () => {
    const other = await serve((_, response) => response.end('{}'));
    await expect(openElasticsearch(optionsFor(other.url), SILENT)).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringContaining('what answers there is not Elasticsearch'),
    });
    await other.close();
  });
});

describeWithEngine('opening the hit index of a cluster', ENGINE, (url) => {
  let proxy: TestServer & { fault: Fault };
  beforeAll(async () => {
    proxy = await proxyTo(url);
  });
  afterEach(() => {
    proxy.fault = () => null;
  });
  afterAll(() => proxy.close());

  const cases: [what: string, fault: Fault, code: string, message: RegExp][] = [
    [
      'a key that is refused',
      () => refusal(401, 'security_exception', 'unable to authenticate'),
      'engine-misconfigured',
      /^VIGIL_ELASTICSEARCH_API_KEY is refused by 127\.0\.0\.1:\d+: security_exception: unable to authenticate$/,
    ],
    [
      'a key that may too little',
      (_, asked) => (asked.includes('_index_template') ? refusal(403, 'security_exception') : null),
      'engine-misconfigured',
      /^VIGIL_ELASTICSEARCH_API_KEY may not do what is needed .*manage_index_templates/,
    ],
    [
      'a version that is too old',
      (_, asked) =>
        asked.startsWith('/_nodes') ? { status: 200, body: { nodes: { one: { version: '8.19.2' } } } } : null,
      'engine-misconfigured',
      /^VIGIL_ELASTICSEARCH_URL \(127\.0\.0\.1:\d+\): this Elasticsearch is 8\.19\.2; Vigil needs 9\.0 or later$/,
    ],
    [
      'a server that does not know our media type',
      () => refusal(400, 'media_type_header_exception'),
      'engine-misconfigured',
      /does not speak version 9/,
    ],
    [
      'a cluster that is read-only',
      (method, asked) =>
        method === 'PUT' && asked.includes('/_doc/')
          ? refusal(403, 'cluster_block_exception', 'read-only')
          : null,
      'engine-misconfigured',
      /^VIGIL_ELASTICSEARCH_URL \(127\.0\.0\.1:\d+\) does not let us write: cluster_block_exception: read-only$/,
    ],
  ];
  it.each(cases)('%s is one line that names variable, address and cause', async (_, fault, code, message) => {
    const options = optionsFor(proxy.url, { elasticsearchApiKey: 'hunter2' });
    proxy.fault = fault;
    const error: unknown = await openElasticsearch(options, SILENT).catch((e: unknown) => e);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(String(error)).not.toMatch(/hunter2|\n/);
    await dropAll(url, options.elasticsearchPrefix);
  });

  it('is ready while the cluster answers, and says what is wrong while it does not', async () => {
    const index = await openTestIndex(url, proxy.url);
    expect(await index.failure()).toBeNull();
    proxy.fault = () => refusal(503, 'master_not_discovered_exception');
    expect(await index.failure()).toMatch(
      /^Elasticsearch \(127\.0\.0\.1:\d+\): master_not_discovered_exception.*outbox/,
    );
    await expect(index.put([aHit()])).rejects.toMatchObject({ code: 'engine-unavailable', retriable: true });
    proxy.fault = () => null;
    expect(await index.failure()).toBeNull();
    await index.close();
  });

  it('names a block that keeps writers out, and takes the hits once it is lifted', async () => {
    const options = optionsFor(url);
    const index = await openElasticsearch(options, SILENT);
    const client = new Client({ node: url });
    const block = (set: boolean | null) =>
      client.indices.putSettings({
        index: `${options.elasticsearchPrefix}-hits-*`,
        settings: { 'index.blocks.write': set },
      });
    const hit = { ...aHit(), firstSeenAt: new Date().toISOString() };
    await block(true);
    expect(await index.failure()).toMatch(/takes no writes: .* is blocked \(/);
    await expect(index.put([hit])).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringContaining('cluster_block_exception'),
    });
    await block(null);
    expect(await index.failure()).toBeNull();
    await index.put([hit]);
    expect((await index.search(HitQuery.parse({}))).total).toBe(1);
    await client.close();
    await index.close();
    await dropAll(url, options.elasticsearchPrefix);
  }, 30_000);

  it('sends again what a full cluster refused, all or a part of it', async () => {
    const index = await openTestIndex(url, proxy.url);
    let bulks = 0;
    proxy.fault = (_, asked) => {
      if (!asked.startsWith('/_bulk')) return null;
      bulks += 1;
      const item = { index: { status: 429, error: { type: 'es_rejected_execution_exception' } } };
      if (bulks === 1) return refusal(429, 'es_rejected_execution_exception');
      return bulks === 2 ? { status: 200, body: { errors: true, items: [item] } } : null;
    };
    await index.put([aHit()]);
    expect(bulks).toBe(3);
    expect((await index.search(HitQuery.parse({}))).total).toBe(1);
    await index.close();
  });

  it('keeps one document of a post whose versions name different months', async () => {
    const index = await openTestIndex(url);
    const first = aHit();
    const { post, verdict } = first;
    await index.put([{ ...first, firstSeenAt: '2026-03-31T23:59:59.000Z' }]);
    const edited = { ...first, post: { ...post, revision: 1 }, verdict: { ...verdict, revision: 1 } };
    await index.put([{ ...edited, firstSeenAt: '2026-04-01T00:00:00.000Z' }]);
    await index.put([{ ...first, firstSeenAt: '1970-01-01T00:00:00.000Z' }]);
    const page = await index.search(HitQuery.parse({}));
    expect(page.hits.map(({ hit }) => hit.post.revision)).toEqual([1]);
    expect(page.total).toBe(1);
    await index.close();
  });

  it('refuses a write that the mappings do not know, instead of widening them', async () => {
    const options = optionsFor(url, { elasticsearchPrefix: `vigil-test-${randomBytes(5).toString('hex')}` });
    const index = await openElasticsearch(options, SILENT);
    const client = new Client({ node: url });
    const writing = client.index({
      index: `${options.elasticsearchPrefix}-hits-v1-default-2026.01`,
      document: { surprise: 1 },
    });
    await expect(writing).rejects.toThrow('strict_dynamic_mapping_exception');
    await client.close();
    await index.close();
    await dropAll(url, options.elasticsearchPrefix);
  });
});
