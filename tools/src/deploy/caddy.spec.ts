import 'reflect-metadata';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { AlertsModule } from '@vigil/alerts';
import { ClassifierModule } from '@vigil/classifier';
import { CollectorModule } from '@vigil/collector';
import { SystemController } from '@vigil/runtime';
import { eventually, withTemporaryFolder } from '@vigil/testing';
import { freePort } from '../engines/server-process.js';
import { CADDYFILE, forLoopback, pathsInCaddyfile, serviceOf, type ServiceName, SERVICES } from './caddy.js';

/** Every path of Nest's controllers, a value in the place of each parameter. */
function routesOf(controllers: readonly object[]): string[] {
  return controllers.flatMap((controller) => {
    const { prototype } = controller as { prototype: object };
    const base = String(Reflect.getMetadata('path', controller));
    return Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const handler: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
      if (name === 'constructor') return [];
      const route: unknown = typeof handler === 'function' ? Reflect.getMetadata('path', handler) : undefined;
      if (typeof route !== 'string') return [];
      const parts = ['api', base, route].flatMap((part) => part.split('/')).filter(Boolean);
      return [`/${parts.map((part) => (part.startsWith(':') ? 'some-id' : part)).join('/')}`];
    });
  });
}

const controllersOf = (module: object): object[] => Reflect.getMetadata('controllers', module);
const ROUTES: Record<ServiceName, string[]> = {
  collector: routesOf(controllersOf(CollectorModule)),
  classifier: routesOf(controllersOf(ClassifierModule)),
  alerts: [
    ...routesOf([...controllersOf(AlertsModule), SystemController]),
    ...['/', '/sign-in', '/assets/index.js', '/api/session', '/api/docs'],
  ],
};
const CASES = SERVICES.flatMap((service) => ROUTES[service].map((route) => [route, service] as const));

describe('the paths of the Caddyfile', () => {
  it.each(CASES)('%s goes to %s', (route, service) => {
    expect(serviceOf(route)).toBe(service);
  });

  it('name nothing that no service answers', () => {
    for (const [service, patterns] of pathsInCaddyfile())
      for (const pattern of patterns)
        expect({
          pattern,
          used: CASES.some(
            ([route, of]) => of === service && serviceOf(route, new Map([[service, [pattern]]])) === service,
          ),
        }).toEqual({ pattern, used: true });
  });
});

const installed = spawnSync('caddy', ['version']).status === 0;
const describeWithCaddy = installed
  ? (name: string, suite: () => void) => describe(name, suite)
  : (name: string, suite: () => void) =>
      describe.skip(`${name} (no caddy on the PATH: apt-get install caddy)`, suite);

describeWithCaddy('Caddy with the Caddyfile', () => {
  const { folder } = withTemporaryFolder();
  const servers: Server[] = [];
  let caddy: ChildProcess;
  let address = '';

  /** A service that tells its name, the path and the Host it was asked by, and how many bytes came. */
  async function service(name: string): Promise<string> {
    const server = createServer((asked, answer) => {
      let bytes = 0;
      asked.on('data', (chunk: Buffer) => (bytes += chunk.length));
      asked.on('end', () =>
        answer
          .writeHead(200, { 'content-type': 'application/json', via: '1.1 inside', server: 'inside' })
          .end(
            JSON.stringify({
              name,
              path: asked.url,
              host: asked.headers.host,
              bytes,
              filler: 'x'.repeat(2_000),
            }),
          ),
      );
      asked.on('error', () => undefined);
    });
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  beforeAll(async () => {
    const [collector, classifier, alerts] = await Promise.all(SERVICES.map(service));
    const adapted: unknown = JSON.parse(
      execFileSync('caddy', ['adapt', '--config', CADDYFILE, '--adapter', 'caddyfile'], {
        env: { ...process.env, VIGIL_DOMAIN: 'vigil.example.org', VIGIL_CADDY_TLS: '' },
        stdio: ['ignore', 'pipe', 'ignore'],
      }).toString(),
    );
    const port = await freePort();
    const file = path.join(folder(), 'caddy.json');
    writeFileSync(
      file,
      JSON.stringify(
        forLoopback(adapted, port, {
          collector: collector ?? '',
          classifier: classifier ?? '',
          alerts: alerts ?? '',
        }),
      ),
    );
    caddy = spawn('caddy', ['run', '--config', file], {
      env: { ...process.env, HOME: folder(), XDG_DATA_HOME: folder(), XDG_CONFIG_HOME: folder() },
      stdio: 'ignore',
    });
    address = `http://127.0.0.1:${port}`;
    await eventually(async () => (await ask('/')).status === 200);
  });
  afterAll(async () => {
    const ended = once(caddy, 'exit');
    caddy.kill('SIGTERM');
    await ended;
    for (const server of servers) server.close();
  });

  interface Answer {
    readonly status: number;
    readonly headers: NodeJS.Dict<string | string[]>;
    readonly body: string;
  }

  // Not fetch, which sets no Host.
  function ask(pathname: string, body?: Buffer, host = 'vigil.example.org'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asking = request(
        `${address}${pathname}`,
        { method: body ? 'POST' : 'GET', headers: { host, 'accept-encoding': 'gzip' }, agent: false },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('end', () =>
            resolve({
              status: answer.statusCode ?? 0,
              headers: answer.headers,
              body: Buffer.concat(chunks).toString(),
            }),
          );
        },
      );
      asking.on('error', reject);
      asking.end(body);
    });
  }
  const told = async (...args: Parameters<typeof ask>) => JSON.parse((await ask(...args)).body);

  it('sends each path of the API to its service, under the name that people use', async () => {
    for (const [route, name] of CASES.filter(([one]) => one.startsWith('/api/')))
      expect(await told(route)).toMatchObject({ name, path: route, host: 'vigil.example.org' });
    expect(await told('/api/sourcesque')).toMatchObject({ name: 'alerts' });
  });

  it('keeps what is for supervisors inside', async () => {
    for (const inside of ['/metrics', '/readyz', '/healthz'])
      expect(await ask(inside)).toMatchObject({ status: 404, body: '' });
  });

  it('answers under its own name alone', async () => {
    expect((await ask('/api/session', undefined, 'evil.example')).body).toBe('');
  });

  it('tells browsers to stay with TLS, and nobody what stands behind', async () => {
    const { headers } = await ask('/api/session');
    expect(headers).toMatchObject({
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('server');
    expect(headers).not.toHaveProperty('via');
  });

  it('compresses pages, and no answer of the API', async () => {
    expect((await ask('/')).headers['content-encoding']).toBe('gzip');
    expect((await ask('/api/alerts')).headers['content-encoding']).toBeUndefined();
  });

  it('refuses a document that is too large, and passes an import of any length', async () => {
    const large = Buffer.alloc(5 * 1024 ** 2, 'x');
    // Caddy 2.6 calls it a failure of the service.
    expect([413, 502]).toContain((await ask('/api/packs', large)).status);
    expect(await told('/api/import', large)).toMatchObject({ name: 'collector', bytes: large.length });
  });
});
