import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Terminal } from './terminal.js';
import { CommandFailure } from './failure.js';

/** Bytes of one read: large enough to be quick, and some hundred posts. */
const READ_BYTES = 256 * 1024;

/** A file, or standard input for `-`, as a stream of bytes. */
export function openInput(name: string, terminal: Terminal): Readable {
  return name === '-' ? terminal.stdin : createReadStream(name, { highWaterMark: READ_BYTES });
}

/** The chunks of an input; a file that cannot be read is a CommandFailure that names it. */
export async function* chunksOf(name: string, terminal: Terminal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of openInput(name, terminal)) {
      yield typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array);
    }
  } catch (error) {
    throw new CommandFailure(
      `${name} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
