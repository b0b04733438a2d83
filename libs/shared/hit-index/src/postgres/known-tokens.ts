import type { Transaction } from '@vigil/database';
import type { Row } from './row.js';

/** Tokens remembered: some 20 MB, more than the words a language's posts keep using. */
const MAX_KNOWN = 200_000;

/** How often something was erased, as the dictionary may since have lost tokens. Read it under the put lock. */
export async function erasures(tx: Transaction): Promise<string> {
  const [row] = await tx.query<{ count: string }>(
    'select last_value::text || is_called::text as count from hit_index_erasures',
  );
  return row?.count ?? '';
}

/** Tokens that this process has seen committed to the dictionary, so that common words are not written again and again. */
export class KnownTokens {
  private readonly tokens = new Set<string>();
  private since = '';

  /** Those of the rows' tokens that may be missing, sorted: two writers adding the same in different orders would deadlock. */
  missing(rows: readonly Row[], erasuresNow: string): string[] {
    if (erasuresNow !== this.since) {
      this.tokens.clear();
      this.since = erasuresNow;
    }
    const missing = new Set<string>();
    for (const row of rows)
      for (const token of row.dictionary) if (!this.tokens.has(token)) missing.add(token);
    return [...missing].sort();
  }

  /** To be called once they are committed, with the erasures known when they were written. */
  add(tokens: readonly string[], erasuresThen: string): void {
    if (erasuresThen !== this.since) return;
    if (this.tokens.size + tokens.length > MAX_KNOWN) this.tokens.clear();
    for (const token of tokens) this.tokens.add(token);
  }
}
