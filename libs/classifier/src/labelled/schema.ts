import { z } from 'zod';

/** What a labelled post is, as its author meant it: see packs/isis-messaging/labelled/README.md. */
export const LABELS = ['religious', 'news', 'academic', 'counter-speech', 'plain', 'obfuscated'] as const;
export type Label = (typeof LABELS)[number];

const Sentence = z.string().min(2).max(600);
const Sentences = z.array(Sentence).min(1).max(1_000);
/** What stands for {name} in a sentence. */
const Fillings = z.record(z.string().regex(/^[a-z]+$/), z.array(z.string().min(1).max(120)).min(1).max(200));

/**
 * One file of the labelled set: sentences of one language with {places} in them, and what may stand there. `terms` are
 * the words a rule is to find; only they are altered in obfuscated posts.
 */
export const LabelledFile = z.strictObject({
  language: z.string().regex(/^[a-z]{2,3}$/),
  terms: Fillings,
  slots: Fillings.default({}),
  religious: Sentences,
  news: Sentences,
  academic: Sentences,
  'counter-speech': Sentences,
  plain: Sentences,
});
export type LabelledFile = z.infer<typeof LabelledFile>;

export interface LabelledPost {
  readonly language: string;
  readonly label: Label;
  readonly text: string;
  /** Which sentence of the file it was made from: posts of one sentence are no independent observations. */
  readonly sentence: number;
  /** How it was altered; null where it was not. */
  readonly alteration: string | null;
}
