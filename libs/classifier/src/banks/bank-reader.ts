import type { Indicator, Severity, Stance } from '@vigil/contracts';
import type { Queryable } from '@vigil/database';
import type { KnownText } from './known-text.js';
import { READING, wordsFrom } from './reading.js';

interface Row extends Record<string, unknown> {
  id: string;
  version: number;
  ruleset: number;
  matched: boolean;
  label: string;
  statement: string | null;
  language: string;
  severity: Severity;
  indicator: Indicator;
  region: string | null;
  stance: Stance;
  words: Buffer;
}

/** The enabled items of the bank, kept in this process: only what changed is read again. */
export class BankReader {
  private texts = new Map<string, KnownText>();
  private list: readonly KnownText[] = [];
  private upTo = 0;

  constructor(private readonly db: Queryable) {}

  /** Those in force now, the oldest first. Resolves to the same list where nothing changed. */
  async read(): Promise<readonly KnownText[]> {
    const rows = await this.db.query<Row>(
      `SELECT id, version, ruleset, enabled AND NOT removed AND reading = $2 AS matched,
              label, statement, language, severity, indicator, region, stance, words
       FROM text_bank_item WHERE ruleset > $1 ORDER BY ruleset, id`,
      [this.upTo, READING],
    );
    if (rows.length > 0) {
      const texts = new Map(this.texts);
      for (const { matched, words, ruleset, ...described } of rows) {
        texts.delete(described.id);
        if (matched) texts.set(described.id, { ...described, words: wordsFrom(words) });
        this.upTo = Math.max(this.upTo, ruleset);
      }
      this.texts = texts;
      this.list = [...texts.values()];
    }
    return this.list;
  }
}
