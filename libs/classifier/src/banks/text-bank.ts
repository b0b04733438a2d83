import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '@vigil/auth';
import {
  BankText,
  Clock,
  VigilError,
  type BankTextChange,
  type BankTextPage,
  type BankTextQuery,
  type BankTextsAdded,
  type NewBankText,
} from '@vigil/contracts';
import { Database, type Transaction } from '@vigil/database';
import { LEAST_ITEM_WORDS } from '@vigil/text';
import { PackStore } from '../publishing/pack-store.js';
import { READING, readText, type ReadText } from './reading.js';

/** Items of the bank: some 70 MB in every classifier at 80 words each (`npm run bench -- banks`). */
export const MAX_ITEMS = 100_000;

interface Row extends Record<string, unknown> {
  id: string;
  version: number;
  ruleset: number;
  enabled: boolean;
  label: string;
  statement: string | null;
  language: string;
  severity: BankText['severity'];
  indicator: BankText['indicator'];
  region: string | null;
  stance: BankText['stance'];
  tlp: BankText['tlp'];
  provenance: string;
  note: string;
  expires_at: Date | null;
  text: string | null;
  words: number;
  reading: number;
  changed_at: Date;
  changed_by: string;
}

const COLUMNS = `id, version, ruleset, enabled, label, statement, language, severity, indicator, region, stance, tlp,
  provenance, note, expires_at, text, length(words) / 4 AS words, reading, changed_at, changed_by`;

function itemOf(row: Row): BankText {
  const { expires_at, changed_at, changed_by, reading, ...item } = row;
  return {
    ...item,
    expiresAt: expires_at?.toISOString() ?? null,
    stale: reading !== READING,
    changedAt: changed_at.toISOString(),
    changedBy: changed_by,
  };
}

/** The known texts of the organisation. Every change of what is matched makes a ruleset, which classifiers load. */
@Injectable()
export class TextBank {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
    private readonly packs: PackStore,
  ) {}

  /** By label, then id. */
  async page({ label, size, after }: BankTextQuery): Promise<BankTextPage> {
    const rows = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM text_bank_item WHERE NOT removed
         AND ($1::text IS NULL OR position(lower($1) IN lower(label)) > 0)
         AND ($2::uuid IS NULL OR (label, id) > (SELECT label, id FROM text_bank_item WHERE id = $2))
       ORDER BY label, id LIMIT $3`,
      [label ?? null, after ?? null, size + 1],
    );
    const items = rows.slice(0, size).map(itemOf);
    return { items, next: rows.length > size ? (items.at(-1)?.id ?? null) : null };
  }

  /** Throws `not-found`. */
  async one(id: string): Promise<BankText> {
    const [row] = await this.db.query<Row>(
      `SELECT ${COLUMNS} FROM text_bank_item WHERE id = $1 AND NOT removed`,
      [id],
    );
    if (!row) throw unknown(id);
    return itemOf(row);
  }

  /**
   * Adds texts, all or none, under one ruleset. What reads like an item already there is told and left alone. Throws
   * `bad-input` for texts of fewer than LEAST_ITEM_WORDS words, and where the bank would be larger than MAX_ITEMS.
   */
  async add(texts: readonly NewBankText[], by: string): Promise<BankTextsAdded> {
    const read = readAll(texts);
    return this.db
      .transaction(async (tx) => {
        const at = this.clock.instant();
        // Its lock comes first: of two who add the same text, the second finds it.
        const ruleset = await this.packs.renumber(tx, by, `${texts.length} added to the text bank`);
        await refuseTooMany(tx, texts.length);
        const added: string[] = [];
        const known: BankTextsAdded['known'] = [];
        for (const [place, text] of texts.entries()) {
          const { words, hash } = read[place] as ReadText;
          const id = randomUUID();
          const [same] = await tx.query<{ id: string; label: string; mine: boolean }>(
            `WITH new AS (
             INSERT INTO text_bank_item (id, version, ruleset, enabled, label, statement, language, severity, indicator,
               region, stance, tlp, provenance, note, expires_at, text, words, reading, hash, changed_at, changed_by)
             VALUES ($1, 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
             ON CONFLICT (hash) DO NOTHING RETURNING id, label)
           SELECT id, label, true AS mine FROM new
           UNION ALL SELECT id, label, false FROM text_bank_item WHERE hash = $18`,
            [
              id,
              ruleset,
              text.enabled,
              text.label,
              text.statement,
              text.language,
              text.severity,
              text.indicator,
              text.region,
              text.stance,
              text.tlp,
              text.provenance,
              text.note,
              text.expiresAt,
              text.keepText ? text.text.replaceAll('\0', ' ').toWellFormed() : null,
              words,
              READING,
              hash,
              at,
              by,
            ],
          );
          if (same?.mine) added.push(id);
          else if (same) known.push({ at: place, id: same.id, label: same.label });
        }
        if (added.length === 0) throw new Unchanged({ added, known, ruleset: null });
        await this.audit.record(
          {
            actor: by,
            action: 'bank.add',
            subject: 'texts',
            detail: { added, known: known.length, ruleset },
          },
          tx,
        );
        return { added, known, ruleset };
      })
      .catch(resultOf<BankTextsAdded>);
  }

  /** Changes an item under a new ruleset. Throws `not-found`, or `bad-input` for a region without its indicator. */
  async change(id: string, change: BankTextChange, by: string): Promise<BankText> {
    return this.db.transaction(async (tx) => {
      const ruleset = await this.packs.renumber(tx, by, 'an item of the text bank changed');
      const [before] = await tx.query<Row>(
        `SELECT ${COLUMNS} FROM text_bank_item WHERE id = $1 AND NOT removed FOR UPDATE`,
        [id],
      );
      if (!before) throw unknown(id);
      const { keepText, ...described } = change;
      const after = { ...itemOf(before), ...described };
      refuseLoneRegion(after);
      await tx.query(
        `UPDATE text_bank_item SET version = version + 1, ruleset = $2, enabled = $3, label = $4, statement = $5,
           language = $6, severity = $7, indicator = $8, region = $9, stance = $10, tlp = $11, provenance = $12,
           note = $13, expires_at = $14, text = CASE WHEN $15 THEN NULL ELSE text END, changed_at = $16, changed_by = $17
         WHERE id = $1`,
        [
          id,
          ruleset,
          after.enabled,
          after.label,
          after.statement,
          after.language,
          after.severity,
          after.indicator,
          after.region,
          after.stance,
          after.tlp,
          after.provenance,
          after.note,
          after.expiresAt,
          keepText === false,
          this.clock.instant(),
          by,
        ],
      );
      await this.audit.record(
        { actor: by, action: 'bank.change', subject: id, detail: { fields: Object.keys(change), ruleset } },
        tx,
      );
      const [row] = await tx.query<Row>(`SELECT ${COLUMNS} FROM text_bank_item WHERE id = $1`, [id]);
      if (!row) throw unknown(id);
      return itemOf(row);
    });
  }

  /** Removes an item for good: its id stays, and nothing that it said. Throws `not-found`. */
  async remove(id: string, by: string): Promise<void> {
    await this.db.transaction(async (tx) => {
      const ruleset = await this.packs.renumber(tx, by, 'an item of the text bank removed');
      const gone = await tx.query(
        `UPDATE text_bank_item SET removed = true, enabled = false, version = version + 1, ruleset = $2, label = '',
           statement = NULL, region = NULL, provenance = '', note = '', text = NULL, words = '', hash = NULL,
           changed_at = $3, changed_by = $4
         WHERE id = $1 AND NOT removed RETURNING id`,
        [id, ruleset, this.clock.instant(), by],
      );
      if (gone.length === 0) throw unknown(id);
      await this.audit.record({ actor: by, action: 'bank.remove', subject: id, detail: { ruleset } }, tx);
    });
  }

  /** Switches off what has expired, under a new ruleset. Returns how many. Any process may ask at any time. */
  async expire(): Promise<number> {
    const now = this.clock.instant();
    const due = 'FROM text_bank_item WHERE enabled AND NOT removed AND expires_at <= $1';
    if ((await this.db.query(`SELECT 1 ${due} LIMIT 1`, [now])).length === 0) return 0;
    return this.db
      .transaction(async (tx) => {
        const ruleset = await this.packs.renumber(tx, EXPIRY, 'items of the text bank expired');
        const gone = await tx.query<{ id: string }>(
          `UPDATE text_bank_item SET enabled = false, version = version + 1, ruleset = $2, changed_at = $1, changed_by = $3
         WHERE id IN (SELECT id ${due}) RETURNING id`,
          [now, ruleset, EXPIRY],
        );
        if (gone.length === 0) throw new Unchanged(0);
        const expired = gone.map(({ id }) => id);
        await this.audit.record(
          { actor: EXPIRY, action: 'bank.expire', subject: 'texts', detail: { expired, ruleset } },
          tx,
        );
        return expired.length;
      })
      .catch(resultOf<number>);
  }
}

/** Who switches off what has expired. */
const EXPIRY = 'expiry';

/** Rolls a transaction back in which nothing changed after all, so that no ruleset is made of it. */
class Unchanged<T> extends Error {
  constructor(readonly result: T) {
    super('nothing changed');
  }
}

function resultOf<T>(error: unknown): T {
  if (error instanceof Unchanged) return (error as Unchanged<T>).result;
  throw error;
}

function unknown(id: string): VigilError {
  return new VigilError('not-found', `the text bank has no item ${id}`);
}

function readAll(texts: readonly NewBankText[]): ReadText[] {
  return texts.map((text, at) => {
    refuseLoneRegion(text);
    const read = readText(text.text);
    if (read) return read;
    throw new VigilError(
      'bad-input',
      `text ${at + 1}, “${text.label}”: it has fewer than ${LEAST_ITEM_WORDS} words, which many say who copy nobody. Make it a phrase of a rule.`,
      { fields: [{ path: `items.${at}.text`, message: `at least ${LEAST_ITEM_WORDS} words` }] },
    );
  });
}

function refuseLoneRegion({ region, indicator }: Pick<BankText, 'region' | 'indicator'>): void {
  if (region !== null && indicator !== 'territorial-claim')
    throw new VigilError(
      'bad-input',
      'region: only an item with the indicator territorial-claim has one. Leave it out, or change the indicator.',
      { fields: [{ path: 'region', message: 'only with the indicator territorial-claim' }] },
    );
}

async function refuseTooMany(tx: Transaction, more: number): Promise<void> {
  const [row] = await tx.query<{ count: number }>(
    'SELECT count(*)::int AS count FROM text_bank_item WHERE NOT removed',
  );
  const count = row?.count ?? 0;
  if (count + more > MAX_ITEMS)
    throw new VigilError(
      'bad-input',
      `the text bank holds ${count} texts and at most ${MAX_ITEMS}: remove some first`,
    );
}
