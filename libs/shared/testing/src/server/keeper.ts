/**
 * The keeper of the tests' PostgreSQL: a process that starts one server and runs for as long as somebody is
 * connected to its socket, so that killed test runs leave nothing behind: the system closes their connections.
 * Started by `testServer`; argument: its folder. Ends with 0 where another keeper has the folder.
 */
import { rm, rmdir } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { isVigilError } from '@vigil/contracts';
import { EmbeddedPostgres, type FolderLock, lockFolder } from '@vigil/database';
import { keeperLog, keeperSocket } from './kept-folder.js';

/** Between two test files of one run nobody may be connected for a moment; after that long everyone has gone. */
const IDLE_MS = 5_000;
const MAX_CONNECTIONS = 300;

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('keeper: the folder is missing');
await keep(folder, await lockOrLeave(folder));

async function lockOrLeave(path: string): Promise<FolderLock> {
  try {
    return await lockFolder(path);
  } catch (error) {
    if (isVigilError(error, 'engine-misconfigured')) process.exit(0);
    throw error;
  }
}

/** The lock is held until everything is gone, so that the next keeper begins with an empty folder. */
async function keep(path: string, lock: FolderLock): Promise<void> {
  const data = join(path, 'data');
  const engine = await EmbeddedPostgres.start({
    dataDir: data,
    durable: false,
    maxConnections: MAX_CONNECTIONS,
  });
  await rm(keeperSocket(path), { force: true });
  const { server, idle } = greet(`${engine.connectionStringOf('postgres')}\n`);
  server.listen(keeperSocket(path));
  process.on('SIGINT', () => undefined);
  await Promise.race([idle, new Promise((resolve) => process.once('SIGTERM', resolve))]);
  server.close();
  await rm(keeperSocket(path), { force: true });
  await engine.stop();
  await rm(data, { recursive: true, force: true });
  await rm(keeperLog(path), { force: true });
  await lock.release();
  // Not empty where the next keeper is there already.
  await rmdir(path).catch(() => undefined);
  process.exit(0);
}

/** A server that tells everyone who connects one line, and says when nobody has been connected for a while. */
function greet(line: string): { server: Server; idle: Promise<void> } {
  const clients = new Set<Socket>();
  let timer: NodeJS.Timeout | undefined;
  let left: () => void = () => undefined;
  const idle = new Promise<void>((resolve) => (left = resolve));
  const count = (): void => {
    clearTimeout(timer);
    if (clients.size === 0) timer = setTimeout(left, IDLE_MS);
  };
  const server = createServer((socket) => {
    clients.add(socket);
    count();
    socket.on('error', () => undefined);
    socket.resume();
    socket.on('close', () => {
      clients.delete(socket);
      count();
    });
    socket.write(line);
  });
  server.once('listening', count);
  return { server, idle };
}
