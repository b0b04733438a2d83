import { serve, type TestServer } from '@vigil/testing';
import { BusyProxy } from './busy-proxy.js';

describe('the proxy that plays an overloaded Elasticsearch', () => {
  let engine: TestServer;
  let proxy: BusyProxy;
  const heard: string[] = [];

  beforeAll(async () => {
    engine = await serve((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (part: string) => (body += part));
      request.on('end', () => {
        heard.push(`${request.method} ${request.url} ${body}`);
        response.writeHead(201, { 'x-elastic-product': 'Elasticsearch' }).end('done');
      });
    });
    proxy = await BusyProxy.before(engine.port);
  });
  afterAll(async () => {
    await proxy.close();
    await engine.close();
  });

  const bulk = () =>
    fetch(`http://127.0.0.1:${proxy.port}/_bulk?refresh=false`, { method: 'POST', body: '{}' });

  test('passes everything on, answers writes with 429 while busy, and passes them on again', async () => {
    expect((await bulk()).status).toBe(201);
    proxy.busy(true);
    const refused = await bulk();
    expect([refused.status, refused.headers.get('x-elastic-product')]).toEqual([429, 'Elasticsearch']);
    expect(await refused.json()).toMatchObject({ error: { type: 'es_rejected_execution_exception' } });
    expect((await fetch(`http://127.0.0.1:${proxy.port}/_search`)).status).toBe(201);
    proxy.busy(false);
    expect((await bulk()).status).toBe(201);
    expect(proxy.refused).toBe(1);
    expect(heard).toEqual(['POST /_bulk?refresh=false {}', 'GET /_search ', 'POST /_bulk?refresh=false {}']);
  });
});
