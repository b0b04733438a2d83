import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { VigilError } from '@vigil/contracts';
import { canonicalJson } from './canonical.js';
import { MAX_FILES, packError, parsePack } from './parse-pack.js';
import { Pack } from './schema.js';
import { MAX_FILE } from './yaml-file.js';

/** UTF-8 needs up to three bytes for one UTF-16 unit. */
const MAX_BYTES = 3 * MAX_FILE;

/** The texts of a pack's folder by their name within it. Throws `bad-input` where there is no pack, or a file too large. */
export async function readPackFolder(folder: string): Promise<Map<string, string>> {
  const names: string[] = [];
  for (const name of ['pack.yaml', 'references.yaml']) if (await isFile(join(folder, name))) names.push(name);
  if (!names.includes('pack.yaml'))
    throw new VigilError('bad-input', `${folder}: holds no pack.yaml, so it is no rule pack`);
  const rules = await readdir(join(folder, 'rules')).catch(() => []);
  names.push(
    ...rules
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => `rules/${name}`),
  );
  if (names.length > MAX_FILES)
    throw new VigilError('too-large', `${folder}: ${names.length} files; a pack has at most ${MAX_FILES}`);
  const files = new Map<string, string>();
  for (const name of names) {
    const path = join(folder, name);
    const { size } = await stat(path);
    if (size > MAX_BYTES)
      throw new VigilError('too-large', `${path}: ${size} bytes; a file of a pack has at most ${MAX_BYTES}`);
    files.set(name, await readFile(path, 'utf8'));
  }
  return files;
}

async function isFile(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isFile() ?? false;
}

/** Loads a pack from its folder. Throws `bad-input` with every fault by file, line, column and field. */
export async function loadPack(folder: string): Promise<Pack> {
  const parsed = parsePack(await readPackFolder(folder));
  if (!parsed.pack) throw packError(`rule pack ${basename(folder)}`, parsed);
  return parsed.pack;
}

/** The pack folders within a folder, sorted; those without a pack.yaml are no packs. */
export async function packFoldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && (await isFile(join(path, 'pack.yaml')))) found.push(path);
  }
  return found.sort();
}

/** SHA-256 of a pack's content, hexadecimal: the same whatever the order of keys and files' layout. */
export function packHash(pack: Pack): string {
  return createHash('sha256').update(canonicalJson(pack)).digest('hex');
}
