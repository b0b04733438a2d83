import { hash, randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, opendir, readdir, readFile, rename, stat, unlink, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type Clock, SystemClock, VigilError } from '@vigil/contracts';
import { assertEvidenceKey, isEvidenceKey } from './evidence-key.js';
import { type EvidenceEntry, ListedEvidenceStore } from './evidence-store.js';
import { fileErrors, isMissing } from './file-errors.js';

/** Half-written files of killed processes; no put takes so long. */
const LEFTOVER_AFTER_MS = 3_600_000;
/** Shards of the folder by the first byte of the key: a million files make four thousand in each. */
const SHARD = /^[0-9a-f]{2}$/;
/** Questions about keeping that are open at once during an expiry. */
const ASKED_AT_ONCE = 16;

/**
 * Evidence in a folder: `<folder>/<first two digits>/<sha256>`. A file is written beside, synced, and renamed into its
 * place, so that it is there whole or not at all; a file's modification time is when it was last put.
 * What the file system refuses is `engine-unavailable`, with the folder and the reason.
 */
export class FolderEvidenceStore extends ListedEvidenceStore {
  private readonly folder: string;
  private readonly drafts: string;
  private readonly made = new Map<string, Promise<void>>();

  constructor(
    folder: string,
    private readonly clock: Clock = new SystemClock(),
  ) {
    super();
    this.folder = resolve(folder);
    this.drafts = join(this.folder, 'drafts');
  }

  put(bytes: Uint8Array): Promise<string> {
    const key = hash('sha256', bytes, 'hex');
    return this.guarded(async () => {
      if (!(await this.touched(key, bytes.byteLength))) await this.write(key, bytes);
      return key;
    });
  }

  get(sha256: string): Promise<Uint8Array | null> {
    return this.guarded(async () => {
      const bytes = await unlessMissing(readFile(this.pathOf(sha256)));
      if (bytes === null) return null;
      if (hash('sha256', bytes, 'hex') !== sha256) {
        throw new VigilError(
          'internal',
          `The evidence ${sha256} in ${this.folder} is damaged: its bytes have another hash. Restore it from a backup.`,
        );
      }
      return bytes;
    });
  }

  delete(sha256: string): Promise<boolean> {
    return this.guarded(
      async () => (await unlessMissing(unlink(this.pathOf(sha256)).then(() => true))) ?? false,
    );
  }

  expire(before: Date, kept: (sha256: string) => Promise<boolean>): Promise<number> {
    return this.guarded(async () => {
      await this.removeLeftovers();
      let freed = 0;
      const expireAll = async (keys: readonly string[]): Promise<void> => {
        const sizes = await Promise.all(keys.map((key) => this.expireOne(key, before, kept)));
        freed += sizes.reduce((a, b) => a + b, 0);
      };
      let next: string[] = [];
      for await (const key of this.keys()) {
        next.push(key);
        if (next.length < ASKED_AT_ONCE) continue;
        await expireAll(next);
        next = [];
      }
      await expireAll(next);
      return freed;
    });
  }

  async *entries(): AsyncGenerator<EvidenceEntry> {
    for (const shard of await this.sorted(this.folder, (name) => SHARD.test(name))) {
      const keys = await this.sorted(
        join(this.folder, shard),
        (name) => isEvidenceKey(name) && name.startsWith(shard),
      );
      for (const key of keys) {
        const facts = await this.guarded(() => unlessMissing(stat(this.pathOf(key))));
        if (facts?.isFile() === true) yield { key, size: facts.size };
      }
    }
  }

  async close(): Promise<void> {
    // Nothing is open between calls.
  }

  private sorted(folder: string, wanted: (name: string) => boolean): Promise<string[]> {
    return this.guarded(async () => ((await unlessMissing(readdir(folder))) ?? []).filter(wanted).sort());
  }

  private pathOf(key: string): string {
    assertEvidenceKey(key);
    return join(this.folder, key.slice(0, 2), key);
  }

  /** Whether the bytes are there already; then they count as put now. A file of another size is written anew. */
  private async touched(key: string, size: number): Promise<boolean> {
    const path = this.pathOf(key);
    const facts = await unlessMissing(stat(path));
    if (facts?.size !== size) return false;
    const now = new Date(this.clock.now());
    return (await unlessMissing(utimes(path, now, now).then(() => true))) ?? false;
  }

  private async write(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(key);
    const shard = join(this.folder, key.slice(0, 2));
    await this.ensure(this.drafts);
    await this.ensure(shard);
    const draft = join(this.drafts, `${key}.${randomBytes(6).toString('hex')}`);
    try {
      const file = await open(draft, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, path);
    } catch (error) {
      await unlink(draft).catch(() => undefined);
      // Somebody removed the folder under us: the next put makes it again.
      if (isMissing(error)) this.made.clear();
      throw error;
    }
    await syncFolder(shard);
  }

  /** Makes a folder once, and its name durable. */
  private ensure(folder: string): Promise<void> {
    const known = this.made.get(folder);
    if (known) return known;
    const making = (async () => {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await syncFolder(this.folder);
    })();
    this.made.set(folder, making);
    making.catch(() => this.made.delete(folder));
    return making;
  }

  private async *keys(): AsyncGenerator<string> {
    for await (const shard of entriesOf(this.folder)) {
      if (!shard.isDirectory() || !SHARD.test(shard.name)) continue;
      for await (const entry of entriesOf(join(this.folder, shard.name))) {
        if (entry.isFile() && isEvidenceKey(entry.name) && entry.name.startsWith(shard.name))
          yield entry.name;
      }
    }
  }

  private async expireOne(
    key: string,
    before: Date,
    kept: (sha256: string) => Promise<boolean>,
  ): Promise<number> {
    const path = this.pathOf(key);
    const facts = await unlessMissing(stat(path));
    if (!facts || facts.mtime >= before || (await kept(key))) return 0;
    // Moved aside first: a put of the same bytes in this very moment either touched the file, which shows below, or
    // finds none and writes its own.
    const aside = join(this.drafts, `${key}.expired.${randomBytes(6).toString('hex')}`);
    await this.ensure(this.drafts);
    if ((await unlessMissing(rename(path, aside).then(() => true))) === null) return 0;
    if ((await stat(aside)).mtime >= before) {
      await rename(aside, path);
      return 0;
    }
    await unlink(aside);
    return facts.size;
  }

  private async removeLeftovers(): Promise<void> {
    for await (const entry of entriesOf(this.drafts)) {
      const path = join(this.drafts, entry.name);
      const facts = await unlessMissing(stat(path));
      if (!facts?.isFile() || this.clock.now() - facts.ctimeMs < LEFTOVER_AFTER_MS) continue;
      const key = entry.name.slice(0, 64);
      // A kill between the two steps of an expiry: what was moved aside goes back and is judged again.
      if (entry.name.includes('.expired.') && isEvidenceKey(key)) await rename(path, this.pathOf(key));
      else await unlessMissing(unlink(path));
    }
  }

  private guarded<T>(work: () => Promise<T>): Promise<T> {
    return fileErrors(this.folder, work);
  }
}

async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  const opened = await unlessMissing(opendir(folder));
  if (opened) yield* opened;
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** A rename is durable once its folder is. Windows has no such call on folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
