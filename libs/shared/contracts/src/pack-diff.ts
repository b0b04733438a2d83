import { z } from 'zod';
import { RuleState } from './rule-life.js';

/** A field whose value differs, as the pack writes it; null where there is none. */
export const FieldChange = z.object({ field: z.string(), from: z.unknown(), to: z.unknown() });
export type FieldChange = z.infer<typeof FieldChange>;

/** What came to, and what left, one list of phrases (`phrases`, `unless`) in one language, or the list of addresses (`links`), whose language is `und`. */
export const PhraseChange = z.object({
  list: z.string(),
  language: z.string(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
});
export type PhraseChange = z.infer<typeof PhraseChange>;

/** A rule, sign set, context or reference that differs. Of an added one every field comes, of a removed one it goes. */
export const PartDiff = z.object({
  id: z.string(),
  title: z.string(),
  change: z.enum(['added', 'removed', 'changed']),
  fields: z.array(FieldChange),
  phrases: z.array(PhraseChange),
});
export type PartDiff = z.infer<typeof PartDiff>;

/** How two versions of a pack differ; all lists empty where they do not. */
export const PackDiff = z.object({
  name: z.string(),
  /** Null: there is none before. */
  from: z.number().int().nullable(),
  /** Null: a document that is not published. */
  to: z.number().int().nullable(),
  /** Fields of the pack itself: title, maintainer, voice. */
  header: z.array(FieldChange),
  /** Rules whose state differs, new and removed ones among them. */
  states: z.array(
    z.object({
      rule: z.string(),
      title: z.string(),
      from: RuleState.nullable(),
      to: RuleState.nullable(),
    }),
  ),
  rules: z.array(PartDiff),
  signs: z.array(PartDiff),
  contexts: z.array(PartDiff),
  references: z.array(PartDiff),
});
export type PackDiff = z.infer<typeof PackDiff>;
