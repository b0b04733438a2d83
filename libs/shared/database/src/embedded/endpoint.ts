import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUPERUSER } from './cluster.js';
import type { ServerUser } from './server-user.js';

/** Where a server of ours listens: a socket's folder, or a loopback port with a password. */
export type Endpoint =
  | { readonly kind: 'socket'; readonly folder: string }
  | { readonly kind: 'loopback'; readonly port: number; readonly password: string };

/** The port only names the socket's file. */
export const SOCKET_PORT = 5432;
export const SOCKET_FILE = `.s.PGSQL.${SOCKET_PORT}`;
/** sun_path holds 108 bytes with its end on Linux and 104 on macOS (unix(7), unix(4)). */
const MAX_SOCKET_PATH = process.platform === 'linux' ? 107 : 103;

/**
 * Chooses where the server will listen. The socket stands in the cluster's own closed folder; where that path is too
 * long for a socket, in a closed folder under the system's temporary one.
 */
export async function chooseEndpoint(cluster: string, user: ServerUser | null): Promise<Endpoint> {
  if (process.platform === 'win32')
    return { kind: 'loopback', port: await freePort(), password: await passwordOf(cluster) };
  if (fits(cluster)) return { kind: 'socket', folder: cluster };
  return { kind: 'socket', folder: await shortFolder(cluster, user) };
}

function fits(folder: string): boolean {
  // A comma parts two folders in PostgreSQL's setting.
  return Buffer.byteLength(join(folder, SOCKET_FILE)) <= MAX_SOCKET_PATH && !folder.includes(',');
}

/** The same folder for the same cluster, if it is ours and closed to others; else a new one. */
async function shortFolder(cluster: string, user: ServerUser | null): Promise<string> {
  const base = fits(join(tmpdir(), 'vigil-0123456789ab')) ? tmpdir() : '/tmp';
  const folder = join(base, `vigil-${createHash('sha256').update(cluster).digest('hex').slice(0, 12)}`);
  const uid = user?.uid ?? process.getuid?.() ?? 0;
  await mkdir(folder, { mode: 0o700 }).then(
    () => (user ? chown(folder, user.uid, user.gid) : undefined),
    () => undefined,
  );
  const facts = await lstat(folder);
  if (facts.isDirectory() && facts.uid === uid && (facts.mode & 0o077) === 0) return folder;
  const fresh = await mkdtemp(join(base, 'vigil-'));
  await chmod(fresh, 0o700);
  if (user) await chown(fresh, user.uid, user.gid);
  return fresh;
}

/** Where sockets are missing the server has a password, kept beside its folder. */
export async function passwordOf(cluster: string): Promise<string> {
  const file = `${cluster}.password`;
  const existing = await readFile(file, 'utf8').catch(() => '');
  if (existing) return existing;
  const made = randomBytes(24).toString('base64url');
  await writeFile(file, made, { mode: 0o600 });
  return made;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The address of a database of this server, in the form pg and BullMQ take. */
export function connectionStringOf(endpoint: Endpoint, database: string): string {
  if (endpoint.kind === 'socket') {
    return `postgresql://${SUPERUSER}@localhost:${SOCKET_PORT}/${database}?host=${encodeURIComponent(endpoint.folder)}`;
  }
  return `postgresql://${SUPERUSER}:${encodeURIComponent(endpoint.password)}@127.0.0.1:${endpoint.port}/${database}`;
}
