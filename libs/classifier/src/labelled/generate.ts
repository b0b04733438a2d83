import { ALTERATIONS } from './alterations.js';
import { seeded, type Draw } from './random.js';
import { LABELS, type Label, type LabelledFile, type LabelledPost } from './schema.js';

/** Posts of each label and language, as issue 5 asks for them. */
export const POSTS_PER_LABEL: Readonly<Record<Label, number>> = {
  religious: 600,
  news: 200,
  academic: 200,
  'counter-speech': 200,
  plain: 200,
  obfuscated: 200,
};
/** Posts of a practice file: its clauses make thousands, and more of them teach nothing. */
export const PRACTICE_POSTS: Readonly<Record<Label, number>> = {
  religious: 0,
  news: 400,
  academic: 300,
  'counter-speech': 400,
  plain: 400,
  obfuscated: 0,
};
/** Draws for one post before its label counts as exhausted: the file's author is told. */
const TRIES = 200;

/**
 * Makes the labelled posts of a file: the same for a seed in every run, each text once. Every sentence is used about as
 * often as the others. Throws where a sentence has a place that the file does not fill, or where the file has too few
 * sentences and fillings for the posts asked for.
 */
export function generatePosts(file: LabelledFile, seed: number, counts = POSTS_PER_LABEL): LabelledPost[] {
  const draw = seeded(seed);
  return LABELS.flatMap((label) => postsOf(file, label, draw, counts[label]));
}

/** So many posts of one label; as `generatePosts`. */
export function postsOf(
  file: LabelledFile,
  label: Label,
  draw: Draw,
  wanted = POSTS_PER_LABEL[label],
): LabelledPost[] {
  const sentences = label === 'obfuscated' ? file.plain : file[label];
  const posts: LabelledPost[] = [];
  const seen = new Set<string>();
  for (let turn = 0; posts.length < wanted; turn++) {
    if (turn > wanted + TRIES * sentences.length)
      throw new Error(
        `${file.language}: ${sentences.length} sentences for ${label} make ${posts.length} different posts, and ${wanted} are wanted: add sentences, or places with more fillings`,
      );
    const number = turn % sentences.length;
    const { text, alteration } = fill(file, sentences[number] as string, label === 'obfuscated', draw);
    if (seen.has(text)) continue;
    seen.add(text);
    posts.push({ language: file.language, label, text, sentence: number, alteration });
  }
  return posts;
}

/** Fills the places of a sentence. In an obfuscated one every term is altered, in the same way. */
function fill(
  file: LabelledFile,
  sentence: string,
  obfuscated: boolean,
  draw: Draw,
): { text: string; alteration: string | null } {
  const names = Object.keys(ALTERATIONS);
  let alteration: string | null = null;
  const text = sentence.replaceAll(/\{([a-z]+)\}/g, (place, name: string) => {
    const terms = file.terms[name];
    const list = terms ?? file.slots[name];
    if (!list) throw new Error(`${file.language}: ${place} in “${sentence}” is filled by nothing`);
    const chosen = list[draw(list.length)] as string;
    if (!obfuscated || !terms) return chosen;
    alteration ??= fitting(chosen, names, draw);
    return ALTERATIONS[alteration]?.(chosen, draw) ?? chosen;
  });
  return { text, alteration };
}

/** An alteration that changes this term: not every one fits every script. */
function fitting(term: string, names: readonly string[], draw: Draw): string {
  const changing = names.filter((name) => ALTERATIONS[name]?.(term, () => 0) !== term);
  return changing[draw(changing.length)] as string;
}
