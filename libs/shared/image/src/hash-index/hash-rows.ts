import { HASH_WORDS, bitsOf, type Hash256 } from '../hash256.js';
import { SLOT_BITS, SLOT_VALUES } from './slots.js';

/** Rows of one page: 2 MB of hashes, so that growing copies nothing and wastes little. */
const PAGE_BITS = 16;
export const PAGE_ROWS = 2 ** PAGE_BITS;
const IN_PAGE = PAGE_ROWS - 1;

interface Page {
  readonly words: Uint32Array<ArrayBuffer>;
  /** 1 for each row that holds a hash. */
  readonly held: Uint8Array<ArrayBuffer>;
}

/** Hashes by row number, in pages. A row keeps its number until it is freed, and may then hold another hash. */
export class HashRows {
  private readonly pages: Page[] = [];
  /** Rows in use or freed: the next new one has this number. */
  private end = 0;

  get length(): number {
    return this.end;
  }

  /** Takes a hash into a row, or into the next new one. Returns the row. */
  put(hash: Hash256, row = this.end): number {
    if (row === this.end && this.end++ === this.pages.length * PAGE_ROWS) this.pages.push(aPage());
    const page = this.pages[row >>> PAGE_BITS]!;
    page.words.set(hash, (row & IN_PAGE) * HASH_WORDS);
    page.held[row & IN_PAGE] = 1;
    return row;
  }

  /** Takes in many hashes, eight words each, in new rows that follow one another. */
  putAll(hashes: Uint32Array): void {
    for (let from = 0; from < hashes.length;) {
      if (this.end === this.pages.length * PAGE_ROWS) this.pages.push(aPage());
      const { words, held } = this.pages[this.end >>> PAGE_BITS]!;
      const row = this.end & IN_PAGE;
      const count = Math.min(PAGE_ROWS - row, (hashes.length - from) / HASH_WORDS);
      words.set(hashes.subarray(from, from + count * HASH_WORDS), row * HASH_WORDS);
      held.fill(1, row, row + count);
      this.end += count;
      from += count * HASH_WORDS;
    }
  }

  /** False where the row held nothing. */
  free(row: number): boolean {
    if (!this.holds(row)) return false;
    this.pages[row >>> PAGE_BITS]!.held[row & IN_PAGE] = 0;
    return true;
  }

  holds(row: number): boolean {
    return this.pages[row >>> PAGE_BITS]?.held[row & IN_PAGE] === 1;
  }

  /** A copy of the row's hash, also where it was freed. */
  hash(row: number): Hash256 {
    const at = (row & IN_PAGE) * HASH_WORDS;
    return this.pages[row >>> PAGE_BITS]!.words.slice(at, at + HASH_WORDS);
  }

  slot(row: number, slot: number): number {
    const word = this.pages[row >>> PAGE_BITS]!.words[(row & IN_PAGE) * HASH_WORDS + (slot >> 1)]!;
    return (word >>> ((slot & 1) * SLOT_BITS)) & (SLOT_VALUES - 1);
  }

  /** One slot of every row. */
  slots(slot: number): Uint16Array {
    const values = new Uint16Array(this.end);
    for (const [at, { words }] of this.pages.entries()) {
      const first = at * PAGE_ROWS;
      const count = Math.min(PAGE_ROWS, this.end - first);
      const shift = (slot & 1) * SLOT_BITS;
      for (let row = 0, word = slot >> 1; row < count; row++, word += HASH_WORDS)
        values[first + row] = words[word]! >>> shift;
    }
    return values;
  }

  /** The distance of a row's hash to another, or any number above `most` where it is more. */
  distance(row: number, hash: Hash256, most: number): number {
    const { words } = this.pages[row >>> PAGE_BITS]!;
    const at = (row & IN_PAGE) * HASH_WORDS;
    let distance = 0;
    for (let word = 0; word < HASH_WORDS && distance <= most; word++)
      distance += bitsOf(words[at + word]! ^ hash[word]!);
    return distance;
  }

  /** Calls `visit` with every row that holds a hash within the distance. */
  scan(hash: Hash256, most: number, visit: (row: number, distance: number) => void): void {
    for (let row = 0; row < this.end; row++) {
      const distance = this.distance(row, hash, most);
      if (distance <= most && this.holds(row)) visit(row, distance);
    }
  }

  /** Everything as bytes, page by page, to be written in this order; for `read` on a machine of the same byte order. */
  *bytes(): Generator<Uint8Array> {
    for (const { words, held } of this.pages) {
      yield new Uint8Array(words.buffer);
      yield held;
    }
  }

  static read(length: number, fill: (bytes: Uint8Array) => void): HashRows {
    const rows = new HashRows();
    rows.end = length;
    while (rows.pages.length * PAGE_ROWS < length) {
      const page = aPage();
      fill(new Uint8Array(page.words.buffer));
      fill(page.held);
      rows.pages.push(page);
    }
    return rows;
  }
}

function aPage(): Page {
  return { words: new Uint32Array(PAGE_ROWS * HASH_WORDS), held: new Uint8Array(PAGE_ROWS) };
}
