import { promisify } from 'node:util';
import { constants, zstdCompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** A record batch of ours unpacks to less: 4 Mi characters of at most 3 bytes, and the records' own fields. */
const MAX_UNPACKED = 16 * 1024 ** 2;
/**
 * A consumer bounds a fetch by its packed size alone, and a run of one letter shrinks ten-thousandfold: who posts such text
 * could make a fetch unpack to gigabytes. So what shrinks more than this is padded.
 */
export const MAX_RATIO = 32;
/**
 * What is no larger is packed and unpacked at once: handing it to a thread and back costs 40 to 60 µs, as much as packing
 * 10 kB does. At these sizes the process is kept for some quarter of a millisecond, and never more than the unpacked bound.
 */
const PACK_AT_ONCE = 64 * 1024;
const UNPACK_AT_ONCE = 16 * 1024;
/** Magic number of a skippable frame, which every decoder passes over: RFC 8878, section 3.1.2. */
const SKIPPABLE = 0x184d2a50;

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);
const LEVEL_1 = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

/** Packs with zstd at level 1, to no less than a MAX_RATIO-th of its size. */
export async function pack(plain: Buffer): Promise<Buffer> {
  const packed =
    plain.length <= PACK_AT_ONCE ? zstdCompressSync(plain, LEVEL_1) : await compress(plain, LEVEL_1);
  const missing = Math.ceil(plain.length / MAX_RATIO) - packed.length;
  if (missing <= 8) return packed;
  const padding = Buffer.alloc(missing);
  padding.writeUInt32LE(SKIPPABLE, 0);
  padding.writeUInt32LE(missing - 8, 4);
  return Buffer.concat([packed, padding]);
}

export async function unpack(packed: Buffer): Promise<Buffer> {
  const options = { maxOutputLength: MAX_UNPACKED };
  return packed.length <= UNPACK_AT_ONCE ? zstdDecompressSync(packed, options) : decompress(packed, options);
}

/** kafkajs knows gzip alone; zstd is registered with it, for the whole process, once. */
export function registerZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { buffer: Buffer }) => pack(encoder.buffer),
    decompress: unpack,
  });
}
