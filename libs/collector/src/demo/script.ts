import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { parse as parseYaml } from 'yaml';
import { type SourceDraft, VigilError, parse } from '@vigil/contracts';
import { loadSourcesFile } from '../sources/sources-file.js';

const lines = z.array(z.string().min(2).max(500)).min(1).max(200);

/** What people write in one language: see the head of `examples/posts.yaml`. */
const Phrasebook = z.strictObject({
  places: lines,
  names: lines,
  ordinary: lines,
  religious: lines,
  /** News and research that name a slogan: the classifier cancels them. */
  report: lines,
  /** The low noise of every day. */
  echo: lines,
  burst: lines,
});
export type Phrasebook = z.infer<typeof Phrasebook>;
/** The kinds of line a post is made from. */
export type DemoLine = Exclude<keyof Phrasebook, 'places' | 'names'>;

const Phrasebooks = z.record(z.string(), Phrasebook);

/** The demo's sources and words. */
export interface DemoScript {
  readonly sources: readonly SourceDraft[];
  /** By language tag; every language of a source has one. */
  readonly phrasebooks: ReadonlyMap<string, Phrasebook>;
}

/** `examples/` beside `libs/`: the same distance from `src/demo` and from `dist/demo`. */
export const EXAMPLES = fileURLToPath(new URL('../../../../examples/', import.meta.url));

/** Reads the demo from its folder. Throws `bad-input` with file and field. */
export async function loadDemoScript(folder: string = EXAMPLES): Promise<DemoScript> {
  const sources = await loadSourcesFile(`${folder}/sources.yaml`);
  const path = `${folder}/posts.yaml`;
  const books = parse(Phrasebooks, await readWords(path), path);
  const phrasebooks = new Map(Object.entries(books));
  for (const source of sources) {
    const missing = source.labels.languages.filter((language) => !phrasebooks.has(language));
    if (source.labels.languages.length === 0 || missing.length > 0) {
      throw new VigilError(
        'bad-input',
        `${folder}/sources.yaml: ${source.id} needs languages that ${path} has words for; missing: ${missing.join(', ') || 'all'}`,
      );
    }
  }
  return { sources, phrasebooks };
}

async function readWords(path: string): Promise<unknown> {
  try {
    return parseYaml(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new VigilError('bad-input', `${path}: the demo's words cannot be read`, { cause });
  }
}
