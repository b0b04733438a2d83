import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { VigilError } from '@vigil/contracts';
import { birthOf, isAlive } from './processes.js';

/** A claim on the folder: whoever has one looks for others before it goes on. */
const CLAIM = /^vigil-[0-9a-f]{16}\.lock$/;
/** How often a holder touches its claim, for those who cannot see its process: another machine or container. */
const TOUCH_EVERY_MS = 3_000;
/** A claim of elsewhere that is not touched for so long has lost its holder. */
const UNTOUCHED_MS = 4 * TOUCH_EVERY_MS;
/** Of several that start at once one waits so long for the others to give up: long, as a busy machine may stop them in between. */
const OTHERS_LEAVE_MS = 15_000;
const LOOK_EVERY_MS = 100;

interface Claim {
  readonly name: string;
  readonly pid: number;
  /** See birthOf; null where the platform does not say. */
  readonly born: string | null;
  readonly host: string;
  /** Whether its process has the folder; until then it may still give way. */
  readonly held: boolean;
}

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a data folder for this process. Each process first writes a claim of its own and then looks for those of
 * others: of two at least one sees the other, so two never hold the folder. (Removing a stale lock file and making
 * one's own, the usual way, has a gap between the two through which both can pass.) A claim names its process's id and
 * birth, so that neither a killed holder nor a reused id keeps the folder closed.
 * Throws `engine-misconfigured` while another live process holds it.
 */
export async function lockFolder(
  folder: string,
  { untouchedMs = UNTOUCHED_MS }: { untouchedMs?: number } = {},
): Promise<FolderLock> {
  const name = `vigil-${randomBytes(8).toString('hex')}.lock`;
  const file = join(folder, name);
  const claim = { name, pid: process.pid, born: await birthOf(process.pid), host: hostname(), held: false };
  await writeClaim(file, claim);
  const touching = setInterval(() => void touch(file), TOUCH_EVERY_MS);
  touching.unref();
  const release = async (): Promise<void> => {
    clearInterval(touching);
    await rm(file, { force: true });
  };
  try {
    await untilAlone(folder, name, untouchedMs);
    await writeClaim(file, { ...claim, held: true });
    return { release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** Under another name first: a claim that can be seen is whole. */
async function writeClaim(file: string, claim: Claim): Promise<void> {
  const draft = `${file}.draft`;
  await writeFile(draft, JSON.stringify(claim));
  await rename(draft, file);
}

async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

/** Of several claims made at once that with the lowest name waits for the others, which give up when they see it. */
async function untilAlone(folder: string, mine: string, untouchedMs: number): Promise<void> {
  const deadline = performance.now() + OTHERS_LEAVE_MS;
  for (;;) {
    const others = await liveClaims(folder, mine, untouchedMs);
    const [first] = others;
    if (!first) return;
    if (others.some((other) => other.held || other.name < mine) || performance.now() > deadline)
      throw inUse(folder, first);
    await pause(LOOK_EVERY_MS);
  }
}

/** Claims of live processes other than ours; those of dead ones are removed. Their names are never used again. */
async function liveClaims(folder: string, mine: string, untouchedMs: number): Promise<Claim[]> {
  const live: Claim[] = [];
  for (const name of (await readdir(folder)).sort()) {
    if (!CLAIM.test(name) || name === mine) continue;
    const file = join(folder, name);
    const claim = await readClaim(file, name);
    if (claim === 'gone') continue;
    if (claim !== 'unreadable' && (await isHeld(claim, file, untouchedMs))) live.push(claim);
    else await rm(file, { force: true });
  }
  return live;
}

async function isHeld(claim: Claim, file: string, untouchedMs: number): Promise<boolean> {
  if (claim.host !== hostname()) return isTouched(file, untouchedMs);
  if (!isAlive(claim.pid)) return false;
  const born = await birthOf(claim.pid);
  return claim.born === null || born === null || born === claim.born;
}

/** Whether the file's time moves while we watch: clocks of two machines need not agree for that. */
async function isTouched(file: string, untouchedMs: number): Promise<boolean> {
  const timeOf = (): Promise<number | null> =>
    stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => null,
    );
  const first = await timeOf();
  const deadline = performance.now() + untouchedMs;
  while (performance.now() < deadline) {
    await pause(LOOK_EVERY_MS);
    const now = await timeOf();
    if (now !== first) return now !== null;
  }
  return false;
}

async function readClaim(file: string, name: string): Promise<Claim | 'gone' | 'unreadable'> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return 'gone';
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || typeof value.pid !== 'number')
      return 'unreadable';
    const born = 'born' in value && typeof value.born === 'string' ? value.born : null;
    const host = 'host' in value && typeof value.host === 'string' ? value.host : hostname();
    return { name, pid: value.pid, born, host, held: 'held' in value && value.held === true };
  } catch {
    return 'unreadable';
  }
}

function inUse(folder: string, by: Claim): VigilError {
  const who = by.host === hostname() ? `process ${by.pid}` : `process ${by.pid} on ${by.host}`;
  return new VigilError(
    'engine-misconfigured',
    `The data folder ${folder} is in use by another Vigil (${who}). Stop that one, or give this one its own folder with VIGIL_DATA_DIR. ` +
      'Several processes can share one PostgreSQL server: set VIGIL_DATABASE_URL.',
  );
}
