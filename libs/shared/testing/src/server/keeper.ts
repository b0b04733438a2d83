/**
 * The keeper of the tests' PostgreSQL: a process that starts one server and runs for as long as somebody is
 * connected to its socket, so that killed test runs leave nothing behind: the system closes their connections.
 * Started by `keptServer`; argument: the folder.
 */
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { EmbeddedPostgres } from '@vigil/database';
import { isVigilError } from '@vigil/contracts';

/** Between two test files of one run nobody may be connected for a moment; after that long everyone has gone. */
const IDLE_MS = 5_000;
const MAX_CONNECTIONS = 300;

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('keeper: the folder is missing');
await mkdir(folder, { recursive: true, mode: 0o755 });

const engine = await EmbeddedPostgres.start({
  dataDir: folder,
  durable: false,
  maxConnections: MAX_CONNECTIONS,
}).catch((error: unknown) => {
  // Another keeper was faster: its socket is the one to use.
  if (isVigilError(error, 'engine-misconfigured') && error.message.includes('in use')) process.exit(0);
  throw error;
});

const clients = new Set<Socket>();
let idle: NodeJS.Timeout | null = null;

async function stop(): Promise<void> {
  server.close();
  // The socket first: who comes from here on starts a keeper of its own, and waits for our lock.
  await rm(join(folder ?? '', 'keeper.sock'), { force: true });
  await engine.stop();
  await rm(folder ?? '', { recursive: true, force: true });
  process.exit(0);
}

function waitForClients(): void {
  if (idle) clearTimeout(idle);
  idle = clients.size === 0 ? setTimeout(() => void stop(), IDLE_MS) : null;
}

const server = createServer((socket) => {
  clients.add(socket);
  waitForClients();
  socket.on('error', () => undefined);
  socket.on('data', () => undefined);
  socket.on('close', () => {
    clients.delete(socket);
    waitForClients();
  });
  socket.write(`${engine.connectionStringOf('postgres')}\n`);
});

await rm(join(folder, 'keeper.sock'), { force: true });
server.listen(join(folder, 'keeper.sock'), waitForClients);
process.on('SIGTERM', () => void stop());
process.on('SIGINT', () => undefined);
