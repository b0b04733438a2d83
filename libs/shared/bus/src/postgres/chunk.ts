import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { VigilError } from '@vigil/contracts';
import { MAX_MESSAGE_LENGTH } from '../message.js';

/** Most messages of one row. A reader finds the row that holds an offset by it, so it may grow but never shrink. */
export const MAX_CHUNK_MESSAGES = 1_000;
/** Characters after which a chunk is closed. */
export const MAX_CHUNK_LENGTH = 1024 ** 2;
/** Below this zstd gains less than its frame and the call cost. */
const MIN_COMPRESSED = 256;
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** No chunk of ours unpacks to more: one message too many after MAX_CHUNK_LENGTH, at most 3 bytes a code unit. */
const MAX_UNPACKED = 3 * (MAX_CHUNK_LENGTH + MAX_MESSAGE_LENGTH) + 4_096;

/**
 * Up to this size zstd runs at once, which holds the event loop up for 0.1 ms at most; handing it to the thread pool
 * costs the event loop as much, and the pool as much again (measured: 13 kB take 50 µs at once, 89 + 78 µs in the pool).
 */
const MAX_AT_ONCE = 64 * 1024;

const compressInPool = promisify(zstdCompress);
const decompressInPool = promisify(zstdDecompress);
const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const BOUNDED = { maxOutputLength: MAX_UNPACKED };

export interface PackedChunk {
  readonly payload: Buffer;
  /** Unpacked size in bytes. */
  readonly bytes: number;
}

/** Packs encoded messages with zstd at level 1; large ones in the thread pool, so that the event loop goes on. */
export async function packChunk(lines: readonly string[]): Promise<PackedChunk> {
  const plain = Buffer.from(`[${lines.join(',')}]`);
  if (plain.length < MIN_COMPRESSED) return { payload: plain, bytes: plain.length };
  const packed =
    plain.length <= MAX_AT_ONCE ? zstdCompressSync(plain, LEVEL_1) : await compressInPool(plain, LEVEL_1);
  return { payload: packed.length < plain.length ? packed : plain, bytes: plain.length };
}

/** Unpacks a chunk of `count` messages. Throws `poison` where the bytes are not one. */
export async function unpackChunk(payload: Buffer, count: number): Promise<[key: string, value: unknown][]> {
  try {
    const packed = payload.subarray(0, 4).equals(ZSTD_MAGIC);
    const plain = packed ? await unpacked(payload) : payload;
    const pairs: unknown = JSON.parse(plain.toString());
    if (!Array.isArray(pairs) || pairs.length !== count) throw new Error(`not an array of ${count} messages`);
    return pairs.map(asPair);
  } catch (error) {
    // V8's message of a SyntaxError repeats the text: kept out of logs.
    const why =
      error instanceof SyntaxError ? 'not JSON' : error instanceof Error ? error.message : String(error);
    throw new VigilError('poison', `a chunk of ${count} messages that cannot be unpacked: ${why}`);
  }
}

/** Posts shrink to a fifth; what was made to shrink more (a run of one letter) is larger than MAX_AT_ONCE and still bounded. */
async function unpacked(payload: Buffer): Promise<Buffer> {
  return payload.length <= MAX_AT_ONCE / 4
    ? zstdDecompressSync(payload, BOUNDED)
    : decompressInPool(payload, BOUNDED);
}

function asPair(pair: unknown): [string, unknown] {
  if (Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string') return [pair[0], pair[1]];
  throw new Error('a message that is not [key, value]');
}

/** Groups the messages of one partition into chunks, in their order. */
export function splitChunks(lines: readonly string[]): string[][] {
  const chunks: string[][] = [];
  let current: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (
      current.length >= MAX_CHUNK_MESSAGES ||
      (current.length > 0 && length + line.length > MAX_CHUNK_LENGTH)
    ) {
      chunks.push(current);
      current = [];
      length = 0;
    }
    current.push(line);
    length += line.length;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}
