import { isUtf8 } from 'node:buffer';
import type { Problem } from '../connector.js';

/**
 * Longest line: a text of MAX_TEXT (200,000) characters, each escaped to six bytes, with room for links and media.
 * A longer one is set aside without being held in memory.
 */
export const MAX_LINE_BYTES = 2 * 1024 * 1024;

const NEWLINE = 10;
const BYTE_ORDER_MARK = '\uFEFF';

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  /** Byte offset of its first byte, and of the byte after its newline. */
  readonly offset: number;
  readonly end: number;
  readonly text: string;
}

/**
 * Cuts a stream of bytes into lines, however its chunks fall. Holds at most one unfinished line. Empty lines are
 * dropped; a line that is too long or not UTF-8 goes to `setAside`.
 */
export class LineSplitter {
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #skipping = false;

  /** @param position byte offset of the next byte given; always the beginning of a line @param lines lines before it */
  constructor(
    private position: number,
    private lines: number,
    private readonly setAside: (problem: Problem) => void,
  ) {}

  /** Byte offset after the last whole line: where to go on later. */
  get offset(): number {
    return this.position;
  }

  /** Lines up to there. */
  get lineCount(): number {
    return this.lines;
  }

  push(chunk: Uint8Array): Line[] {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const out: Line[] = [];
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, from)) {
      this.#hold(bytes.subarray(from, at));
      this.#finish(1, out);
      from = at + 1;
    }
    if (from < bytes.length) this.#hold(bytes.subarray(from));
    return out;
  }

  /** The last line where the stream has ended without a newline. */
  end(): Line[] {
    const out: Line[] = [];
    if (this.#heldBytes > 0) this.#finish(0, out);
    return out;
  }

  #hold(part: Uint8Array): void {
    this.#heldBytes += part.length;
    if (this.#skipping) return;
    if (this.#heldBytes > MAX_LINE_BYTES) {
      this.#skipping = true;
      this.#held = [];
    } else if (part.length > 0) this.#held.push(part);
  }

  #finish(newline: 0 | 1, out: Line[]): void {
    const offset = this.position;
    const number = ++this.lines;
    this.position += this.#heldBytes + newline;
    const whole = this.#held.length === 1 ? this.#held[0] : Buffer.concat(this.#held);
    const skipped = this.#skipping;
    this.#held = [];
    this.#heldBytes = 0;
    this.#skipping = false;
    const place = `line ${number}, byte ${offset}`;
    if (skipped) {
      this.setAside({
        place,
        message: `longer than ${MAX_LINE_BYTES.toLocaleString('en')} bytes: one post a line is expected`,
      });
      return;
    }
    if (whole === undefined || whole.length === 0) return;
    if (!isUtf8(whole)) {
      this.setAside({ place, message: 'not UTF-8 text' });
      return;
    }
    let text = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength).toString('utf8');
    if (offset === 0 && text.startsWith(BYTE_ORDER_MARK)) text = text.slice(1);
    if (text.trim() !== '') out.push({ number, offset, end: this.position, text });
  }
}
