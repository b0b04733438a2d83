import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import type { Transform } from 'node:stream';
import { VigilError } from '@vigil/contracts';

/** Encodings asked for, best first. */
export const ACCEPT_ENCODING = 'br, zstd, gzip, deflate';

/** Stacked encodings are legal and unused; two bound what a server can make us chain. */
const MAX_ENCODINGS = 2;

/** Text compresses 3 to 20 times, a repetitive feed perhaps 60; a bomb a thousand times and more. */
const MAX_RATIO = 200;

/** Below this output no ratio is asked about: it cannot hurt. */
const RATIO_FROM_BYTES = 1024 * 1024;

/**
 * Undoes Content-Encoding in a stream. At most `maxBytes` come out and at most MAX_RATIO times what came in,
 * else `too-large`; broken or unknown compression is `fetch-failed`. A truncated body is an error too.
 */
export async function* decompress(
  body: AsyncIterable<Uint8Array>,
  contentEncoding: string | undefined,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const encodings = (contentEncoding ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  if (encodings.length > MAX_ENCODINGS) {
    throw new VigilError('fetch-failed', `the answer is compressed ${encodings.length} times over`);
  }
  let stream = body;
  for (const encoding of encodings.reverse()) stream = inflate(stream, encoding, maxBytes);
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

export function tooLarge(maxBytes: number): VigilError {
  return new VigilError('too-large', `the answer is larger than ${maxBytes.toLocaleString('en')} bytes`);
}

async function* inflate(
  body: AsyncIterable<Uint8Array>,
  encoding: string,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  const input = body[Symbol.asyncIterator]();
  const first = await input.next();
  if (first.done) return;
  const decoder = decoderOf(encoding, first.value);
  let bytesIn = 0;
  let bytesOut = 0;
  let inputError: unknown = null;
  const feed = async () => {
    try {
      for (let next: IteratorResult<Uint8Array> = first; !next.done; next = await input.next()) {
        bytesIn += next.value.length;
        if (decoder.destroyed) return;
        if (!decoder.write(next.value)) await drained(decoder);
      }
      decoder.end();
    } catch (error) {
      inputError = error;
      decoder.destroy(error instanceof Error ? error : new Error('the connection failed'));
    }
  };
  const feeding = feed();
  try {
    for await (const chunk of decoder) {
      bytesOut += chunk.length;
      if (bytesOut > maxBytes) throw tooLarge(maxBytes);
      if (bytesOut > RATIO_FROM_BYTES && bytesOut > bytesIn * MAX_RATIO) {
        throw new VigilError(
          'too-large',
          `the answer decompresses more than ${MAX_RATIO} times: refused as a decompression bomb`,
        );
      }
      yield chunk;
    }
  } catch (error) {
    if (inputError !== null) throw inputError;
    if (error instanceof VigilError) throw error;
    throw new VigilError('fetch-failed', `the answer's ${encoding} compression is broken`, {
      retriable: true,
      cause: error,
    });
  } finally {
    decoder.destroy();
    await input.return?.();
    await feeding;
  }
}

function drained(stream: Transform): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done).off('close', done).off('error', done);
      resolve();
    };
    stream.on('drain', done).on('close', done).on('error', done);
  });
}

function decoderOf(encoding: string, first: Uint8Array): Transform {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    case 'deflate':
      // RFC 9110 says zlib; many servers send raw deflate. A zlib header has method 8 in its low nibble.
      return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
    default:
      throw new VigilError('fetch-failed', `the answer has an unknown compression: ${encoding.slice(0, 40)}`);
  }
}
