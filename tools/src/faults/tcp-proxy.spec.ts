import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventually } from '@vigil/testing';
import { CLEAR, TcpProxy } from './tcp-proxy.js';

/** An engine that says again what it hears. */
async function anEcho(): Promise<{ server: Server; port: number }> {
  const server = createServer({ allowHalfOpen: true }, (socket) =>
    socket.on('error', () => undefined).pipe(socket),
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { server, port: address.port };
}

describe('the proxy between a service and an engine', () => {
  let engine: Server;
  let proxy: TcpProxy;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    const { server, port } = await anEcho();
    engine = server;
    proxy = await TcpProxy.listen();
    proxy.target = { port };
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.close();
    await new Promise((resolve) => engine.close(resolve));
  });

  function aService(): { socket: Socket; heard: () => string; gone: () => boolean } {
    const socket = connect(proxy.port, '127.0.0.1');
    sockets.push(socket);
    let text = '';
    let gone = false;
    socket.setEncoding('utf8').on('data', (part: string) => (text += part));
    socket.on('error', () => undefined).on('close', () => (gone = true));
    return { socket, heard: () => text, gone: () => gone };
  }

  test('carries what both say, whole and in order, and ends where they end', async () => {
    const { socket, heard, gone } = aService();
    const said = Array.from({ length: 5_000 }, (_, n) => `line ${n}\n`).join('');
    socket.end(said);
    await eventually(() => gone());
    expect(heard()).toBe(said);
    expect(proxy.connections).toBe(0);
  });

  test('cuts what is connected, and lets new connections through', async () => {
    const before = aService();
    before.socket.write('one');
    await eventually(() => before.heard() === 'one');
    expect(proxy.cut()).toBe(1);
    await eventually(() => before.gone());
    const after = aService();
    after.socket.write('two');
    await eventually(() => after.heard() === 'two');
  });

  test('cuts what leads to a Unix socket as well, as PostgreSQL has', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'vigil-proxy-'));
    const local = createServer((socket) => socket.on('error', () => undefined).pipe(socket));
    local.listen(path.join(folder, 'engine'));
    await once(local, 'listening');
    proxy.target = { path: path.join(folder, 'engine') };
    const { socket, heard, gone } = aService();
    socket.write('one');
    await eventually(() => heard() === 'one');
    expect(proxy.cut()).toBe(1);
    await eventually(() => gone());
    await new Promise((resolve) => local.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  test('holds a slow line back, keeps its order, and is quick again afterwards', async () => {
    const { socket, heard } = aService();
    socket.write('0');
    await eventually(() => heard() === '0');
    proxy.slow({ delayMs: 60, bytesPerSecond: 1_000 });
    const began = performance.now();
    socket.write('1');
    socket.write('2');
    await eventually(() => heard().length === 3);
    // There and back.
    expect(performance.now() - began).toBeGreaterThan(110);
    proxy.slow(CLEAR);
    socket.write('3');
    await eventually(() => heard() === '0123');
  });

  test('keeps the order of many pieces on a slow line, however busy its own process is', async () => {
    const { socket, heard } = aService();
    const address = engine.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const other = connect(address.port, '127.0.0.1');
    sockets.push(other);
    // Keeps the loop from its work for parts of milliseconds, between the pieces.
    other.on('data', () => {
      const until = performance.now() + Math.random();
      while (performance.now() < until);
      other.write('again');
    });
    other.write('again');
    proxy.slow({ delayMs: 15, bytesPerSecond: 512 * 1_024 });
    // The pieces after it wait for this one on the line.
    let said = `${'x'.repeat(200_000)}\n`;
    socket.write(said);
    for (let n = 0; n < 2_000; n += 1) {
      said += `${n}\n`;
      await new Promise((resolve) => socket.setNoDelay(true).write(`${n}\n`, resolve));
    }
    await eventually(() => heard().length === said.length);
    // Not by toBe alone: a difference in so long a text takes minutes to show.
    expect(heard().slice(200_000)).toBe(said.slice(200_000));
    expect(heard() === said).toBe(true);
  });

  test('resets connections while there is no engine to lead to', async () => {
    const nowhere = await TcpProxy.listen();
    const socket = connect(nowhere.port, '127.0.0.1');
    const failure = await new Promise<Error>((resolve) => socket.once('error', resolve));
    expect(failure.message).toContain('ECONNRESET');
    expect(nowhere.connections).toBe(0);
    await nowhere.close();
  });
});
