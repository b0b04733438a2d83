import { z } from 'zod';
import { Flag, Instant, Language } from './ids.js';
import { MAX_TEXT } from './post.js';
import { Indicator, Severity, Stance } from './verdict.js';

/** How far an item may be passed on (FIRST, Traffic Light Protocol 2.0). */
export const Tlp = z.enum(['clear', 'green', 'amber', 'amber+strict', 'red']);
export type Tlp = z.infer<typeof Tlp>;

/** The name under which known texts stand among the rules: `text-bank/ID`. No rule pack may have it. */
export const TEXT_BANK = 'text-bank';

/** Items that one request may bring: one transaction, and one ruleset. */
export const MAX_IMPORTED = 1_000;

const line = (most: number) =>
  z
    .string()
    .max(most, `at most ${most} characters`)
    // Neither has a place in a database's text.
    .transform((text) => text.replaceAll('\0', ' ').toWellFormed());

const DESCRIBED = {
  /** What reviewers call it. */
  label: line(200).pipe(z.string().trim().min(1, 'what reviewers call it')),
  /** Groups wordings and translations of one statement, which are counted and alerted as one. */
  statement: z
    .string()
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single dashes')
    .max(100)
    .nullable(),
  language: Language,
  severity: Severity,
  indicator: Indicator,
  /** The territory that is claimed; only with the indicator territorial-claim. */
  region: line(100).nullable(),
  stance: Stance,
  tlp: Tlp,
  /** Where the text is from and who says so. */
  provenance: line(2_000),
  note: line(2_000),
  /** From then on it is switched off. */
  expiresAt: Instant.nullable(),
  enabled: Flag,
};

/** A text for the bank. Only its words' numbers are stored, unless `keepText` says that the text is too. */
export const NewBankText = z.strictObject({
  text: z.string().min(1).max(MAX_TEXT),
  keepText: Flag.default(false),
  ...DESCRIBED,
  statement: DESCRIBED.statement.default(null),
  language: DESCRIBED.language.default('und'),
  region: DESCRIBED.region.default(null),
  stance: DESCRIBED.stance.default('unclear'),
  tlp: DESCRIBED.tlp.default('amber'),
  provenance: DESCRIBED.provenance.default(''),
  note: DESCRIBED.note.default(''),
  expiresAt: DESCRIBED.expiresAt.default(null),
  enabled: DESCRIBED.enabled.default(true),
});
export type NewBankText = z.infer<typeof NewBankText>;

/** What of an item may change; another text is another item. `keepText` false forgets the text. */
export const BankTextChange = z.strictObject({ ...DESCRIBED, keepText: z.literal(false) }).partial();
export type BankTextChange = z.infer<typeof BankTextChange>;

export const BankText = z.object({
  id: z.uuid(),
  version: z.number().int(),
  /** Number of the ruleset since which it is like this. */
  ruleset: z.number().int(),
  ...DESCRIBED,
  enabled: z.boolean(),
  words: z.number().int(),
  /** Null where only the words' numbers are stored. */
  text: z.string().nullable(),
  /** Added under an earlier reading of texts, and not matched: add its text again. */
  stale: z.boolean(),
  changedAt: Instant,
  changedBy: z.string(),
});
export type BankText = z.infer<typeof BankText>;

export const BankTextQuery = z.strictObject({
  /** Labels that hold this, in any case. */
  label: z.string().max(200).optional(),
  size: z.coerce.number().int().min(1).max(200).default(50),
  /** The id of the last item of the page before. */
  after: z.uuid().optional(),
});
export type BankTextQuery = z.infer<typeof BankTextQuery>;

export const BankTextPage = z.object({ items: z.array(BankText), next: z.uuid().nullable() });
export type BankTextPage = z.infer<typeof BankTextPage>;

/** What became of texts that were added: `known` are those that the bank has already, by their place from 0. */
export const BankTextsAdded = z.object({
  added: z.array(z.uuid()),
  known: z.array(z.object({ at: z.number().int(), id: z.uuid(), label: z.string() })),
  ruleset: z.number().int().nullable(),
});
export type BankTextsAdded = z.infer<typeof BankTextsAdded>;
