import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { HashIndex } from '@vigil/image';

/** What the file begins with: its kind and the version of its layout. It ends with the CRC-32 of all between. */
const MAGIC = Buffer.from('vigil hashes 1\n\0');
const CHECK_BYTES = 4;

/** A snapshot that is not whole, or of another kind. The remedy is to build the index anew from the bank. */
export class BrokenSnapshot extends Error {
  override readonly name = 'BrokenSnapshot';

  constructor(file: string, why: string) {
    super(`${file} is no whole snapshot of an index: ${why}. Delete it: the index is then built anew.`);
  }
}

/**
 * Writes a snapshot beside its place and moves it there once it is on the disk, so that a crash leaves the one before.
 * Holds the thread up for as long as it takes: a second for each gigabyte or so.
 */
export function writeIndexFile(file: string, index: HashIndex): void {
  const part = `${file}.part`;
  const handle = openSync(part, 'w', 0o600);
  try {
    let check = 0;
    const write = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
    };
    write(MAGIC);
    for (const bytes of index.snapshot()) {
      check = crc32(bytes, check);
      write(bytes);
    }
    const end = Buffer.alloc(CHECK_BYTES);
    end.writeUInt32LE(check);
    write(end);
    fsyncSync(handle);
  } catch (error) {
    closeSync(handle);
    rmSync(part, { force: true });
    throw error;
  }
  closeSync(handle);
  renameSync(part, file);
}

/** Reads a snapshot. BrokenSnapshot where it ends early or its bytes are not those that were written. */
export function readIndexFile(file: string): HashIndex {
  const handle = openSync(file, 'r');
  try {
    let check = 0;
    const fill = (bytes: Uint8Array) => {
      for (let at = 0; at < bytes.length;) {
        const read = readSync(handle, bytes, at, bytes.length - at, null);
        if (read === 0) throw new BrokenSnapshot(file, 'it ends early');
        at += read;
      }
    };
    const magic = Buffer.alloc(MAGIC.length);
    fill(magic);
    if (!magic.equals(MAGIC)) throw new BrokenSnapshot(file, 'it begins otherwise');
    const index = HashIndex.read((bytes) => {
      fill(bytes);
      check = crc32(bytes, check);
    });
    const end = Buffer.alloc(CHECK_BYTES);
    fill(end);
    if (end.readUInt32LE() !== check) throw new BrokenSnapshot(file, 'its check sum is another');
    return index;
  } catch (error) {
    if (error instanceof RangeError) throw new BrokenSnapshot(file, error.message);
    throw error;
  } finally {
    closeSync(handle);
  }
}
