import { createHash } from 'node:crypto';
import { constants, watch } from 'node:fs';
import { open, realpath, stat, type FileHandle } from 'node:fs/promises';
import { isAbsolute, join, sep } from 'node:path';
import { VigilError } from '@vigil/contracts';
import { abortable } from './waiting.js';

const CHUNK_BYTES = 64 * 1024;
/** Where the operating system's change notices do not come (network file systems, too many watches). */
const LOOK_AGAIN_MS = 1_000;
/** The beginning of a file that tells it from its successor; short enough to be there after the first lines. */
const HEAD_BYTES = 256;

/** How the file that was read is recognised after a restart. */
export interface FileMark {
  readonly inode: number;
  /** SHA-256 of its first `headBytes` bytes. */
  readonly head: string;
  readonly headBytes: number;
}

export type Piece =
  | { readonly type: 'bytes'; readonly bytes: Uint8Array; readonly mark: FileMark | null }
  /** Another file, or the same one emptied: what follows begins at offset 0. */
  | { readonly type: 'restarted'; readonly why: string };

/**
 * Opens a file inside the import folder for reading. Throws `bad-input` where it lies outside (also through a
 * symbolic link) or is no regular file, and `fetch-failed` where it is not there.
 */
export async function openInside(
  importDir: string | null,
  file: string,
): Promise<{ handle: FileHandle; path: string }> {
  if (importDir === null)
    throw new VigilError(
      'bad-input',
      'file imports are off: set VIGIL_IMPORT_DIR to the folder they may read from',
    );
  const path = isAbsolute(file) ? file : join(importDir, file);
  const folder = await realpath(importDir).catch((error: unknown) => {
    throw new VigilError(
      'fetch-failed',
      `the import folder ${importDir} cannot be read (${codeOf(error)}): make it, or set VIGIL_IMPORT_DIR`,
      { retriable: true, cause: error },
    );
  });
  try {
    const real = await realpath(path);
    if (!real.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      throw new VigilError(
        'bad-input',
        `${file} lies outside the import folder: only files inside it are read`,
      );
    }
    // Not blocking: opening a named pipe would wait for its writer.
    const handle = await open(real, constants.O_RDONLY | constants.O_NONBLOCK);
    const [opened, resolved] = await Promise.all([handle.stat(), stat(real)]);
    if (!opened.isFile() || opened.ino !== resolved.ino || (await realpath(path)) !== real) {
      await handle.close();
      throw new VigilError('bad-input', `${file} is not a regular file`);
    }
    return { handle, path: real };
  } catch (error) {
    if (error instanceof VigilError) throw error;
    throw new VigilError('fetch-failed', `${file} cannot be read (${codeOf(error)})`, {
      retriable: true,
      cause: error,
    });
  }
}

/**
 * Reads a file from `offset` on; with `follow` stays with it as it grows, until the signal. A file that shrank or was
 * replaced is reported and read from its beginning; what was still unread of a replaced one is read first.
 */
export async function* tailFile(
  importDir: string | null,
  file: string,
  from: { offset: number; mark: FileMark | null },
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<Piece> {
  let { handle, path } = await openInside(importDir, file);
  const changes = follow ? new Changes(path) : null;
  try {
    let offset = from.offset;
    let mark = from.mark;
    if (offset > 0 && mark !== null && !(await isSameFile(handle, mark))) {
      yield { type: 'restarted', why: 'the file is another one than before: read from its beginning' };
      offset = 0;
      mark = null;
    }
    while (!signal.aborted) {
      const { size, ino } = await handle.stat();
      if (size < offset) {
        yield {
          type: 'restarted',
          why: `the file shrank from ${offset} to ${size} bytes: read from its beginning`,
        };
        offset = 0;
        mark = null;
      }
      if (size > offset) {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, size - offset));
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
        offset += bytesRead;
        if (mark === null || mark.headBytes < HEAD_BYTES) mark = await markOf(handle, ino, offset);
        if (bytesRead > 0) yield { type: 'bytes', bytes: buffer.subarray(0, bytesRead), mark };
        continue;
      }
      if (!follow) return;
      if (await isReplaced(path, ino)) {
        await handle.close();
        ({ handle, path } = await openInside(importDir, file));
        yield { type: 'restarted', why: 'the file was replaced: the new one is read from its beginning' };
        offset = 0;
        mark = null;
        continue;
      }
      await changes?.wait(signal);
    }
  } finally {
    changes?.close();
    await handle.close().catch(() => undefined);
  }
}

async function markOf(handle: FileHandle, inode: number, upTo: number): Promise<FileMark> {
  const buffer = Buffer.alloc(Math.min(HEAD_BYTES, upTo));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
  return {
    inode,
    headBytes: bytesRead,
    head: createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex').slice(0, 16),
  };
}

/** The same beginning is the same file, whatever its inode (a copy restored from a backup). */
async function isSameFile(handle: FileHandle, mark: FileMark): Promise<boolean> {
  const { ino, size } = await handle.stat();
  if (size < mark.headBytes) return false;
  return (await markOf(handle, ino, mark.headBytes)).head === mark.head;
}

async function isReplaced(path: string, inode: number): Promise<boolean> {
  try {
    return (await stat(path)).ino !== inode;
  } catch {
    return false; // gone for a moment, between a rename and the new file
  }
}

/** Wakes at the operating system's notice of a change, and at the latest after LOOK_AGAIN_MS. */
class Changes {
  #changed = false;
  #wake: (() => void) | null = null;
  readonly #close: () => void;

  constructor(path: string) {
    try {
      const watcher = watch(path, { persistent: false }, () => {
        this.#changed = true;
        this.#wake?.();
      });
      watcher.on('error', () => watcher.close());
      this.#close = () => watcher.close();
    } catch {
      this.#close = () => undefined; // no watches left: looking again is enough
    }
  }

  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#changed) {
      await abortable(signal, (done) => {
        const timer = setTimeout(done, LOOK_AGAIN_MS);
        this.#wake = done;
        return () => clearTimeout(timer);
      });
      this.#wake = null;
    }
    this.#changed = false;
  }

  close(): void {
    this.#close();
  }
}

function codeOf(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code === 'ENOENT' ? 'there is no such file' : error.code;
  }
  return 'unknown cause';
}
