import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SystemClock } from '@vigil/contracts';
import { describeWithEngine, eventually, serve } from '@vigil/testing';
import { evidenceContract } from '../evidence.contract.js';
import { openS3Evidence, type EvidenceTelemetry, type S3Options } from './open.js';
import { S3EvidenceStore } from './s3-evidence-store.js';

const SILENT: EvidenceTelemetry = { log: { warn: () => undefined }, addCheck: () => undefined };

/** Begins every key of this run. */
const RUN = `test-${randomUUID()}/`;

const options = (endpoint: string, change: Partial<S3Options> = {}): S3Options => ({
  s3Endpoint: endpoint,
  s3Region: 'us-east-1',
  s3Bucket: process.env.VIGIL_TEST_S3_BUCKET ?? 'vigil-test',
  s3Prefix: `${RUN}${randomUUID()}/`,
  s3AccessKeyId: process.env.VIGIL_TEST_S3_ACCESS_KEY_ID ?? 'an-id',
  s3SecretAccessKey: process.env.VIGIL_TEST_S3_SECRET_ACCESS_KEY ?? 'hunter2',
  ...change,
});

/** As another program would speak to the store. */
function clientOf({ s3Endpoint, s3AccessKeyId, s3SecretAccessKey }: S3Options): S3Client {
  return new S3Client({
    region: 'us-east-1',
    endpoint: s3Endpoint ?? '',
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    credentials: { accessKeyId: s3AccessKeyId ?? '', secretAccessKey: s3SecretAccessKey ?? '' },
  });
}

/** Takes away what this run left, and ends the client. */
async function emptied(client: S3Client): Promise<void> {
  const Bucket = process.env.VIGIL_TEST_S3_BUCKET ?? 'vigil-test';
  const left = await client.send(new ListObjectsV2Command({ Bucket, Prefix: RUN }));
  for (const { Key } of left.Contents ?? []) await client.send(new DeleteObjectCommand({ Bucket, Key }));
  client.destroy();
}

/** The time of this machine, and so much more. */
class AheadClock extends SystemClock {
  constructor(private readonly byMs: number) {
    super();
  }

  override now(): number {
    return super.now() + this.byMs;
  }
}

const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

describeWithEngine('S3EvidenceStore', { name: 's3', variable: 'VIGIL_TEST_S3_ENDPOINT' }, (endpoint) => {
  const clients: S3Client[] = [];
  afterAll(async () => {
    await emptied(clientOf(options(endpoint)));
    clients.forEach((client) => client.destroy());
  });

  evidenceContract('S3EvidenceStore', async () => {
    const given = options(endpoint);
    const store = await openS3Evidence(given, SILENT);
    const client = clientOf(given);
    clients.push(client);
    return {
      store,
      damage: async (sha256) => {
        const Key = given.s3Prefix + sha256;
        await client.send(new PutObjectCommand({ Bucket: given.s3Bucket, Key, Body: 'abd' }));
      },
    };
  });

  const paged = (given: S3Options, aheadMs = 0): S3EvidenceStore =>
    new S3EvidenceStore(
      clientOf(given),
      { bucket: given.s3Bucket, prefix: given.s3Prefix, address: 'test' },
      new AheadClock(aheadMs),
      3,
    );

  test('an expiry goes through all pages, past what is kept and what is foreign', async () => {
    const given = options(endpoint);
    const store = paged(given);
    const client = clientOf(given);
    const keys = await Promise.all(
      Array.from({ length: 10 }, (_, i) => store.put(Buffer.from(`evidence ${i}`))),
    );
    const foreign = { Bucket: given.s3Bucket, Key: `${given.s3Prefix}notes.txt` };
    await client.send(new PutObjectCommand({ ...foreign, Body: 'mine' }));
    const kept = new Set(keys.filter((_, i) => i % 3 === 0));
    expect(await store.expire(inAnHour(), async (key) => kept.has(key))).toBe(6 * 'evidence 0'.length);
    for (const key of keys) expect((await store.get(key)) !== null).toBe(kept.has(key));
    expect(await store.expire(inAnHour(), async () => false)).toBe(4 * 'evidence 0'.length);
    client.destroy();
    await store.close();
  });

  test('bytes put again later count as new', async () => {
    const given = options(endpoint);
    const [now, later] = [paged(given), paged(given, 3_600_000)];
    const key = await now.put(Buffer.from('abc'));
    const between = await eventually(() => (Date.now() % 1_000 < 100 ? new Date() : null));
    // S3 dates objects to the second: the next put is in a later one.
    const second = Math.floor(between.getTime() / 1_000);
    await eventually(() => Math.floor(Date.now() / 1_000) > second);
    await later.put(Buffer.from('abc'));
    expect(await now.expire(new Date((second + 1) * 1_000), async () => false)).toBe(0);
    expect(await now.get(key)).not.toBeNull();
    await Promise.all([now.close(), later.close()]);
  });

  test('an object cut short by another hand is written anew', async () => {
    const given = options(endpoint);
    const store = paged(given);
    const client = clientOf(given);
    const key = await store.put(Buffer.from('abcdef'));
    const object = { Bucket: given.s3Bucket, Key: given.s3Prefix + key };
    await client.send(new PutObjectCommand({ ...object, Body: 'abc' }));
    await store.put(Buffer.from('abcdef'));
    expect(Buffer.from((await store.get(key)) ?? []).toString()).toBe('abcdef');
    client.destroy();
    await store.close();
  });

  test.each<[what: string, change: Partial<S3Options>, message: RegExp]>([
    [
      'an unknown key',
      { s3AccessKeyId: 'nobody', s3SecretAccessKey: 'hunter2' },
      /^VIGIL_S3_ACCESS_KEY_ID is refused by [\w.:]+\/vigil-test \(.+\)/,
    ],
    ['a wrong secret', { s3SecretAccessKey: 'hunter2' }, /^VIGIL_S3_ACCESS_KEY_ID is refused by/],
    [
      'a missing bucket',
      { s3Bucket: 'no-such-bucket' },
      /^VIGIL_S3_BUCKET \([\w.:]+\/no-such-bucket\): there is no such bucket/,
    ],
    ['half a key', { s3SecretAccessKey: null }, /both or neither/],
  ])('%s is one line that names variable, address and cause', async (_, change, message) => {
    const opening: unknown = await openS3Evidence(options(endpoint, change), SILENT).catch((e: unknown) => e);
    expect(opening).toMatchObject({ code: 'engine-misconfigured', message: expect.stringMatching(message) });
    expect(String(opening)).not.toMatch(/hunter2|\n/);
  });

  test('is ready while the bucket answers', async () => {
    const checks: (() => Promise<string | null>)[] = [];
    const telemetry = {
      ...SILENT,
      addCheck: (_: string, check: () => Promise<string | null>) => void checks.push(check),
    };
    const store = await openS3Evidence(options(endpoint), telemetry);
    expect(await checks[0]?.()).toBeNull();
    await store.close();
  });
});

describe('S3EvidenceStore without a server', () => {
  test('a start waits for an address that does not answer, then names it', async () => {
    const opening = openS3Evidence(options('http://127.0.0.1:9'), SILENT, { waitForServerMs: 100 });
    await expect(opening).rejects.toMatchObject({
      code: 'engine-unavailable',
      message: expect.stringMatching(
        /^VIGIL_S3_ENDPOINT \(127\.0\.0\.1:9\/[\w-]+\): no S3 API answers there: ECONNREFUSED$/,
      ),
    });
  });

  test('a bucket that is read-only is refused at the start', async () => {
    const server = await serve((request, response) => {
      request.resume();
      response.writeHead(request.method === 'HEAD' ? 200 : 403).end();
    });
    await expect(openS3Evidence(options(server.url), SILENT)).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(/^VIGIL_S3_ACCESS_KEY_ID is refused by .*put and delete/),
    });
    await server.close();
  });

  test('a server that is away during the run is engine-unavailable, to be tried again, and not ready', async () => {
    let away = false;
    const server = await serve((request, response) => {
      request.resume();
      if (away) response.writeHead(503).end();
      else response.writeHead(200).end();
    });
    const store = await openS3Evidence(options(server.url), SILENT);
    away = true;
    await expect(store.put(Buffer.from('abc'))).rejects.toMatchObject({
      code: 'engine-unavailable',
      retriable: true,
    });
    expect(await store.failure()).toMatch(/cannot be used: .* What is fetched waits/);
    await store.close();
    await server.close();
  });
});
