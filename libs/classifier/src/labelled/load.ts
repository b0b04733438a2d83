import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { LabelledFile } from './schema.js';

/** The half the rules were tuned on, and the half they were not. */
export const HALVES = ['tuned', 'held-out'] as const;
export type Half = (typeof HALVES)[number];
/** Clauses put together in all ways: the voice model learns from them, nothing is measured on them. */
export const PRACTICE = 'practice';

/** The pack whose labelled set comes with the program: this file is libs/classifier/{src,dist}/labelled/load. */
export const LABELLED_PACK = fileURLToPath(new URL('../../../../packs/isis-messaging', import.meta.url));

/** Reads `labelled/FOLDER/LANGUAGE.yaml` of a pack. Throws with the file's name where one does not fit the schema. */
export async function loadLabelled(packFolder: string, of: Half | typeof PRACTICE): Promise<LabelledFile[]> {
  const folder = path.join(packFolder, 'labelled', of);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    names.map(async (name) => {
      const read = LabelledFile.safeParse(parseYaml(await readFile(path.join(folder, name), 'utf8')));
      if (!read.success) throw new Error(`${of}/${name}: ${z.prettifyError(read.error)}`);
      return read.data;
    }),
  );
}
