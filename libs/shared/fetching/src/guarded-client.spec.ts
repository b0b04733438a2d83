import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { GuardedClient, type GuardedClientOptions } from './guarded-client.js';
import { userAgent } from './user-agent.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
const clients: GuardedClient[] = [];

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

async function serve(handler: Handler): Promise<number> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function client(options: Partial<GuardedClientOptions> = {}): GuardedClient {
  const made = new GuardedClient({
    allowHosts: ['127.0.0.1'],
    timeoutMs: 5_000,
    maxBytes: 4 * 1024 * 1024,
    userAgent: userAgent('ops@example.org'),
    ...options,
  });
  clients.push(made);
  return made;
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('utf8');

describe('what it may ask', () => {
  it('refuses a loopback address, and asks it where an operator allows host or host:port', async () => {
    const port = await serve((_, response) => response.end('hello'));
    await expect(client({ allowHosts: [] }).fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'refused-address',
      message: expect.stringContaining('loopback'),
    });
    await expect(
      client({ allowHosts: [`127.0.0.1:${port + 1}`] }).fetch(`http://127.0.0.1:${port}/`),
    ).rejects.toMatchObject({ code: 'refused-address' });
    expect(
      text((await client({ allowHosts: [`127.0.0.1:${port}`] }).fetch(`http://127.0.0.1:${port}/`)).body),
    ).toBe('hello');
  });

  it('refuses a public name that resolves to a private address, even where only one of several is private', async () => {
    for (const addresses of [
      ['10.0.0.7'],
      ['93.184.216.34', '169.254.169.254'],
      ['64:ff9b::a00:1'],
      ['::ffff:127.0.0.1'],
    ]) {
      const guarded = client({ resolve: async () => addresses });
      await expect(guarded.fetch('http://public.example/')).rejects.toMatchObject({
        code: 'refused-address',
        message: expect.stringContaining('public.example resolves to'),
      });
    }
  });

  it('connects to the address that was checked: the name is looked up once a connection, not twice', async () => {
    const port = await serve((_, response) => response.end('checked'));
    const answers = [['127.0.0.1'], ['10.1.1.1']];
    let asked = 0;
    const guarded = client({
      allowHosts: [`feeds.example:${port}`],
      resolve: async () => answers[asked++] ?? [],
    });
    expect(text((await guarded.fetch(`http://feeds.example:${port}/`)).body)).toBe('checked');
    expect(asked).toBe(1);
  });

  it('checks the address again after a redirect', async () => {
    let reached = false;
    const inner = await serve((_, response) => {
      reached = true;
      response.end('secret');
    });
    const outer = await serve((_, response) =>
      response.writeHead(302, { location: `http://localhost:${inner}/` }).end(),
    );
    await expect(client().fetch(`http://127.0.0.1:${outer}/`)).rejects.toMatchObject({
      code: 'refused-address',
    });
    expect(reached).toBe(false);
  });

  it('refuses redirects to other schemes, to metadata addresses and into loops', async () => {
    for (const [location, code] of [
      ['file:///etc/passwd', 'refused-address'],
      ['http://169.254.169.254/latest/meta-data/', 'refused-address'],
      ['http://[fd00:ec2::254]/', 'refused-address'],
      ['http://user:password@127.0.0.1/', 'refused-address'],
      ['/again', 'fetch-failed'],
    ] as const) {
      const port = await serve((_, response) => response.writeHead(301, { location }).end());
      await expect(client().fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code });
    }
  });

  it('does not carry credentials to another origin', async () => {
    let seen: string | undefined;
    const other = await serve((request, response) => {
      seen = request.headers.authorization;
      response.end('ok');
    });
    const first = await serve((_, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${other}/` }).end(),
    );
    await client().fetch(`http://127.0.0.1:${first}/`, { headers: { Authorization: 'Bearer x' } });
    expect(seen).toBeUndefined();
  });

  it('gives the redirect itself where it is told not to follow', async () => {
    let visits = 0;
    const there = await serve((_, response) => {
      visits++;
      response.end();
    });
    const port = await serve((_, response) =>
      response.writeHead(301, { location: `http://127.0.0.1:${there}/there` }).end(),
    );
    const { status, headers, url } = await client().fetch(`http://127.0.0.1:${port}/here`, {
      method: 'HEAD',
      follow: false,
    });
    expect([status, headers['location'], url]).toEqual([
      301,
      `http://127.0.0.1:${there}/there`,
      `http://127.0.0.1:${port}/here`,
    ]);
    expect(visits).toBe(0);
  });

  it('follows no redirect of a POST: its body was meant for one address', async () => {
    const port = await serve((_, response) =>
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
    );
    expect((await client().fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: '{}' })).status).toBe(
      307,
    );
  });
});

describe('what it takes', () => {
  const page = 'ثابت text '.repeat(2_000);

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['deflate', deflateRawSync],
    ['zstd', zstdCompressSync],
  ] as const)('undoes %s', async (encoding, compress) => {
    const port = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(compress(Buffer.from(page))),
    );
    const fetched = await client().fetch(`http://127.0.0.1:${port}/`);
    expect(text(fetched.body)).toBe(page);
    expect(fetched.wireBytes).toBeLessThan(page.length);
  });

  it('refuses decompression bombs, also stacked ones, without inflating them', async () => {
    const zeros = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    for (const [body, encoding] of [
      [zeros, 'gzip'],
      [gzipSync(zeros), 'gzip, gzip'],
    ] as const) {
      const port = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(body),
      );
      await expect(client({ maxBytes: 1024 ** 3 }).fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
        code: 'too-large',
        message: expect.stringContaining('bomb'),
      });
    }
  });

  it('refuses broken, unknown and endlessly stacked compression by name', async () => {
    for (const [body, encoding] of [
      [gzipSync(Buffer.from(page)).subarray(0, 60), 'gzip'],
      [Buffer.from('no gzip'), 'gzip'],
      [Buffer.from(page), 'snappy'],
      [Buffer.from(page), 'gzip, gzip, gzip'],
    ] as const) {
      const port = await serve((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(body),
      );
      await expect(client().fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
        code: 'fetch-failed',
      });
    }
  });

  it('takes an empty compressed answer, as servers send with 304', async () => {
    const port = await serve((_, response) => response.writeHead(304, { 'content-encoding': 'gzip' }).end());
    expect((await client().fetch(`http://127.0.0.1:${port}/`)).status).toBe(304);
  });

  it('refuses bodies beyond the limit, announced or not, and headers beyond theirs', async () => {
    const announced = await serve((_, response) =>
      response.writeHead(200, { 'content-length': '9000000' }).write('x'),
    );
    const endless = await serve((_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    });
    const headers = await serve((_, response) =>
      response.writeHead(200, { 'x-long': 'x'.repeat(40_000) }).end(),
    );
    for (const port of [announced, endless, headers]) {
      await expect(client().fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({ code: 'too-large' });
    }
  });

  it('gives up after the whole time, however busily the server drips', async () => {
    const port = await serve((_, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    await expect(client({ timeoutMs: 200 }).fetch(`http://127.0.0.1:${port}/`)).rejects.toMatchObject({
      code: 'fetch-failed',
      retriable: true,
      message: expect.stringContaining('200 ms'),
    });
  });

  it('names what failed: no such host, refused connection, closed connection, cancelled', async () => {
    const closing = await serve((request) => request.socket.destroy());
    const missing = client({
      resolve: async () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })),
    });
    await expect(missing.fetch('http://nowhere.example/')).rejects.toMatchObject({
      message: 'nowhere.example: no such host (ENOTFOUND)',
    });
    await expect(client().fetch('http://127.0.0.1:9/')).rejects.toMatchObject({
      message: expect.stringMatching(/refused/),
    });
    await expect(client().fetch(`http://127.0.0.1:${closing}/`)).rejects.toMatchObject({
      code: 'fetch-failed',
      retriable: true,
    });
    const cancelled = new AbortController();
    cancelled.abort();
    await expect(
      client().fetch(`http://127.0.0.1:${closing}/`, { signal: cancelled.signal }),
    ).rejects.toMatchObject({ message: expect.stringContaining('cancelled') });
  });

  it('introduces itself with name, version and contact', async () => {
    let seen = '';
    const port = await serve((request, response) => {
      seen = request.headers['user-agent'] ?? '';
      response.end();
    });
    await client().fetch(`http://127.0.0.1:${port}/`);
    const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
      version: string;
    };
    expect(seen).toBe(`Vigil/${version} (+ops@example.org)`);
    expect(userAgent('a\r\nb(')).toBe(`Vigil/${version} (+ab)`);
  });
});

describe('streams', () => {
  it('hands chunks over as they come, without compression, and stops when closed', async () => {
    let encoding: string | undefined;
    let closed: () => void = () => undefined;
    const gone = new Promise<void>((resolve) => (closed = resolve));
    const port = await serve((request, response) => {
      encoding = request.headers['accept-encoding'];
      response.on('close', closed);
      response.write('one\n');
    });
    const streamed = await client().stream(`http://127.0.0.1:${port}/`, { idleMs: 5_000 });
    const first = await streamed.body[Symbol.asyncIterator]().next();
    expect(text(first.value as Uint8Array)).toBe('one\n');
    streamed.close();
    await gone;
    expect(encoding).toBe('identity');
  });

  it('says when a stream fell silent', async () => {
    const port = await serve((_, response) => void response.write('one\n'));
    const streamed = await client().stream(`http://127.0.0.1:${port}/`, { idleMs: 300 });
    const read = async () => {
      for await (const _ of streamed.body);
    };
    await expect(read()).rejects.toMatchObject({ code: 'fetch-failed', retriable: true });
  });
});
