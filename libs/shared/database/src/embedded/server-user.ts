import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { VigilError } from '@vigil/contracts';

/** The account PostgreSQL runs under when we are root, which it refuses to be. */
export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** In the order of preference: an account made for us or for databases before the one that several daemons share. */
const PREFERRED = ['vigil', 'postgres', 'nobody'];

function runsAsRoot(): boolean {
  return process.platform !== 'win32' && process.getuid?.() === 0;
}

/**
 * Null where we are not root: the server then runs as we do. As root the owner of the data folder's cluster where there
 * is one, else the first preferred account of /etc/passwd (initdb wants one that exists there).
 */
export async function serverUser(dataDir: string): Promise<ServerUser | null> {
  if (!runsAsRoot()) return null;
  const users = await readUsers();
  const owner = await stat(join(dataDir, 'postgres')).catch(() => null);
  if (owner && owner.uid !== 0) {
    return (
      users.find((u) => u.uid === owner.uid) ?? { name: String(owner.uid), uid: owner.uid, gid: owner.gid }
    );
  }
  for (const name of PREFERRED) {
    const user = users.find((u) => u.name === name && u.uid !== 0);
    if (user) return user;
  }
  throw new VigilError(
    'engine-misconfigured',
    `PostgreSQL refuses to run as root, and /etc/passwd has none of the accounts ${PREFERRED.join(', ')} to run it under. ` +
      'Add one (useradd --system vigil), start Vigil as another user, or set VIGIL_DATABASE_URL.',
  );
}

async function readUsers(): Promise<ServerUser[]> {
  const text = await readFile('/etc/passwd', 'utf8').catch(() => '');
  return text.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid ? [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }] : [];
  });
}

/**
 * Whether the account can read a file or list a folder, judged by the permission bits of it and of every folder
 * above it. Access lists and further groups are not looked at: the answer may be no where it is yes.
 */
export async function canReach(user: ServerUser, path: string): Promise<boolean> {
  return (await allows(user, path, 0o4)) && (await canEnter(user, dirname(path)));
}

/** Whether the account can go through a folder, and through every folder above it. */
export async function canEnter(user: ServerUser, folder: string): Promise<boolean> {
  for (let at = folder; ; at = dirname(at)) {
    if (!(await allows(user, at, 0o1))) return false;
    if (at === dirname(at)) return true;
  }
}

/** The bit as others have it: 4 to read, 1 to enter. */
async function allows(user: ServerUser, path: string, bit: number): Promise<boolean> {
  const facts = await stat(path).catch(() => null);
  if (!facts) return false;
  if (facts.uid === user.uid) return (facts.mode & (bit << 6)) !== 0;
  if (facts.gid === user.gid) return (facts.mode & (bit << 3)) !== 0;
  return (facts.mode & bit) !== 0;
}
