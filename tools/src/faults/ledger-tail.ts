import { open } from 'node:fs/promises';
import { type LedgerEntry, parseLedger } from '../ledger/ledger.js';

/** The ledger as it grows. */
export class LedgerTail {
  readonly entries: LedgerEntry[] = [];
  #read = 0;
  #rest = '';

  constructor(private readonly file: string) {}

  /** Reads what came since; returns how many entries there are. */
  async refresh(): Promise<number> {
    const handle = await open(this.file, 'r').catch(() => null);
    if (handle === null) return 0;
    try {
      const { size } = await handle.stat();
      const bytes = Buffer.alloc(Math.max(0, size - this.#read));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, this.#read);
      this.#read += bytesRead;
      // ASCII alone: no letter can be cut in two.
      const text = this.#rest + bytes.subarray(0, bytesRead).toString('utf8');
      const end = text.lastIndexOf('\n') + 1;
      this.#rest = text.slice(end);
      for (const entry of parseLedger(text.slice(0, end))) this.entries.push(entry);
    } finally {
      await handle.close();
    }
    return this.entries.length;
  }
}
