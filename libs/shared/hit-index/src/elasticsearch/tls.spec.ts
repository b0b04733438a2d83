import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request as forward } from 'node:http';
import { createServer, type Server } from 'node:https';
import path from 'node:path';
import { HitQuery } from '@vigil/contracts';
import { describeWithEngine, withTemporaryFolder } from '@vigil/testing';
import { openElasticsearch } from './open.js';
import { dropAll, ENGINE, optionsFor, SILENT } from './spec-tools.js';

/** A certificate that signs itself, for 127.0.0.1, made by openssl; false where that is not installed. */
function makeCertificate(folder: string): boolean {
  const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  try {
    execFileSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=vigil-test -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${certificate}`.split(
        ' ',
      ),
      { stdio: 'ignore' },
    );
    return true;
  } catch {
    process.stderr.write(
      'TLS to Elasticsearch is not tried: openssl, which makes the certificate, is missing\n',
    );
    return false;
  }
}

describeWithEngine('a cluster behind TLS', ENGINE, (url) => {
  const temporary = withTemporaryFolder();
  let server: Server | null = null;
  let address = '';
  beforeAll(async () => {
    if (!makeCertificate(temporary.folder())) return;
    const file = (name: string) => readFileSync(path.join(temporary.folder(), name));
    const { hostname, port } = new URL(url);
    server = createServer({ key: file('key.pem'), cert: file('cert.pem') }, (request, response) => {
      const { method, url: asked, headers } = request;
      const onward = forward({ hostname, port, method, path: asked, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const listening = server.address();
    address = `https://127.0.0.1:${typeof listening === 'object' ? listening?.port : ''}`;
  });
  afterAll(() => {
    server?.closeAllConnections();
    server?.close();
  });

  const certificate = () => path.join(temporary.folder(), 'cert.pem');
  const fingerprint = () => new X509Certificate(readFileSync(certificate())).fingerprint256;

  it.each([
    ['its file of certificates', () => ({ elasticsearchCa: certificate() })],
    ['its fingerprint', () => ({ elasticsearchFingerprint: fingerprint() })],
    [
      'its fingerprint without colons',
      () => ({ elasticsearchFingerprint: fingerprint().replaceAll(':', '').toLowerCase() }),
    ],
  ])('is trusted by %s', async (_, trust) => {
    if (server === null) return;
    const options = optionsFor(address, trust());
    const index = await openElasticsearch(options, SILENT);
    expect((await index.search(HitQuery.parse({}))).total).toBe(0);
    await index.close();
    await dropAll(url, options.elasticsearchPrefix);
  });

  it('is refused at once where nothing is said, naming what says whom to trust', async () => {
    if (server === null) return;
    await expect(openElasticsearch(optionsFor(address), SILENT)).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(
        /^VIGIL_ELASTICSEARCH_URL \(127\.0\.0\.1:\d+\): its certificate is not trusted: [^\n]*VIGIL_ELASTICSEARCH_CA/,
      ),
    });
  });

  it('is refused at once where the fingerprint is of another', async () => {
    if (server === null) return;
    const options = optionsFor(address, { elasticsearchFingerprint: 'ab'.repeat(32) });
    await expect(openElasticsearch(options, SILENT)).rejects.toMatchObject({
      code: 'engine-misconfigured',
      message: expect.stringMatching(
        /^VIGIL_ELASTICSEARCH_FINGERPRINT is of none of the 1 certificates that 127\.0\.0\.1:\d+ shows$/,
      ),
    });
  });
});
