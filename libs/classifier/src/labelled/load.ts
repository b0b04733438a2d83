import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { LabelledFile } from './schema.js';

/** The half the rules were tuned on, and the half they were not. */
export const HALVES = ['tuned', 'held-out'] as const;
export type Half = (typeof HALVES)[number];

/** The pack whose labelled set comes with the program: this file is libs/classifier/{src,dist}/labelled/load. */
export const LABELLED_PACK = fileURLToPath(new URL('../../../../packs/isis-messaging', import.meta.url));

/** Reads `labelled/HALF/LANGUAGE.yaml` of a pack. Throws with the file's name where one does not fit the schema. */
export async function loadLabelled(packFolder: string, half: Half): Promise<LabelledFile[]> {
  const folder = path.join(packFolder, 'labelled', half);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort();
  return Promise.all(
    names.map(async (name) => {
      const read = LabelledFile.safeParse(parseYaml(await readFile(path.join(folder, name), 'utf8')));
      if (!read.success) throw new Error(`${half}/${name}: ${z.prettifyError(read.error)}`);
      return read.data;
    }),
  );
}
